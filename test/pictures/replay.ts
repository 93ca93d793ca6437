/** Writes a sample's logs once more as if they were being written now, so that a watch has something to watch. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const TIME = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)|\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) \+0000\]/;

interface TimedLine {
  readonly file: string;
  /** Ms since 1970. */
  readonly at: number;
  readonly text: string;
}

function timeOf(line: string): number | null {
  const found = TIME.exec(line);
  if (found === null) return null;
  const [, year, month, day, clock, dayOfAccess, monthOfAccess = '', yearOfAccess, clockOfAccess] = found;
  if (year !== undefined) return Date.parse(`${year}-${month}-${day}T${clock}Z`);
  const number = String(MONTHS.indexOf(monthOfAccess) + 1).padStart(2, '0');
  return Date.parse(`${yearOfAccess}-${number}-${dayOfAccess}T${clockOfAccess}Z`);
}

function withTime(line: string, at: number): string {
  const iso = new Date(at).toISOString();
  const [date, clock] = [iso.slice(0, 10), iso.slice(11, 19)];
  const [year, month = '01', day] = date.split('-');
  return line.replace(TIME, (_, error?: string) =>
    error === undefined
      ? `[${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} +0000]`
      : `${year}/${month}/${day} ${clock}`,
  );
}

export class Replay {
  readonly #lines: TimedLine[];
  readonly #shift: number;
  #next = 0;

  /** @param files copies by original; @param start the moment in the sample (ms) that is now */
  constructor(files: ReadonlyMap<string, string>, start: number) {
    const lines: TimedLine[] = [];
    for (const [original, file] of files) {
      writeFileSync(file, '');
      let at = 0;
      for (const text of readFileSync(original, 'utf8').split('\n')) {
        if (text === '') continue;
        at = timeOf(text) ?? at;
        lines.push({ file, at, text });
      }
    }
    this.#lines = lines.sort((a, b) => a.at - b.at);
    this.#shift = Math.floor(Date.now() / 1000) * 1000 - start;
    this.advance();
  }

  /** Appends what is due by now. */
  advance(): void {
    for (; this.#next < this.#lines.length; this.#next++) {
      const { file, at, text } = this.#lines[this.#next]!;
      if (at + this.#shift > Date.now()) return;
      appendFileSync(file, `${withTime(text, at + this.#shift)}\n`);
    }
  }
}
