/** Without a proxy_pass nothing reaches a backend. */
import { act, NOWHERE, ok, unknown, wrong } from '../findings.ts';
import { MOST_LOCATIONS } from '../subjects.ts';
import type { Check, WholeSubject } from '../types.ts';

export const proxied: Check<WholeSubject> = {
  id: 'proxied',
  title: 'Some location proxies',
  examine: ({ conf, whole, locations }) => {
    if (locations.length >= MOST_LOCATIONS) {
      return unknown(
        NOWHERE,
        `Only the first ${MOST_LOCATIONS} locations were looked at; --server and --path pick others.`,
      );
    }
    if (locations.length > 0) return ok(NOWHERE, 'There are locations that proxy.');
    const fix = act('Check that this is the configuration that nginx runs with: nginx -T prints it.');
    // What stands in a file that was not read, or in a stream block, may be what carries them.
    const elsewhere = !whole || conf.problems.length > 0 || conf.directives.some(({ name }) => name === 'stream');
    const why = 'No location here has a proxy_pass, so no WebSocket can pass nginx';
    if (elsewhere) return unknown(NOWHERE, `${why}, unless by what this configuration leaves to other files.`, fix);
    return wrong(NOWHERE, `${why}.`, 'route-not-proxied', fix);
  },
};
