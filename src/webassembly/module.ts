/** Code that the build compiles to WebAssembly: read once, and run in as many memories as are asked for. */
import { existsSync, readFileSync } from 'node:fs';

/** What of WebAssembly is used here: TypeScript knows it from browsers only. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
  readonly CompileError: new () => Error;
};

/** A position in the code's memory. */
export interface Place {
  readonly value: number;
}

/** @typeParam Exports what the code exports, which nothing checks here. */
export class WebAssemblyCode<Exports> {
  readonly #beside: URL;
  readonly #inDist: URL;
  #module: object | null = null;
  /** There was no address space for it: to ask again costs a search of the heap for what could be let go each time. */
  #isRefused = false;

  /**
   * @param beside where it is, if the program was built
   * @param inDist where it is otherwise: a source tree has no code beside its files
   */
  constructor(beside: URL, inDist: URL) {
    this.#beside = beside;
    this.#inDist = inDist;
  }

  /**
   * The code with a memory of its own; null where there can be none, as under a narrow limit of address space: then all
   * goes the plain way.
   */
  instance(): Exports | null {
    if (this.#isRefused || typeof WebAssembly === 'undefined') return null;
    try {
      this.#module ??= new WebAssembly.Module(readFileSync(existsSync(this.#beside) ? this.#beside : this.#inDist));
      return new WebAssembly.Instance(this.#module).exports as Exports;
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof WebAssembly.CompileError)) throw error;
      this.#isRefused = true;
      return null;
    }
  }
}
