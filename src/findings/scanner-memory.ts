/**
 * The scanner's memory as it is looked at from here, and the few scanners of a thread, which its inputs use in turn.
 * The scanner itself tells where things lie: src/scanner/layout.ts.
 */
import type { Place } from '../webassembly/module.ts';
import { hasNginxPage, isNginxAnswer, nginxPageSizes } from './answered-by.ts';
import type { AccessColumns, Columns } from './columns.ts';
import type { ScannerFormat } from './scanner-format.ts';
import { writeFormat } from './scanner-format-memory.ts';
import { newScanner, type ScannerExports } from './scanner-module.ts';
import { ScannerResult } from './scanner-result.ts';

/** Each input has a scanner while it is read, and a few inputs are read at a time. */
const MOST_SCANNERS = 8;

/** A scanner with its memory. */
export class ScannerMemory {
  /** Whose lines it knows. */
  owner: object | null = null;
  readonly code: ScannerExports;
  /** Where the text stands. */
  readonly textAt: number;
  readonly text: Uint8Array;
  /** What the last call found. */
  readonly result: ScannerResult;
  /** How a call may have ended; and what stands for a client that is a name. */
  readonly codes: {
    readonly done: number;
    readonly notKnown: number;
    readonly notWhole: number;
    readonly named: number;
  };
  readonly rows: Columns & AccessColumns;
  /** Where clients stand that are no numbers. */
  readonly names: { readonly start: Int32Array; readonly end: Int32Array };

  constructor(code: ScannerExports) {
    this.code = code;
    const { buffer } = code.memory;
    const rows = code.MOST_ROWS.value;
    const whole = ({ value }: Place) => new Int32Array(buffer, value, rows);
    const double = ({ value }: Place) => new Float64Array(buffer, value, rows);
    this.textAt = code.TEXT.value;
    this.text = new Uint8Array(buffer, this.textAt, code.TEXT_BYTES.value);
    this.result = new ScannerResult(code);
    this.codes = {
      done: code.DONE.value,
      notKnown: code.NOT_KNOWN.value,
      notWhole: code.NOT_WHOLE.value,
      named: code.NAMED.value,
    };
    this.rows = {
      gist: whole(code.GIST),
      time: double(code.TIME),
      client: double(code.CLIENT),
      connection: double(code.CONNECTION),
      request: new Uint32Array(buffer, code.REQUEST.value, rows),
      line: whole(code.LINE),
      start: whole(code.START),
      end: whole(code.END),
      seconds: double(code.SECONDS),
      bytes: double(code.BYTES),
    };
    this.names = { start: whole(code.NAME), end: whole(code.NAME_END) };
    writeAnswers(code);
  }

  /** Forgets all lines, and expects access lines in this format; none when it is null. */
  setFormat(format: ScannerFormat | null): void {
    const { code } = this;
    code.forgetErrors();
    code.forgetAccess();
    if (format === null || !writeFormat(format, code)) code.setSlots(0, 0);
  }

  /** @param start epoch second at which the hour of a time starts, whose minutes stand at `minutesAt` */
  setHour(text: string, minutesAt: number, start: number): void {
    Buffer.from(this.code.memory.buffer).write(text, this.code.HOUR.value, 'latin1');
    this.code.learnAccessHour(text.length, minutesAt, start);
  }
}

/** Writes down which answers are surely nginx's own. */
function writeAnswers({ memory: { buffer }, MADE_BY_NGINX, SIZES, STATUSES, MOST_SIZE }: ScannerExports): void {
  const kinds = new Uint8Array(buffer, MADE_BY_NGINX.value, STATUSES.value);
  const rowBytes = MOST_SIZE.value / 8;
  let row = 0;
  for (let i = 0; i < kinds.length; i++) {
    const status = 100 + i;
    if (isNginxAnswer(status, null)) kinds[i] = 1;
    if (!hasNginxPage(status)) continue;
    const sizes = new Uint8Array(buffer, SIZES.value + row * rowBytes, rowBytes);
    for (const size of nginxPageSizes(status)) sizes[size >> 3]! |= 1 << (size & 7);
    kinds[i] = 2 + row++;
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
