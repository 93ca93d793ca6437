/** Where reading stood in each log whenever all that was read had been handed on. */
import type { Position } from '../input/position.ts';

interface Reader {
  positionsOf(path: string): readonly Position[];
}

export class Places {
  readonly #paths: readonly string[];
  readonly #at = new Map<string, readonly Position[]>();
  readonly #fed = new Set<string>();

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Where the log was read from before what comes now. */
  before(path: string): readonly Position[] | null {
    this.#fed.add(path);
    return this.#at.get(path) ?? null;
  }

  /** Takes note of where reading stands: all that was read has been handed on. */
  settled(reader: Reader): void {
    for (const path of this.#at.size === 0 ? this.#paths : this.#fed) this.#at.set(path, reader.positionsOf(path));
    this.#fed.clear();
  }

  /** The positions to store: of a log whose lines were not all counted, those before them. */
  toStore(reader: Reader, waitsFrom: (path: string) => readonly Position[] | null): Position[] {
    return this.#paths.flatMap((path) => waitsFrom(path) ?? reader.positionsOf(path));
  }
}
