/** Says what would tell two causes apart when the evidence at hand does not. */
import type { Cause } from '../catalogue/types.ts';
import type { Facts } from './fact.ts';
import type { RankedCause } from './weigh.ts';

/** Above this confidence the first cause stands alone. */
const CLEAR = 0.7;
/** A second cause below this is no rival. */
const RIVAL = 0.15;

/** How a fact that is missing could be had. */
const HOW: ReadonlyMap<string, string> = new Map([
  ['upstream-status', 'log `$upstream_status`: it tells the answers of the backend from those of nginx'],
  ['answered-by', 'log `$upstream_status`: it tells the answers of the backend from those of nginx'],
  ['request-time', 'log `$request_time`: it tells an immediate failure from a timer'],
  ['request-seconds', 'log `$request_time`: it tells an immediate failure from a timer'],
  ['session-length', 'log `$request_time`: for a WebSocket it is how long the connection lived'],
  ['session-timer', 'log `$request_time`: for a WebSocket it is how long the connection lived'],
  ['session-seconds', 'log `$request_time`: for a WebSocket it is how long the connection lived'],
  ['error-log-shows', 'set `error_log … info`: nginx reports the end of a tunnel at that level only'],
  ['endpoint-success', 'give the access log too: whether other handshakes on the path succeeded decides much'],
  [
    'refused-silently',
    'give the error log of the same time too: nginx gives a reason there for most of what it refuses',
  ],
  ['body', 'give the access log too: the size of the answer tells who refused'],
]);
const CONFIG = 'give the nginx configuration (-c /etc/nginx/nginx.conf): it shows what nginx sends to the backend';
const BACKEND = 'ask the backend directly, past nginx, with the verification commands of both';

export function undecided(causes: readonly RankedCause[], facts: Facts): string | null {
  const [first, second] = causes;
  if (first === undefined || second === undefined) return null;
  if (first.confidence >= CLEAR || second.confidence < RIVAL) return null;
  const advice = new Map<string, number>();
  for (const cause of [first.cause, second.cause]) {
    for (const { fact, weight } of rulesOf(cause)) {
      if (facts.has(fact)) continue;
      const how = fact.startsWith('conf-') ? CONFIG : HOW.get(fact);
      if (how !== undefined) advice.set(how, (advice.get(how) ?? 0) + Math.abs(weight));
    }
  }
  const best = [...advice]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 2)
    .map(([how]) => how);
  return `To tell ${first.cause.id} from ${second.cause.id}: ${best.length > 0 ? best.join('; or ') : BACKEND}.`;
}

function rulesOf(cause: Cause): Cause['evidence']['for'] {
  return [...cause.evidence.for, ...cause.evidence.against];
}
