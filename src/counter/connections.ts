/** Requests whose error line was seen, by connection: what src/incident/requests-by-connection.ts keeps, laid out alike. */

/** Slots; connections that share one take it from each other. */
const SIZE: u32 = 1 << 16;
const SLOT_BYTES: u32 = 32;
export const CONNECTIONS_BYTES: u32 = SIZE * SLOT_BYTES;
export const CONNECTIONS: usize = memory.data(CONNECTIONS_BYTES, 64);
/** In a slot, behind the connection's number: time of its last line, hash of its request, whether an access line came. */
const TIME: usize = 8;
const REQUEST: usize = 16;
const JOINED: usize = 20;
/** Groups that have a line of the request, the one that counts it first; -1 where there is none. */
const TOUCHED: usize = 24;
const MOST_TOUCHED: usize = 4;
/** Seconds after which the same request on the same connection is another. */
const ANOTHER_AFTER: f64 = 600;

/** Notes an error line. Returns the group that counts its request already, or -1 when the line starts a new one. */
export function note(connection: f64, request: u32, time: f64, group: i32): i32 {
  const slot = CONNECTIONS + (<u32>(<i64>connection) & (SIZE - 1)) * SLOT_BYTES;
  const touched = slot + TOUCHED;
  const isKnown =
    load<f64>(slot) === connection &&
    load<u32>(slot, REQUEST) === request &&
    !(time - load<f64>(slot, TIME) > ANOTHER_AFTER);
  if (isKnown) {
    let free: usize = 0;
    let again = false;
    for (let at = touched; at < touched + MOST_TOUCHED * 2; at += 2) {
      const seen = <i32>load<i16>(at);
      if (seen === group) again = true;
      else if (seen === -1 && free === 0) free = at;
    }
    if (!again) {
      if (free !== 0) store<i16>(free, <i16>group);
      store<f64>(slot, time, TIME);
      return <i32>load<i16>(touched);
    }
  }
  store<f64>(slot, connection);
  store<f64>(slot, time, TIME);
  store<u32>(slot, request, REQUEST);
  store<u32>(slot, 0, JOINED);
  // The group, and three times -1.
  store<i64>(touched, -0x10000 | (<i64>group & 0xffff));
  return -1;
}
