/**
 * The scanner's memory as it is looked at from here, and the few scanners of a thread, which its inputs use in turn.
 * Where things lie: src/scanner/layout.ts.
 */
import { hasNginxPage, isNginxAnswer, nginxPageSizes } from './answered-by.ts';
import type { AccessColumns, Columns } from './columns.ts';
import type { SourceCounts } from './counts.ts';
import type { ScannerFormat } from './scanner-format.ts';
import { newScanner, type ScannerExports } from './scanner-module.ts';

/** Each input has a scanner while it is read, and a few inputs are read at a time. */
const MOST_SCANNERS = 8;

/** Places in the memory of results, in words of four bytes. */
export const RESULT = {
  nextAt: 0,
  nextLine: 1,
  rows: 2,
  named: 3,
  lines: 4,
  routine: 5,
  outside: 6,
  errorLines: 7,
  accessLines: 8,
  levels: 9,
  asked: 14,
  request: 26,
  name: 27,
  nameEnd: 28,
  ofAccess: 29,
} as const;
/** The same, in words of eight bytes. */
const EXACT = { firstTime: 5, lastTime: 6, time: 8, client: 9, connection: 10, seconds: 11, size: 12 } as const;
const MOST_ROWS = 2048;
const LITERAL_BYTES = 4096;
const SLOT_BYTES = 24;
const SIZES_TOLD = 1024;

/** A scanner with its memory. */
export class ScannerMemory {
  /** Whose lines it knows. */
  owner: object | null = null;
  readonly code: ScannerExports;
  /** Where the text stands. */
  readonly textAt: number;
  readonly text: Uint8Array;
  /** What the last call found, in whole numbers; see `RESULT`. */
  readonly result: Int32Array;
  readonly #exact: Float64Array;
  readonly rows: Columns & AccessColumns;
  /** Where clients stand that are no numbers. */
  readonly names: { readonly start: Int32Array; readonly end: Int32Array };

  constructor(code: ScannerExports) {
    this.code = code;
    const { buffer } = code.memory;
    const whole = ({ value }: { readonly value: number }) => new Int32Array(buffer, value, MOST_ROWS);
    const double = ({ value }: { readonly value: number }) => new Float64Array(buffer, value, MOST_ROWS);
    this.textAt = code.TEXT.value;
    this.text = new Uint8Array(buffer, this.textAt, code.TEXT_BYTES.value);
    this.result = new Int32Array(buffer, code.RESULT.value, 64);
    this.#exact = new Float64Array(buffer, code.RESULT.value, 32);
    this.rows = {
      gist: whole(code.GIST),
      time: double(code.TIME),
      client: double(code.CLIENT),
      connection: double(code.CONNECTION),
      request: new Uint32Array(buffer, code.REQUEST.value, MOST_ROWS),
      line: whole(code.LINE),
      start: whole(code.START),
      end: whole(code.END),
      seconds: double(code.SECONDS),
      bytes: double(code.BYTES),
    };
    this.names = { start: whole(code.NAME), end: whole(code.NAME_END) };
    this.#tellAnswers();
  }

  get askedTime(): number {
    return this.#exact[EXACT.time]!;
  }

  get askedClient(): number {
    return this.#exact[EXACT.client]!;
  }

  get askedConnection(): number {
    return this.#exact[EXACT.connection]!;
  }

  get askedSeconds(): number {
    return this.#exact[EXACT.seconds]!;
  }

  get askedSize(): number {
    return this.#exact[EXACT.size]!;
  }

  /** Adds what was counted in the call before. */
  handOver(counts: SourceCounts): void {
    const { result } = this;
    counts.lines += result[RESULT.lines]!;
    counts.routine += result[RESULT.routine]!;
    counts.outside += result[RESULT.outside]!;
    counts.errorLines += result[RESULT.errorLines]!;
    counts.accessLines += result[RESULT.accessLines]!;
    counts.verbosity = Math.max(counts.verbosity, 31 - Math.clz32(result[RESULT.levels]!));
    counts.firstTime = Math.min(counts.firstTime, this.#exact[EXACT.firstTime]!);
    counts.lastTime = Math.max(counts.lastTime, this.#exact[EXACT.lastTime]!);
  }

  /** Forgets all lines, and expects access lines in this format; none when it is null. */
  setFormat(format: ScannerFormat | null): void {
    const { code } = this;
    const { buffer } = code.memory;
    code.forgetErrors();
    code.forgetAccess();
    const literals = code.LITERALS.value;
    const room =
      LITERAL_BYTES - (format?.slots.reduce((sum, { after }) => sum + after.length, format.lead.length) ?? 0);
    const hasFeed =
      format?.slots.some(({ after }) => after.includes('\n')) === true || format?.lead.includes('\n') === true;
    if (format === null || room < 0 || hasFeed) {
      code.setSlots(0, 0);
      return;
    }
    const memory = Buffer.from(buffer);
    const slots = code.SLOTS.value;
    let at = literals + memory.write(format.lead, literals, 'latin1');
    for (const [index, { kind, after }] of format.slots.entries()) {
      const slot = slots + index * SLOT_BYTES;
      memory.writeUInt16LE(kind, slot);
      memory.writeUInt16LE(after.length, slot + 2);
      memory.writeUInt32LE(at, slot + 4);
      const length = memory.write(after, at, 'latin1');
      memory.fill(0, slot + 8, slot + SLOT_BYTES);
      memory.copy(memory, slot + 8, at, at + Math.min(length, 8));
      memory.fill(255, slot + 16, slot + 16 + Math.min(length, 8));
      at += length;
    }
    new Int32Array(buffer, code.PLACES.value, format.places.length).set(format.places);
    const parts = [...format.keys, ...format.numbers];
    new Int32Array(buffer, code.KEY_SLOTS.value, parts.length).set(parts);
    const { keys, numbers, sizeTells, clientNeeded, tailGuessed } = format;
    code.setSlots(format.slots.length, format.lead.length);
    code.setAccess(keys.length, numbers.length, sizeTells, clientNeeded, tailGuessed);
  }

  /** @param start epoch second at which the hour of a time starts, whose minutes stand at `minutesAt` */
  setHour(text: string, minutesAt: number, start: number): void {
    Buffer.from(this.code.memory.buffer).write(text, this.code.HOUR.value, 'latin1');
    this.code.learnAccessHour(text.length, minutesAt, start);
  }

  /** Writes down which answers are surely nginx's own. */
  #tellAnswers(): void {
    const { buffer } = this.code.memory;
    const kinds = new Uint8Array(buffer, this.code.MADE_BY_NGINX.value, 500);
    let row = 0;
    for (let status = 100; status < 600; status++) {
      if (isNginxAnswer(status, null)) kinds[status - 100] = 1;
      if (!hasNginxPage(status)) continue;
      const sizes = new Uint8Array(buffer, this.code.SIZES.value + row * (SIZES_TOLD / 8), SIZES_TOLD / 8);
      for (const size of nginxPageSizes(status)) sizes[size >> 3]! |= 1 << (size & 7);
      kinds[status - 100] = 2 + row++;
    }
  }
}

/** The scanners of this thread, the one used last at the end. */
const memories: ScannerMemory[] = [];

/** A scanner for an owner that has none, perhaps one that another has used; null where there can be none. */
export function memoryFor(owner: object): ScannerMemory | null {
  let memory = memories.find((one) => one.owner === null) ?? null;
  if (memory === null && memories.length < MOST_SCANNERS) {
    const code = newScanner();
    if (code !== null) {
      memory = new ScannerMemory(code);
      memories.push(memory);
    }
  }
  memory ??= memories[0] ?? null;
  if (memory === null) return null;
  memory.owner = owner;
  touch(memory);
  return memory;
}

/** Tells that a scanner is in use. */
export function touch(memory: ScannerMemory): void {
  if (memories.at(-1) === memory) return;
  memories.splice(memories.indexOf(memory), 1);
  memories.push(memory);
}
