/** A map of entries that stay JSON text until they are asked for. */
export class JsonMap<Value> implements ReadonlyMap<string, Value> {
  readonly #texts: ReadonlyMap<string, string>;
  readonly #read = new Map<string, Value>();

  /** @param texts the entries by their keys, each a JSON text of what `Value` says. */
  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = new Map(Object.entries(texts));
  }

  get size(): number {
    return this.#texts.size;
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  get(key: string): Value | undefined {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    const value: Value = JSON.parse(text);
    this.#read.set(key, value);
    return value;
  }

  keys(): MapIterator<string> {
    return this.#texts.keys();
  }

  *entries(): MapIterator<[string, Value]> {
    for (const key of this.#texts.keys()) yield [key, this.get(key)!];
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
