/** The scanner's code: src/scanner, compiled to WebAssembly by the build. */
import { type Place, WebAssemblyCode } from '../webassembly/module.ts';

/** What src/scanner/index.ts exports. */
export type ScannerExports = ScannerCalls & Readonly<Record<Area | Bound | Column | Offset | Code, Place>>;

interface ScannerCalls {
  readonly memory: { readonly buffer: ArrayBuffer };
  enter(end: number): void;
  scan(from: number, stop: number, end: number, line: number, base: number): number;
  setRange(since: number, until: number): void;
  setSlots(count: number, leadBytes: number): void;
  setAccess(keys: number, numbers: number, sizeTells: boolean, clientNeeded: boolean, tailGuessed: boolean): void;
  learnBareLine(value: number, level: number): number;
  learnErrorHour(at: number, start: number): void;
  learnErrorLine(value: number, request: number, level: number): number;
  learnAccessHour(length: number, minutesAt: number, start: number): void;
  learnAccessLine(value: number): number;
  forgetErrors(): void;
  forgetAccess(): void;
}

type Area = 'TEXT' | 'RESULT' | 'SLOTS' | 'LITERALS' | 'PLACES' | 'KEY_SLOTS' | 'HOUR' | 'MADE_BY_NGINX' | 'SIZES';

/** Bytes of an area, or what there is room for. */
type Bound =
  | 'TEXT_BYTES'
  | 'RESULT_BYTES'
  | 'MOST_ROWS'
  | 'MOST_SLOTS'
  | 'SLOT_BYTES'
  | 'LITERAL_BYTES'
  | 'MOST_PARTS'
  | 'STATUSES'
  | 'MOST_SIZE';

type Column =
  | 'GIST'
  | 'TIME'
  | 'CLIENT'
  | 'CONNECTION'
  | 'REQUEST'
  | 'LINE'
  | 'START'
  | 'END'
  | 'SECONDS'
  | 'BYTES'
  | 'NAME'
  | 'NAME_END';

/** Offsets in bytes: in the result of a call, and of the roles among the places. */
type Offset =
  | 'NEXT_AT'
  | 'NEXT_LINE'
  | 'ROWS_FOUND'
  | 'ROWS_NAMED'
  | 'ROWS_OF_ACCESS'
  | 'LINES'
  | 'ROUTINE'
  | 'OUTSIDE'
  | 'ERROR_LINES'
  | 'ACCESS_LINES'
  | 'LEVELS_SEEN'
  | 'FIRST_TIME'
  | 'LAST_TIME'
  | 'ASKED'
  | `ASKED_${'TIME' | 'CLIENT' | 'CONNECTION' | 'SECONDS' | 'SIZE' | 'REQUEST' | 'NAME' | 'NAME_END'}`
  | `ROLE_${'TIME' | 'EXACT_TIME' | 'CLIENT' | 'REQUEST' | 'METHOD' | 'TARGET' | 'PROTOCOL'}`
  | `ROLE_${'STATUS' | 'SIZE' | 'SECONDS' | 'CONNECTION' | 'UPGRADE'}`;

/** What stands for something else: how a call ended, what is asked, how a value ends, a client that is a name. */
type Code =
  | 'DONE'
  | 'NOT_KNOWN'
  | 'NOT_WHOLE'
  | `ABOUT_${'ERROR' | 'BARE' | 'ACCESS' | 'TIME'}`
  | `KIND_${'QUOTED' | 'NUMBER' | 'WORD' | 'LIST' | 'ANY' | 'TIME' | 'REST' | 'BARE'}`
  | 'NAMED';

const code = new WebAssemblyCode<ScannerExports>(
  new URL('./scanner.wasm', import.meta.url),
  new URL('../../dist/findings/scanner.wasm', import.meta.url),
);

/** A scanner of its own memory; null where there can be none. */
export function newScanner(): ScannerExports | null {
  return code.instance();
}
