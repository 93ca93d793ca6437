/**
 * Counts error lines by group, in WebAssembly: compiled by `asc` like the scanner. Each finding comes with its group;
 * requests that several lines are about are counted once, in the group of the first.
 */
import { addClient } from './clients';
import { note } from './connections';
import {
  APART,
  CLIENT,
  CONNECTION,
  FIRST,
  FORGEABLE,
  GROUP,
  GROUP_BYTES,
  GROUPS,
  HITS,
  LAST,
  LINES,
  OUTSIDE,
  RANGE,
  REQUEST,
  SECONDARY,
  TIME,
} from './layout';
import { addTime } from './timeline';

export { COUNTERS, REGISTERS } from './clients';
export { CONNECTIONS, CONNECTIONS_BYTES } from './connections';
export * from './layout';
export { MOST_CELLS } from './timeline';

/**
 * Counts findings. The column of groups tells the group of each, doubled, and one more where the client may have been
 * forged: then that is not counted. Whoever asks has once set the range, and that of each group, to one from plus to minus
 * infinity.
 *
 * @param rows how many there are
 * @returns findings whose client is to be counted outside: their places stand at `OUTSIDE`
 */
export function count(rows: u32): u32 {
  let outside: u32 = 0;
  let earliest = load<f64>(RANGE);
  let latest = load<f64>(RANGE, 8);
  for (let row: u32 = 0; row < rows; row++) {
    const four = (<usize>row) << 2;
    const eight = (<usize>row) << 3;
    const said = load<u32>(GROUP + four);
    const number = said >> 1;
    const group = GROUPS + <usize>number * GROUP_BYTES;
    const time = load<f64>(TIME + eight);
    const connection = load<f64>(CONNECTION + eight);
    const request = load<u32>(REQUEST + four);
    if (time < earliest) earliest = time;
    if (time > latest) latest = time;
    store<u32>(group, load<u32>(group, LINES) + 1, LINES);
    const isForgeable = said & 1;
    store<u32>(group, load<u32>(group, FORGEABLE) + isForgeable, FORGEABLE);
    if (time < load<f64>(group, FIRST)) store<f64>(group, time, FIRST);
    if (time > load<f64>(group, LAST)) store<f64>(group, time, LAST);
    if (connection >= 0 && request !== 0 && note(connection, request, time, <i32>number) !== -1) {
      store<u32>(group, load<u32>(group, SECONDARY) + 1, SECONDARY);
      continue;
    }
    store<u32>(group, load<u32>(group, HITS) + 1, HITS);
    if (!isNaN(time)) addTime(group, time);
    const client = load<f64>(CLIENT + eight);
    if (isForgeable || client === -1) continue;
    // A name, or out of memory: from now on this group's clients are counted outside, where names can be.
    if (client < 0) store<u32>(group, 1, APART);
    if (load<u32>(group, APART) !== 0 || !addClient(group, <i32>(<u32>client))) {
      store<u32>(group, 1, APART);
      store<u32>(OUTSIDE + ((<usize>outside) << 2), row);
      outside++;
    }
  }
  store<f64>(RANGE, earliest);
  store<f64>(RANGE, latest, 8);
  return outside;
}
