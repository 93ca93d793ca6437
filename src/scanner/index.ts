/**
 * The fast way through a log, in WebAssembly: the compiler `asc` makes it of these files, which are AssemblyScript, a
 * TypeScript with the machine's own numbers. Lines that are known, or of a known form, are counted and put into columns
 * here; at any other the scanner stops, and the plain way reads it and says what it means (src/findings/scanner.ts).
 */
import { takeAccess } from './access-line';
import { find } from './bytes';
import { enterText } from './encoded-feeds';
import { takeError } from './error-line';
import { DONE, NEXT_AT, NEXT_LINE, NOT_KNOWN, NOT_WHOLE, RESULT, ROWS_FULL, TEXT } from './layout';
import { beginRows, handOver, MOST_ROWS, rows } from './rows';

export {
  ANY as KIND_ANY,
  BARE as KIND_BARE,
  LIST as KIND_LIST,
  LITERAL_BYTES,
  LITERALS,
  MOST_SLOTS,
  NUMBER as KIND_NUMBER,
  QUOTED as KIND_QUOTED,
  REST as KIND_REST,
  SLOT_BYTES,
  SLOTS,
  setSlots,
  TIME as KIND_TIME,
  WORD as KIND_WORD,
} from './access-format';
export { KEY_SLOTS, MOST_PARTS } from './access-key';
export { forgetAccess, learnAccessLine, setAccess } from './access-line';
export { HOUR, learnAccessHour } from './access-time';
export {
  CLIENT as ROLE_CLIENT,
  CONNECTION as ROLE_CONNECTION,
  EXACT_TIME as ROLE_EXACT_TIME,
  METHOD as ROLE_METHOD,
  PLACES,
  PROTOCOL as ROLE_PROTOCOL,
  SECONDS as ROLE_SECONDS,
  SIZE as ROLE_SIZE,
  STATUS as ROLE_STATUS,
  TARGET as ROLE_TARGET,
  TIME as ROLE_TIME,
  UPGRADE as ROLE_UPGRADE,
  WHOLE_REQUEST as ROLE_REQUEST,
} from './access-values';
export { learnBareLine } from './error-bare';
export { learnErrorHour } from './error-head';
export { learnErrorLine } from './error-line';
export { forgetErrors } from './error-memory';
export * from './layout';
export { MADE_BY_NGINX, MOST_SIZE, SIZES, STATUSES } from './own-answer';
export {
  BYTES,
  CLIENT,
  CONNECTION,
  END,
  GIST,
  LINE,
  MOST_ROWS,
  NAME,
  NAME_END,
  REQUEST,
  SECONDS,
  START,
  setRange,
  TIME,
} from './rows';

const LF: u8 = 10;
const SLASH: u8 = 47;
const BRACKET: u8 = 91;

/** Tells that the text up to there is another now. */
export function enter(end: u32): void {
  // So that a search for the end of a line ends.
  store<u8>(TEXT + end, LF);
  enterText(TEXT + end);
}

/**
 * Reads lines as long as they are known.
 * @param from where the first starts in the text
 * @param stop lines that start from here on are not read
 * @param end where the text ends
 * @param line number of the first
 * @param base where the text begins in what positions are told in
 * @returns how it ended; where, and what was found, stands at `RESULT`
 */
export function scan(from: u32, stop: u32, end: u32, line: u32, base: i32): i32 {
  let at = TEXT + from;
  const last = TEXT + stop;
  const textEnd = TEXT + end;
  const toBase = base - <i32>TEXT;
  let number = line;
  let result = DONE;
  beginRows();
  while (at < last) {
    if (rows >= MOST_ROWS) {
      result = ROWS_FULL;
      break;
    }
    // A slash and a bracket where an error line has them; else an access line of the expected format.
    const isError = load<u8>(at, 4) === SLASH && load<u8>(at, 20) === BRACKET;
    let feed: usize = 0;
    if (isError) {
      feed = find(LF, at, textEnd);
      if (feed < textEnd && !takeError(at, feed, number, toBase)) feed = 0;
    } else feed = takeAccess(at, textEnd, number, toBase);
    if (feed === 0 || feed === textEnd) {
      // The last line of the text, which may not be all there.
      result = find(LF, at, textEnd) === textEnd ? NOT_WHOLE : NOT_KNOWN;
      break;
    }
    at = feed + 1;
    number++;
  }
  store<u32>(RESULT + NEXT_AT, <u32>(at - TEXT));
  store<u32>(RESULT + NEXT_LINE, number);
  handOver();
  return result;
}
