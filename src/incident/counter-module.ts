/** The counter's code: src/counter, compiled to WebAssembly by the build. */
import { type Place, WebAssemblyCode } from '../webassembly/module.ts';

/** What src/counter/index.ts exports. */
export interface CounterExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  count(rows: number): number;
  readonly MOST_ROWS: Place;
  readonly MOST_GROUPS: Place;
  readonly GROUP: Place;
  readonly TIME: Place;
  readonly CLIENT: Place;
  readonly CONNECTION: Place;
  readonly REQUEST: Place;
  readonly OUTSIDE: Place;
  /** First and last time there was, in epoch seconds. */
  readonly RANGE: Place;
  readonly CONNECTIONS: Place;
  readonly CONNECTIONS_BYTES: Place;
  readonly REGISTERS: Place;
  readonly COUNTERS: Place;
  readonly GROUPS: Place;
  readonly GROUP_BYTES: Place;
  /** Offsets in what is counted of a group. */
  readonly LINES: Place;
  readonly HITS: Place;
  readonly SECONDARY: Place;
  readonly FORGEABLE: Place;
  readonly FIRST: Place;
  readonly LAST: Place;
  readonly CELL_SECONDS: Place;
  readonly EARLIEST: Place;
  readonly LATEST: Place;
  readonly CLIENTS: Place;
  readonly PLACES: Place;
  readonly NAMED: Place;
  readonly FLOOD: Place;
  readonly FLOOD_HITS: Place;
  readonly CELLS: Place;
  /** How many there are of those. */
  readonly MOST_CELLS: Place;
}

const code = new WebAssemblyCode<CounterExports>(
  new URL('./counter.wasm', import.meta.url),
  new URL('../../dist/incident/counter.wasm', import.meta.url),
);

/** A counter of its own memory; null where there can be none. */
export function newCounter(): CounterExports | null {
  return code.instance();
}
