/**
 * Where encoded line feeds (`%0a`) stand. nginx decodes a path before it quotes it in a message, so a real line feed can
 * be in an entry only where the request, which nginx writes as it came, holds an encoded one.
 */
import { find, lower } from './bytes';

/** Entries that go on over several lines fit into this many bytes: nginx's limit, and OpenResty's. */
const REACH: usize = 4096;
const PERCENT: u8 = 37;

let end: usize = 0;
/** Position of the next one, or the end; 0 when not looked for yet. */
let next: usize = 0;

/** Begins with a text that ends there. */
export function enterText(at: usize): void {
  end = at;
  next = 0;
}

/** Whether one stands within an entry's reach. */
export function near(start: usize): bool {
  if (next < start) {
    let at = find(PERCENT, start, end);
    while (at < end && !(load<u8>(at, 1) === 48 && lower(load<u8>(at, 2)) === 97 && at + 2 < end))
      at = find(PERCENT, at + 1, end);
    next = at;
  }
  return next < end && next < start + REACH;
}
