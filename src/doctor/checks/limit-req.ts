/** After a restart all clients come back at once; a tight limit_req keeps them out. */
import { effective } from '../../nginx-conf/settings.ts';
import { type Conf, httpDirectives, named } from '../../nginx-conf/tree.ts';
import { ok, unknown, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

/** Handshakes of one key within a second that a page with a few sockets, reloaded, makes. */
const QUICK_RETRIES = 5;

export const limitReq: Check<LocationSubject> = {
  id: 'limit-req',
  title: 'limit_req lets clients come back',
  examine: ({ conf, block }) => {
    if (effective(conf, block, 'limit_req_dry_run').at(-1)?.args[0] === 'on') return null;
    const [line] = effective(conf, block, 'limit_req');
    if (line === undefined) return null;
    const option = (name: string) => line.args.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    const zone = option('zone') ?? '';
    const rate = rateOf(conf, zone);
    if (rate === null) return unknown(line, `The rate of limit_req zone ${zone} is not in this configuration.`);
    const burst = Number(option('burst') ?? 0);
    if (rate + burst >= QUICK_RETRIES)
      return ok(line, `${rate} handshakes a second and ${burst} more at once are let in.`);
    return wrong(
      line,
      `Of several handshakes at once, as after a reload or a restart, limit_req zone ${zone} lets in ${Math.floor(1 + burst)} and answers 503 to the rest.`,
      'rate-limited',
      write('Let a burst in without delay:', 'location', `limit_req zone=${zone} burst=50 nodelay;`),
    );
  },
};

/** Requests a second of a zone; null when it is not defined here. */
function rateOf(conf: Conf, zone: string): number | null {
  const defined = named(httpDirectives(conf), 'limit_req_zone').find(({ args }) =>
    args.some((word) => word.startsWith(`zone=${zone}:`)),
  );
  const rate = /^rate=(\d{1,9})r\/([sm])$/.exec(defined?.args.find((word) => word.startsWith('rate=')) ?? '');
  return rate === null ? null : Number(rate[1]) / (rate[2] === 'm' ? 60 : 1);
}
