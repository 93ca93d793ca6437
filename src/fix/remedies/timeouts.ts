/** Times after which nginx gives a connection to the backend up. */
import { settingOf } from '../../nginx-conf/settings.ts';
import { parseSeconds } from '../../nginx-conf/values.ts';
import { Draft, effectiveLine } from '../draft.ts';
import { nameOf } from '../places.ts';
import { nothing, type Remedy } from '../types.ts';

/** An hour of silence ends no living WebSocket whose application pings now and then. Seconds. */
const LONG = 3600;
/** Two pings may be lost before the tunnel is. */
const PINGS_TO_MISS = 2.5;
const BESIDE = ['proxy_read_timeout', 'proxy_send_timeout', 'proxy_set_header', 'proxy_pass'];

export const idleTimeout: Remedy = {
  at: 'place',
  reach: 'websocket',
  mend(conf, place, { pingSeconds }) {
    const { location } = place;
    const { value: seconds } = settingOf(conf, location, 'proxy_read_timeout', 60, ([text]) =>
      parseSeconds(text ?? ''),
    );
    const needed = pingSeconds === null ? LONG : pingSeconds * PINGS_TO_MISS;
    if (seconds >= needed) {
      return nothing(
        pingSeconds === null
          ? `${nameOf(place)} allows ${seconds} s of silence already; let the application ping more often than that`
          : `${nameOf(place)} allows ${seconds} s of silence, which is enough for a ping every ${pingSeconds} s`,
      );
    }
    const draft = new Draft(conf, location, BESIDE);
    const why =
      pingSeconds === null
        ? `nginx closes a tunnel after ${seconds} s of silence; also ping every 25 to 30 s from the application`
        : `nginx closes a tunnel after ${seconds} s of silence, too soon for a ping every ${pingSeconds} s`;
    draft.set('proxy_read_timeout', pingSeconds === null ? '1h' : roundTime(needed), why);
    return draft.mending();
  },
};

/** Full minutes above a minute, so that nobody asks where 73 s come from. */
function roundTime(seconds: number): string {
  if (seconds <= 60) return `${Math.ceil(seconds)}s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** Times that are meant where somebody wrote 0 for "never". */
const INSTEAD_OF_ZERO = [
  ['proxy_read_timeout', '1h'],
  ['proxy_connect_timeout', '60s'],
  ['proxy_send_timeout', '60s'],
] as const;

export const zeroTimeout: Remedy = {
  at: 'place',
  reach: 'fault',
  mend(conf, place) {
    const draft = new Draft(conf, place.location, BESIDE);
    for (const [name, value] of INSTEAD_OF_ZERO) {
      const line = effectiveLine(conf, place.location, name);
      // Zero is wrong wherever it is inherited from, so it is corrected where it stands.
      if (line !== null && parseSeconds(line.args[0] ?? '') === 0) {
        draft.change(line, value, '0 does not turn the timeout off: it ends every request at once');
      }
    }
    const mending = draft.mending();
    return mending.edits.length > 0 ? mending : nothing(`${nameOf(place)} has no timeout of 0`);
  },
};
