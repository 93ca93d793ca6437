/** A tail that is ended and begun anew, with what happens to the files in between. */
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Position } from '../../../src/input/position.ts';
import { Tail, type TailOptions } from '../../../src/input/tail.ts';
import { tempDir } from './temp-dir.ts';

interface Run {
  lines: string[];
  notices: string[];
  gaps: string[];
  positions: readonly Position[];
}

/** Reads all there is, and stops. */
async function run(path: string, stored: readonly Position[] | null, options: TailOptions = {}): Promise<Run> {
  const result: Run = { lines: [], notices: [], gaps: [], positions: [] };
  const abort = new AbortController();
  const tail = new Tail([path], {
    pollMs: 10,
    notify: false,
    signal: abort.signal,
    ...(stored === null ? {} : { stored: new Map([[path, stored]]) }),
    settled: (last) => {
      if (last) result.positions = JSON.parse(JSON.stringify(tail.positions()));
    },
    ...options,
  });
  setTimeout(() => abort.abort(), 60);
  for await (const event of tail) {
    if ('block' in event) result.lines.push(...event.block.bytes.toString('latin1').trimEnd().split('\n'));
    else (event.gap ? result.gaps : result.notices).push(event.notice);
  }
  return result;
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index} ${'x'.repeat(40)}\n`).join('');
const numbers = ({ lines: read }: Run): number[] => read.map((line) => Number(line.split(' ')[1]));
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function begun(): Promise<{ path: string; positions: readonly Position[] }> {
  const path = join(tempDir(), 'error.log');
  writeFileSync(path, lines(1, 100));
  const first = await run(path, null, { fromStart: true });
  expect(numbers(first)).toEqual(upTo(1, 100));
  return { path, positions: first.positions };
}

describe('a restart', () => {
  test('goes on where it stopped, whatever is said of the beginning', async () => {
    const { path, positions } = await begun();
    appendFileSync(path, lines(101, 110));
    expect(numbers(await run(path, positions, { fromStart: true }))).toEqual(upTo(101, 110));
    expect(numbers(await run(path, positions, { lines: 3 }))).toEqual(upTo(101, 110));
  });

  test('gives a line that was half written once, and whole', async () => {
    const path = join(tempDir(), 'error.log');
    writeFileSync(path, 'whole\nhal');
    const first = await run(path, null, { fromStart: true });
    appendFileSync(path, 'f\n');
    expect([...first.lines, ...(await run(path, first.positions)).lines]).toEqual(['whole', 'half']);
  });

  test.each([false, true])('reads all that was rotated meanwhile, oldest first (packed: %s)', async (packed) => {
    const { path, positions } = await begun();
    appendFileSync(path, lines(101, 110));
    renameSync(path, `${path}.3`);
    writeFileSync(`${path}.2`, lines(111, 120));
    writeFileSync(`${path}.1`, lines(121, 130));
    writeFileSync(path, lines(131, 140));
    if (packed) {
      for (const old of [`${path}.3`, `${path}.2`]) {
        writeFileSync(`${old}.gz`, gzipSync(readFileSync(old)));
        unlinkSync(old);
      }
    }
    const second = await run(path, positions);
    expect(numbers(second)).toEqual(upTo(101, 140));
    expect(second.gaps).toEqual([]);
    expect(second.notices).toEqual([expect.stringContaining('was rotated meanwhile')]);
    // And once more: nothing is read twice.
    expect(numbers(await run(path, second.positions))).toEqual([]);
  });

  test('leaves a packed file alone while its plain twin is there', async () => {
    const { path, positions } = await begun();
    appendFileSync(path, lines(101, 110));
    renameSync(path, `${path}.1`);
    writeFileSync(`${path}.1.gz`, gzipSync(lines(1, 50)));
    writeFileSync(path, lines(111, 120));
    expect(numbers(await run(path, positions))).toEqual(upTo(101, 120));
  });

  test('finds a file that was copied, truncated and filled beyond the old place', async () => {
    const { path, positions } = await begun();
    appendFileSync(path, lines(101, 110));
    copyFileSync(path, `${path}.1`);
    truncateSync(path, 0);
    appendFileSync(path, lines(111, 400));
    const second = await run(path, positions);
    expect(numbers(second)).toEqual(upTo(101, 400));
    expect(second.gaps).toEqual([]);
  });

  test('says so, with the times, when the file is gone with lines that were not read', async () => {
    const { path, positions } = await begun();
    unlinkSync(path);
    writeFileSync(path, lines(200, 220));
    const second = await run(path, positions);
    expect(numbers(second)).toEqual(upTo(200, 220));
    expect(second.gaps).toEqual([expect.stringMatching(/lines written between \d{4}-.*Z and .* may be missing/)]);
  });

  test('reads late lines of a rotated file that was held', async () => {
    const { path, positions } = await begun();
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(101, 105));
    const second = await run(path, positions);
    appendFileSync(`${path}.1`, lines(106, 107));
    appendFileSync(path, lines(108, 109));
    expect(second.positions).toHaveLength(2);
    expect(numbers(await run(path, second.positions))).toEqual(upTo(106, 109));
  });

  test('waits for a name that is missing, and reads on in the old file', async () => {
    const { path, positions } = await begun();
    appendFileSync(path, lines(101, 105));
    renameSync(path, `${path}.1`);
    const second = await run(path, positions);
    expect(numbers(second)).toEqual(upTo(101, 105));
    writeFileSync(path, lines(106, 110));
    expect(numbers(await run(path, second.positions))).toEqual(upTo(106, 110));
  });

  test('knows the file on another device, by its content', async () => {
    const { path, positions } = await begun();
    appendFileSync(path, lines(101, 102));
    const moved = positions.map((position) => ({ ...position, dev: '99', ino: '99' }));
    expect(numbers(await run(path, moved))).toEqual([101, 102]);
  });

  test('stays right over two hundred rotations with a restart between, inodes reused as the file system likes', async () => {
    const { path, positions } = await begun();
    let stored = positions;
    const read: number[] = [];
    for (let turn = 0; turn < 200; turn++) {
      // File times are no finer than a tick of the kernel, and tell what is new after a file was deleted.
      await delay(5);
      appendFileSync(path, lines(1001 + turn * 2, 1001 + turn * 2));
      renameSync(path, `${path}.1`);
      writeFileSync(path, lines(1002 + turn * 2, 1002 + turn * 2));
      if (turn % 20 === 19) unlinkSync(`${path}.1`);
      else {
        const next = await run(path, stored, { rotateWaitMs: 0, signal: AbortSignal.abort() });
        read.push(...numbers(next));
        stored = next.positions;
      }
    }
    // A deleted sibling takes its one line along; nothing else is missing, nothing comes twice.
    const lost = upTo(0, 9).map((nth) => 1001 + (nth * 20 + 19) * 2);
    expect(new Set(read).size).toBe(read.length);
    expect(read.filter((each) => lost.includes(each))).toEqual([]);
    const last = 1002 + 199 * 2;
    expect(upTo(1001, last).filter((each) => !read.includes(each) && !lost.includes(each))).toEqual([last]);
  });
});
