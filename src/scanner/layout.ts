/**
 * Where things lie in the scanner's memory, and codes of what it tells. Each number stands here only, or where else it is
 * exported: src/findings/scanner-memory.ts and scanner-result.ts ask for them.
 *
 * What is written or searched for every line begins with a line of the processor's cache: 64 bytes.
 */

/** The piece of log at hand. Behind it is room for looks beyond its end. */
export const TEXT_BYTES: u32 = 96 * 1024;
export const TEXT: usize = memory.data(TEXT_BYTES + 4096, 64);

/** What a call found: see the offsets below. */
export const RESULT_BYTES: u32 = 120;
export const RESULT: usize = memory.data(RESULT_BYTES, 64);
export const NEXT_AT: usize = 0;
export const NEXT_LINE: usize = 4;
export const ROWS_FOUND: usize = 8;
export const ROWS_NAMED: usize = 12;
export const LINES: usize = 16;
export const ROUTINE: usize = 20;
export const OUTSIDE: usize = 24;
export const ERROR_LINES: usize = 28;
export const ACCESS_LINES: usize = 32;
export const LEVELS_SEEN: usize = 36;
export const FIRST_TIME: usize = 40;
export const LAST_TIME: usize = 48;
/** Of the line that was not known. */
export const ASKED: usize = 56;
export const ASKED_TIME: usize = 64;
export const ASKED_CLIENT: usize = 72;
export const ASKED_CONNECTION: usize = 80;
export const ASKED_SECONDS: usize = 88;
export const ASKED_SIZE: usize = 96;
export const ASKED_REQUEST: usize = 104;
export const ASKED_NAME: usize = 108;
export const ASKED_NAME_END: usize = 112;
/** Rows with what only access lines have. */
export const ROWS_OF_ACCESS: usize = 116;

/** What can be asked about the line that was not known; 0: nothing. */
export const ABOUT_ERROR: i32 = 1;
export const ABOUT_ACCESS: i32 = 2;
/** The hour it was written in is not known; its time stands where else a name does. */
export const ABOUT_TIME: i32 = 3;
/** An error line without a context. */
export const ABOUT_BARE: i32 = 4;

/** How a call ended. */
export const DONE: i32 = 0;
export const NOT_KNOWN: i32 = 1;
export const ROWS_FULL: i32 = 2;
export const NOT_WHOLE: i32 = 3;

/** In the column of clients: it stands in the text. */
export const NAMED: f64 = -2;

/** Longest key that is remembered. */
export const KEY_BYTES: u32 = 2048;
export const KEY: usize = memory.data(KEY_BYTES + 4096, 64);
