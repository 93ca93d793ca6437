/** `$connection_upgrade` is no variable of nginx's own: without its map nginx does not start. */
import { effective } from '../../nginx-conf/settings.ts';
import { ok, unknown, write, wrong } from '../findings.ts';
import { definedVariables, variablesIn } from '../headers.ts';
import type { Check, LocationSubject } from '../types.ts';

export const connectionMap: Check<LocationSubject> = {
  id: 'connection-map',
  title: 'The map behind $connection_upgrade',
  examine: ({ place, block, conf, whole }) => {
    if (place.proxyPass === null) return null;
    const headers = effective(conf, block, 'proxy_set_header');
    // Variables of nginx's own begin otherwise (`connection_requests` is no header's value).
    const used = headers
      .filter(({ args }) => /^(?:connection|upgrade)$/i.test(args[0] ?? ''))
      .flatMap((line) => variablesIn(line.args[1] ?? '').map((name) => ({ line, name })))
      .filter(({ name }) => /^connection_(?!requests$|time$)/.test(name));
    const [first] = used;
    if (first === undefined) return null;
    const defined = definedVariables(conf);
    const missing = used.find(({ name }) => !defined.has(name));
    if (missing === undefined) return ok(first.line, `$${first.name} is defined.`);
    const { line, name } = missing;
    const fix = write(
      'Define it in the http block:',
      'http',
      `map $http_upgrade $${name} {\n    default upgrade;\n    ''      close;\n}`,
    );
    if (!whole) {
      return unknown(
        line,
        `$${name} has to be defined by a map in the http block, which is not in this file.`,
        fix,
        'config-map-missing',
      );
    }
    return wrong(line, `$${name} is used and no map defines it: nginx does not start.`, 'config-map-missing', fix);
  },
};
