/** Answers that nginx made itself, as far as status and size alone show: `isNginxAnswer` in src/findings/answered-by.ts. */

/** Statuses from 100 on. */
export const STATUSES: u32 = 500;
/** For each of them: 0, 1: nginx made all such answers, 2 and up: those of sizes that a row tells. */
export const MADE_BY_NGINX: usize = memory.data(STATUSES, 16);
/** Rows of a bit for each size below this. */
export const MOST_SIZE: u32 = 1024;
const MOST_ROWS: u32 = 64;
const ROW_BYTES: u32 = MOST_SIZE / 8;
export const SIZES: usize = memory.data(ROW_BYTES * MOST_ROWS, 16);

/**
 * 1 when nginx surely made the answer.
 * @param size bytes of body, or -1
 */
export function madeByNginx(status: u32, size: f64): u32 {
  const kind = <u32>load<u8>(MADE_BY_NGINX + status - 100);
  if (kind < 2) return kind;
  const bytes = <i32>size;
  if (size < 0 || size >= <f64>MOST_SIZE) return 0;
  return (<u32>load<u8>(SIZES + (kind - 2) * ROW_BYTES + (bytes >> 3)) >> (bytes & 7)) & 1;
}
