/** The scanner's code: src/scanner, compiled to WebAssembly by the build. */
import { existsSync, readFileSync } from 'node:fs';

/** A position in the scanner's memory. */
interface Place {
  readonly value: number;
}

/** What of WebAssembly is used here: TypeScript knows it from browsers only. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: ScannerExports };
  readonly CompileError: new () => Error;
};

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

let compiled: object | undefined;
/** There was no address space for one: to ask again costs a search of the heap for what could be let go each time. */
let isRefused = false;

/**
 * A scanner of its own memory; null where there can be none, as under a narrow limit of address space: then all lines
 * are read the plain way.
 */
export function newScanner(): ScannerExports | null {
  if (isRefused || typeof WebAssembly === 'undefined') return null;
  try {
    compiled ??= new WebAssembly.Module(readFileSync(codeFile()));
    return new WebAssembly.Instance(compiled).exports;
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof WebAssembly.CompileError)) throw error;
    isRefused = true;
    return null;
  }
}

/** A source tree has no code beside this file: it is where the build puts it. */
function codeFile(): URL {
  const beside = new URL('./scanner.wasm', import.meta.url);
  return existsSync(beside) ? beside : new URL('../../dist/findings/scanner.wasm', import.meta.url);
}
