/** The scanner's code: src/scanner, compiled to WebAssembly by the build. */
import { type Place, WebAssemblyCode } from '../webassembly/module.ts';

/** What src/scanner/index.ts exports. */
export interface ScannerExports {
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
  readonly TEXT: Place;
  readonly TEXT_BYTES: Place;
  readonly RESULT: Place;
  readonly SLOTS: Place;
  readonly LITERALS: Place;
  readonly PLACES: Place;
  readonly KEY_SLOTS: Place;
  readonly HOUR: Place;
  readonly MADE_BY_NGINX: Place;
  readonly SIZES: Place;
  readonly GIST: Place;
  readonly TIME: Place;
  readonly CLIENT: Place;
  readonly CONNECTION: Place;
  readonly REQUEST: Place;
  readonly LINE: Place;
  readonly START: Place;
  readonly END: Place;
  readonly SECONDS: Place;
  readonly BYTES: Place;
  readonly NAME: Place;
  readonly NAME_END: Place;
}

const code = new WebAssemblyCode<ScannerExports>(
  new URL('./scanner.wasm', import.meta.url),
  new URL('../../dist/findings/scanner.wasm', import.meta.url),
);

/** A scanner of its own memory; null where there can be none. */
export function newScanner(): ScannerExports | null {
  return code.instance();
}
