/** A name that is only known while a request is served is looked up then, which needs a resolver. */
import { effective } from '../../nginx-conf/settings.ts';
import { ok, unknown, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';
import { isAddress } from './backend-sni.ts';

export const resolver: Check<LocationSubject> = {
  id: 'resolver',
  title: "The backend's name can be looked up",
  examine: ({ place, conf, block, whole }) => {
    const { proxyPass } = place;
    if (proxyPass === null || !/^(?:https?:\/\/)?[^/]*\$/.test(proxyPass.value.raw)) return null;
    const { target, upstream, raw } = proxyPass.value;
    const stated = effective(conf, block, 'resolver').at(-1);
    if (stated !== undefined) return ok(stated, `Names are looked up at ${stated.args[0]}.`);
    if (upstream !== null || (target !== null && isAddress(target.replace(/:\d{1,5}$/, '')))) {
      return ok(proxyPass, 'The backend is no name that has to be looked up.');
    }
    const fix = write('Name a DNS server:', 'http', 'resolver 127.0.0.53 valid=30s;');
    if (target === null || !whole) {
      return unknown(
        proxyPass,
        `Which backend "${raw}" is cannot be told from here; if it is a name, nginx needs a resolver.`,
        fix,
        'upstream-name-unresolved',
      );
    }
    return wrong(
      proxyPass,
      `${target} is looked up with each request because proxy_pass has a variable, and no resolver is set: 502.`,
      'upstream-name-unresolved',
      fix,
    );
  },
};
