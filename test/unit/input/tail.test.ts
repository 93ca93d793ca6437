import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { Tail, type TailOptions } from '../../../src/input/tail.ts';
import { tempDir } from './temp-dir.ts';

/** A tail running in the background, and what it said so far. */
class Running {
  readonly lines: string[] = [];
  readonly rotated: string[] = [];
  readonly notices: string[] = [];
  readonly blocks: { first: number; lines: number; text: string }[] = [];
  readonly tail: Tail;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;

  constructor(paths: string | string[], options: TailOptions = {}) {
    this.tail = new Tail([paths].flat(), { pollMs: 10, notify: false, signal: this.#abort.signal, ...options });
    this.#done = this.#collect();
    running.push(this);
  }

  async #collect(): Promise<void> {
    for await (const event of this.tail) {
      if ('notice' in event) {
        this.notices.push(event.notice);
        continue;
      }
      const text = event.block.bytes.toString('latin1');
      const lines = text.replace(/\n$/, '').split('\n');
      expect(event.block.lines).toBe(lines.length);
      this.blocks.push({ first: event.block.firstLine, lines: lines.length, text });
      this.lines.push(...lines);
      if (event.rotated === true) this.rotated.push(...lines);
    }
  }

  async until(condition: () => boolean): Promise<void> {
    const end = performance.now() + 5000;
    while (!condition() && performance.now() < end) await delay(5);
  }

  async has(...lines: string[]): Promise<void> {
    await this.until(() => this.lines.length >= lines.length);
    expect(this.lines).toEqual(lines);
  }

  /** Ends it; what was written before must have come. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }
}

const running: Running[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

function log(content = ''): { dir: string; path: string } {
  const dir = tempDir();
  const path = join(dir, 'error.log');
  writeFileSync(path, content);
  return { dir, path };
}

/** Long enough for several looks. */
const looks = (): Promise<unknown> => delay(80);

describe('where it begins', () => {
  test('at the end, unless told otherwise; lines keep their numbers', async () => {
    const { path } = log('a\nb\nc\n');
    const atEnd = new Running(path);
    const last = new Running(path, { lines: 2 });
    const all = new Running(path, { fromStart: true });
    const more = new Running(path, { lines: 100 });
    await looks();
    appendFileSync(path, 'd\n');
    await atEnd.has('d');
    await last.has('b', 'c', 'd');
    await all.has('a', 'b', 'c', 'd');
    await more.has('a', 'b', 'c', 'd');
    expect(atEnd.blocks[0]).toMatchObject({ first: 4 });
    expect(last.blocks[0]).toMatchObject({ first: 2 });
    expect(all.blocks[0]).toMatchObject({ first: 1 });
  });

  test('a line begun before comes whole', async () => {
    const { path } = log('a\nbegun');
    const tail = new Running(path);
    await looks();
    appendFileSync(path, ' and ended\n');
    await tail.has('begun and ended');
  });

  test('beyond 4 GiB', async () => {
    const { path } = log();
    const fd = openSync(path, 'r+');
    const size = 4.5 * 1024 ** 3;
    ftruncateSync(fd, size);
    writeSync(fd, '\nlast\n', size);
    const tail = new Running(path, { lines: 1 });
    await tail.has('last');
    writeSync(fd, 'next\n', size + 6);
    closeSync(fd);
    await tail.has('last', 'next');
    expect(tail.tail.positions()).toMatchObject([{ offset: size + 11 }]);
  });
});

describe('bytes', () => {
  test('an unfinished line waits, and the position with it', async () => {
    const { path } = log();
    const tail = new Running(path);
    await looks();
    appendFileSync(path, 'one\ntw');
    await tail.has('one');
    await looks();
    expect(tail.tail.positions()).toMatchObject([{ path, offset: 4 }]);
    appendFileSync(path, 'o\n');
    await tail.has('one', 'two');
    expect(tail.tail.positions()).toMatchObject([{ offset: 8 }]);
  });

  test('every byte comes back as it was', async () => {
    const { path } = log();
    const tail = new Running(path);
    await looks();
    const bytes = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1).filter((byte) => byte !== 10));
    appendFileSync(path, Buffer.concat([bytes.subarray(0, 200), Buffer.from('\r\n\n')]));
    await tail.has(`${bytes.subarray(0, 200).toString('latin1')}\r`, '');
  });

  test('a line over 1 MiB is cut, a hole is skipped', async () => {
    const { path } = log();
    const tail = new Running(path, { fromStart: true });
    appendFileSync(path, `${'z'.repeat(3_000_000)}\n`);
    appendFileSync(path, Buffer.alloc(500_000));
    appendFileSync(path, 'last\n');
    await tail.until(() => tail.lines.length === 2);
    expect(tail.lines.map((line) => line.length)).toEqual([1024 * 1024, 4]);
  });

  test('what was written before the end of the following comes, a line that is not finished does not', async () => {
    const { path } = log();
    const tail = new Running(path, { pollMs: 60_000 });
    await looks();
    appendFileSync(path, 'late\nunfinished');
    await tail.stop();
    expect(tail.lines).toEqual(['late']);
  });
});

describe('rotation', () => {
  test('rename and create: late lines in the old file come too', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true });
    await tail.has('0');
    const old = openSync(path, 'a');
    renameSync(path, `${path}.1`);
    writeSync(old, 'late 1\n');
    await looks();
    writeFileSync(path, 'new 1\n');
    await tail.has('0', 'late 1', 'new 1');
    writeSync(old, 'late 2\n');
    await tail.has('0', 'late 1', 'new 1', 'late 2');
    closeSync(old);
    expect(tail.rotated).toEqual(['late 1', 'late 2']);
    expect(tail.notices).toEqual([]);
  });

  test('the old file is let go after the wait, its unfinished line handed on', async () => {
    const { path } = log();
    const tail = new Running(path, { rotateWaitMs: 60 });
    await looks();
    appendFileSync(path, 'old\nno end');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'new\n');
    await tail.has('old', 'new', 'no end');
    await looks();
    expect(tail.tail.positions()).toHaveLength(1);
  });

  test('several rotations between two looks lose nothing and keep the order', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true, pollMs: 150 });
    await tail.has('0');
    const expected = ['0'];
    for (let i = 1; i <= 12; i++) {
      appendFileSync(path, `${i}\n`);
      expected.push(String(i));
      for (let n = 20; n >= 1; n--) if (existsSync(`${path}.${n}`)) renameSync(`${path}.${n}`, `${path}.${n + 1}`);
      renameSync(path, `${path}.1`);
      writeFileSync(path, '');
    }
    appendFileSync(path, 'end\n');
    await tail.has(...expected, 'end');
  });

  test('so do rotations to names with a date', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true, pollMs: 150 });
    await tail.has('0');
    for (const hour of ['10', '11', '12']) {
      appendFileSync(path, `${hour}\n`);
      renameSync(path, `${path}-20261122${hour}`);
      writeFileSync(path, '');
    }
    await tail.has('0', '10', '11', '12');
  });

  test('the file read before is deleted meanwhile: it is read to its end, and the one after it as well', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true, pollMs: 150 });
    await tail.has('0');
    appendFileSync(path, '1\n');
    await delay(20);
    unlinkSync(path);
    writeFileSync(path, '2\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, '3\n');
    await tail.has('0', '1', '2', '3');
    // Whether there were more files between cannot be known any more.
    expect(tail.notices).toEqual([expect.stringContaining('lines may be missing')]);
  });

  test('what was packed before it could be read is read all the same', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true, pollMs: 150 });
    await tail.has('0');
    renameSync(path, `${path}.2`);
    writeFileSync(`${path}.1.gz`, gzipSync('packed\n'));
    writeFileSync(path, '1\n');
    await tail.has('0', 'packed', '1');
    expect(tail.notices).toEqual([]);
  });

  test('the file read before was packed itself: nothing is missing', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true, pollMs: 150 });
    await tail.has('0');
    writeFileSync(`${path}.2.gz`, gzipSync('0\n'));
    unlinkSync(path);
    writeFileSync(`${path}.1`, 'between\n');
    writeFileSync(path, '1\n');
    await tail.has('0', 'between', '1');
    expect(tail.notices).toEqual([]);
  });

  test('two copytruncates between two looks: both copies are read, oldest first', async () => {
    const { path } = log('0\n');
    const tail = new Running(path, { fromStart: true, pollMs: 200 });
    await tail.has('0');
    appendFileSync(path, '1\n');
    copyFileSync(path, `${path}.2`);
    truncateSync(path, 0);
    appendFileSync(path, '2\n');
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    appendFileSync(path, '3\n');
    await tail.has('0', '1', '2', '3');
  });

  test('a copy that the next copytruncate overwrites in place is not read anew', async () => {
    const { path } = log();
    const tail = new Running(path);
    await looks();
    for (const [line, size] of [
      ['a', 1],
      ['b', 3],
      ['c', 9],
    ] as const) {
      appendFileSync(path, `${line}\n`.repeat(size));
      await delay(60);
      copyFileSync(path, `${path}.1`);
      truncateSync(path, 0);
      await delay(60);
    }
    expect(tail.lines.join('')).toBe(`a${'b'.repeat(3)}${'c'.repeat(9)}`);
  });

  test('an older rotated file that lies there is not read', async () => {
    const { path } = log();
    writeFileSync(`${path}.1`, 'old\n');
    await delay(20);
    rmSync(path);
    writeFileSync(path, '');
    const tail = new Running(path);
    await looks();
    unlinkSync(path);
    writeFileSync(path, 'new\n');
    await tail.has('new');
  });

  test('copytruncate: the copy is read to its end, then the file from its start', async () => {
    const { path } = log();
    const tail = new Running(path, { pollMs: 150 });
    await looks();
    appendFileSync(path, 'a line long enough to be known again\n');
    await tail.has('a line long enough to be known again');
    appendFileSync(path, 'written before the copy\n');
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    appendFileSync(path, 'after\n');
    await tail.has('a line long enough to be known again', 'written before the copy', 'after');
    expect(tail.notices).toEqual([expect.stringContaining('truncated after a copy')]);
    expect(tail.rotated).toEqual(['written before the copy']);
  });

  test('truncated and filled beyond the old position between two looks', async () => {
    const { path } = log();
    const tail = new Running(path, { pollMs: 150 });
    await looks();
    appendFileSync(path, 'first\n');
    await tail.has('first');
    truncateSync(path, 0);
    appendFileSync(path, 'second, and longer than the first\n');
    await tail.has('first', 'second, and longer than the first');
    expect(tail.notices).toEqual([expect.stringContaining('was truncated')]);
  });

  test('a writer without append mode leaves a hole after a truncation', async () => {
    const { path } = log();
    const tail = new Running(path);
    await looks();
    const fd = openSync(path, 'r+');
    writeSync(fd, 'before\n');
    await tail.has('before');
    truncateSync(path, 0);
    await looks();
    writeSync(fd, 'after\n');
    closeSync(fd);
    await tail.has('before', 'after');
  });
});

describe('names', () => {
  test('a missing file is waited for, told once', async () => {
    const path = join(tempDir(), 'later', 'error.log');
    const tail = new Running(path);
    await looks();
    mkdirSync(join(path, '..'));
    writeFileSync(path, 'first\n');
    await tail.has('first');
    expect(tail.notices).toEqual([expect.stringContaining('does not exist yet')]);
  });

  test('a file that vanishes and returns is told once; a directory as well', async () => {
    const { dir, path } = log('old\n');
    const tail = new Running(path);
    await looks();
    rmSync(dir, { recursive: true });
    await tail.until(() => tail.notices.length > 0);
    await looks();
    mkdirSync(dir);
    writeFileSync(path, 'back\n');
    await tail.has('back');
    expect(tail.notices).toEqual([expect.stringContaining('is gone')]);
  });

  test('a file moved away and back, while held or after, is not read twice', async () => {
    for (const rotateWaitMs of [60_000, 30]) {
      const { path } = log('0\n');
      const tail = new Running(path, { fromStart: true, rotateWaitMs });
      await tail.has('0');
      renameSync(path, `${path}.moved`);
      await looks();
      renameSync(`${path}.moved`, path);
      appendFileSync(path, '1\n');
      await tail.has('0', '1');
    }
  });

  test('a new file that got the inode of the one let go is read whole', async () => {
    const { path } = log('old and gone\n');
    const tail = new Running(path, { fromStart: true, rotateWaitMs: 30 });
    await tail.has('old and gone');
    unlinkSync(path);
    await delay(200);
    writeFileSync(path, 'new, and as long as that\n');
    await tail.has('old and gone', 'new, and as long as that');
  });

  test('a link that leads elsewhere: the old target is read to its end', async () => {
    const { dir } = log();
    const [a, b, link] = [join(dir, 'a.log'), join(dir, 'b.log'), join(dir, 'current.log')];
    writeFileSync(a, '');
    symlinkSync(a, link);
    const tail = new Running(link);
    await looks();
    appendFileSync(a, 'in a\n');
    writeFileSync(b, 'in b\n');
    unlinkSync(link);
    symlinkSync(b, link);
    await tail.has('in a', 'in b');
  });

  test('a directory in place of the file is told once', async () => {
    const path = tempDir();
    const tail = new Running(path);
    await looks();
    expect(tail.notices).toEqual([expect.stringContaining('not a regular file')]);
  });

  test.skipIf(process.getuid?.() === 0)('permission lost and given back', async () => {
    const { path } = log();
    const tail = new Running(path);
    await looks();
    chmodSync(path, 0);
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'hidden\n', { mode: 0 });
    await tail.until(() => tail.notices.length > 0);
    chmodSync(path, 0o600);
    await tail.has('hidden');
    expect(tail.notices).toEqual([expect.stringContaining('permission denied')]);
  });

  test('several files are followed at once, each under its name', async () => {
    const { dir } = log();
    const paths = ['a.log', 'b.log'].map((name) => join(dir, name));
    for (const path of paths) writeFileSync(path, '');
    const seen: string[] = [];
    const abort = new AbortController();
    const tail = new Tail(paths, { pollMs: 10, notify: false, signal: abort.signal, fromStart: true });
    for (const path of paths) appendFileSync(path, `${path}\n`);
    for await (const event of tail) {
      if ('notice' in event) continue;
      expect(event.block.bytes.toString()).toBe(`${event.path}\n`);
      if (seen.push(event.path) === 2) abort.abort();
    }
    expect(seen.sort()).toEqual(paths);
  });
});

describe('notification', () => {
  test('wakes it long before the next poll', async () => {
    const { path } = log();
    const tail = new Running(path, { pollMs: 60_000, notify: true });
    await delay(300);
    appendFileSync(path, 'hinted\n');
    await tail.until(() => tail.lines.length > 0);
    expect(tail.lines).toEqual(['hinted']);
  });
});

describe('torture', () => {
  /** A small generator, so that a failure can be played again from its seed. */
  function random(seed: number): (below: number) => number {
    let state = seed * 2654435761 + 1;
    return (below) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
  }

  test.each([1, 2])('rename rotation under load, seed %i: no line lost, doubled or mangled', async (seed) => {
    const pick = random(seed);
    const { path } = log();
    const tail = new Running(path, { pollMs: 5 + pick(40), notify: seed % 2 === 0 });
    await looks();
    let writer = openSync(path, 'a');
    let n = 0;
    const next = (): string => `line ${n++} ${'x'.repeat(pick(60))}`;
    const written: string[] = [];
    for (let step = 0; step < 250; step++) {
      const line = next();
      written.push(line);
      const cut = pick(line.length);
      writeSync(writer, line.slice(0, cut));
      if (pick(4) === 0) await delay(pick(8));
      writeSync(writer, `${line.slice(cut)}\n`);
      if (pick(12) === 0) {
        for (let i = 60; i >= 1; i--) if (existsSync(`${path}.${i}`)) renameSync(`${path}.${i}`, `${path}.${i + 1}`);
        renameSync(path, `${path}.1`);
        if (pick(2) === 0) await delay(pick(20));
        if (pick(2) === 0) {
          const late = next();
          written.push(late);
          writeSync(writer, `${late}\n`);
        }
        closeSync(writer);
        writer = openSync(path, 'a');
      }
    }
    closeSync(writer);
    await tail.stop();
    expect([...tail.lines].sort()).toEqual([...written].sort());
    // Late lines are written before the new file is there, so even the order holds.
    expect(tail.lines).toEqual(written);
    expect(tail.notices).toEqual([]);
  });
});
