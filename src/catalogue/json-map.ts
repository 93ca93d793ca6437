/** A map of entries that stay JSON, as bytes where they were read, until they are asked for. */
export class JsonMap<Value> implements ReadonlyMap<string, Value> {
  readonly #bytes: Buffer;
  readonly #places: ReadonlyMap<string, Place>;
  readonly #read = new Map<string, Value>();

  /**
   * @param bytes ASCII.
   * @param places where in them each entry stands, by its key: a JSON text of what `Value` says.
   */
  constructor(bytes: Buffer, places: Readonly<Record<string, Place>>) {
    this.#bytes = bytes;
    this.#places = new Map(Object.entries(places));
  }

  get size(): number {
    return this.#places.size;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  get(key: string): Value | undefined {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const value: Value = JSON.parse(this.#bytes.toString('latin1', place[0], place[1]));
    this.#read.set(key, value);
    return value;
  }

  keys(): MapIterator<string> {
    return this.#places.keys();
  }

  *entries(): MapIterator<[string, Value]> {
    for (const key of this.#places.keys()) yield [key, this.get(key)!];
  }

  *values(): MapIterator<Value> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  forEach(take: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.entries()) take(value, key, this);
  }
}

/** Where a text begins, and where it has ended. */
export type Place = readonly [from: number, to: number];
