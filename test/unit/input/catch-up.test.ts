/** Reading on from run to run, with rotations in between. */
import { appendFileSync, existsSync, readFileSync, renameSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CatchUp } from '../../../src/input/catch-up.ts';
import type { Position } from '../../../src/input/position.ts';
import { tempDir } from './temp-dir.ts';

interface Run {
  readonly lines: number[];
  readonly gaps: string[];
  readonly positions: readonly Position[];
}

async function run(path: string, stored: readonly Position[] | null, now = Date.now()): Promise<Run> {
  const catchUp = new CatchUp([path], stored === null ? new Map() : new Map([[path, stored]]));
  const lines: number[] = [];
  for (const { blocks } of catchUp.streams()) {
    for await (const { bytes } of blocks) {
      for (const line of bytes.toString('latin1').trimEnd().split('\n')) lines.push(Number(line.split(' ')[1]));
    }
  }
  const gaps = catchUp.notices.filter(({ gap }) => gap).map(({ notice }) => notice);
  const positions: readonly Position[] = JSON.parse(JSON.stringify(catchUp.positions(now)));
  catchUp.close();
  return { lines, gaps, positions };
}

const line = (n: number): string => `line ${n} ${'x'.repeat(40)}\n`;
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const text = (from: number, to: number): string => upTo(from, to).map(line).join('');

describe('catching up', () => {
  it('reads what there is, then what came, and leaves a line that is not finished', async () => {
    const path = join(tempDir(), 'error.log');
    writeFileSync(path, `${text(1, 100)}line 101`);
    const first = await run(path, null);
    expect(first).toMatchObject({ lines: upTo(1, 100), gaps: [] });
    expect((await run(path, first.positions)).lines).toEqual([]);
    appendFileSync(path, ` rest\n${text(102, 104)}`);
    expect((await run(path, first.positions)).lines).toEqual(upTo(101, 104));
  });

  it('reads several logs up to one moment, so that what is written in pairs is read in pairs', async () => {
    const paths = ['error.log', 'access.log'].map((name) => join(tempDir(), name));
    let written = 0;
    const write = () => {
      written++;
      for (const path of paths) appendFileSync(path, line(written));
    };
    const stored = new Map<string, readonly Position[]>();
    let before = 0;
    for (let round = 0; round < 3; round++) {
      write();
      const there = written;
      const catchUp = new CatchUp(paths, stored);
      const lines: string[] = [];
      for (const { blocks } of catchUp.streams()) {
        for await (const { bytes } of blocks) lines.push(bytes.toString('latin1'));
        // One of them was read to its end, the other was not begun.
        write();
      }
      expect(lines).toEqual(paths.map(() => text(before + 1, there)));
      for (const position of catchUp.positions(Date.now())) stored.set(position.path, [position]);
      catchUp.close();
      before = there;
    }
  });

  it('leaves a log that was rotated while it was read no line short', async () => {
    const path = join(tempDir(), 'error.log');
    writeFileSync(path, text(1, 20_000));
    const stored = new Map<string, readonly Position[]>();
    const read: number[] = [];
    for (let round = 0; round < 2; round++) {
      const catchUp = new CatchUp([path], stored);
      for (const { blocks } of catchUp.streams()) {
        for await (const { bytes } of blocks) {
          for (const each of bytes.toString('latin1').trimEnd().split('\n')) read.push(Number(each.split(' ')[1]));
          if (read.length === 0 || existsSync(`${path}.1`)) continue;
          appendFileSync(path, text(20_001, 20_002));
          renameSync(path, `${path}.1`);
          writeFileSync(path, line(20_003));
        }
      }
      stored.set(path, catchUp.positions(Date.now()));
      expect(catchUp.notices.filter(({ gap }) => gap)).toEqual([]);
      catchUp.close();
    }
    expect(read).toEqual(upTo(1, 20_003));
  });

  it('says that lines may be missing where the file it had read is gone', async () => {
    const path = join(tempDir(), 'error.log');
    writeFileSync(path, text(1, 10));
    const first = await run(path, null);
    unlinkSync(path);
    writeFileSync(path, text(20, 30));
    const second = await run(path, first.positions);
    expect(second.lines).toEqual(upTo(20, 30));
    expect(second.gaps).toHaveLength(1);
  });

  it('does not remember rotated files for ever', async () => {
    const path = join(tempDir(), 'error.log');
    let next = 1;
    let stored: readonly Position[] | null = null;
    for (let day = 1; day <= 6; day++) {
      writeFileSync(path, text(next, next + 9));
      const { lines, positions, gaps } = await run(path, stored);
      expect({ lines, gaps }).toEqual({ lines: upTo(next, next + 9), gaps: [] });
      // The one it was before today, at most, may still be written to.
      expect(positions.length).toBeLessThanOrEqual(2);
      stored = positions;
      next += 10;
      for (let n = 6; n > 1; n--) {
        try {
          renameSync(`${path}.${n - 1}.gz`, `${path}.${n}.gz`);
        } catch {
          // Not so many days have gone by.
        }
      }
      writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
      const old = (Date.now() - 600_000) / 1000;
      utimesSync(`${path}.1.gz`, old, old);
      unlinkSync(path);
    }
  });

  it('reads every line once, whatever is rotated and packed between runs', async () => {
    const step = fc.constantFrom('append', 'rotate', 'pack', 'run');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        const path = join(tempDir(), 'error.log');
        writeFileSync(path, text(1, 3));
        let next = 4;
        let rotated = 0;
        let stored: readonly Position[] | null = null;
        const read: number[] = [];
        const packed = new Set<number>();
        const once = async () => {
          const { lines, positions, gaps } = await run(path, stored);
          expect(gaps).toEqual([]);
          read.push(...lines);
          stored = positions;
        };
        await once();
        for (const what of [...steps, 'run']) {
          if (what === 'append') appendFileSync(path, text(next, ++next));
          else if (what === 'run') await once();
          else if (what === 'rotate') {
            // Dates order what was rotated: nothing is renamed a second time.
            renameSync(path, `${path}-202611${String(++rotated).padStart(2, '0')}`);
            writeFileSync(path, line(++next));
          } else if (rotated > 0 && !packed.has(rotated)) {
            const name = `${path}-202611${String(rotated).padStart(2, '0')}`;
            packed.add(rotated);
            writeFileSync(`${name}.gz`, gzipSync(readFileSync(name)));
            unlinkSync(name);
          }
          if (what === 'append' || what === 'rotate') next++;
        }
        const all = readNumbers(path, rotated, packed);
        expect(read).toEqual(all);
      }),
      { numRuns: 12 },
    );
  });
});

/** What was ever written, in order, read back from the files themselves. */
function readNumbers(path: string, rotated: number, packed: ReadonlySet<number>): number[] {
  const names = Array.from({ length: rotated }, (_, n) => `${path}-202611${String(n + 1).padStart(2, '0')}`);
  const texts = names.map((name, n) => (packed.has(n + 1) ? unpacked(`${name}.gz`) : readFileSync(name, 'latin1')));
  return [...texts, readFileSync(path, 'latin1')]
    .join('')
    .trimEnd()
    .split('\n')
    .map((each) => Number(each.split(' ')[1]));
}

function unpacked(path: string): string {
  return gunzipSync(readFileSync(path)).toString('latin1');
}
