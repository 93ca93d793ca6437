/** limit_conn counts a tunnel for as long as it lives, not only while it is being made. */
import { effective } from '../../nginx-conf/settings.ts';
import { note, ok, write, wrong } from '../findings.ts';
import type { Check, LocationSubject } from '../types.ts';

/** Tunnels at once under one key: a few tabs of a few people behind one address. */
const FEW = 10;
const SOME = 50;

export const limitConn: Check<LocationSubject> = {
  id: 'limit-conn',
  title: 'limit_conn leaves room for tunnels',
  examine: ({ conf, block }) => {
    if (effective(conf, block, 'limit_conn_dry_run').at(-1)?.args[0] === 'on') return null;
    const lines = effective(conf, block, 'limit_conn').map((line) => ({ line, limit: Number(line.args[1]) }));
    const [tightest] = lines.sort((a, b) => a.limit - b.limit);
    if (tightest === undefined) return null;
    const { line, limit } = tightest;
    const [zone] = line.args;
    if (!(limit < SOME)) return ok(line, `${limit} connections of one key are allowed.`);
    const why = `A WebSocket counts in limit_conn ${zone} as long as it is open, so the ${limit + 1}${ordinal(limit + 1)} of one key gets 503`;
    const fix = write('Allow as many as one key may hold open:', 'location', `limit_conn ${zone} 200;`);
    if (limit < FEW) return wrong(line, `${why}.`, 'rate-limited', fix);
    return note(line, `${why}; many clients can share an address.`, fix, 'rate-limited');
  },
};

function ordinal(number: number): string {
  const tens = number % 100;
  if (tens >= 11 && tens <= 13) return 'th';
  return ['th', 'st', 'nd', 'rd'][number % 10] ?? 'th';
}
