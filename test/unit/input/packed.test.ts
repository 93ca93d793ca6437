import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readBlocks } from '../../../src/input/read.ts';
import { readAll } from './read-all.ts';
import { tempDir } from './temp-dir.ts';

/** A line is known again by its number and its checksum, so that a damaged one can be told from a good one. */
function numbered(from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++)
    text += `2026/11/22 12:00:00 [error] 7#7: *${i} ${((i * 2654435761) >>> 0).toString(36)}\n`;
  return text;
}

const TEXT = numbered(0, 6000);
const TOOLS = { gzip: ['gzip', '-c'], zstd: ['zstd', '-q', '-c'], bzip2: ['bzip2', '-c'], xz: ['xz', '-c'] } as const;

/** Packing takes longer than what is tested, and most tests pack the same. */
const packed = new Map<string, Buffer>();

function pack(tool: keyof typeof TOOLS, text: string | Buffer, ...more: string[]): Buffer {
  const [command, ...args] = TOOLS[tool];
  const pack = () => execFileSync(command, [...args, ...more], { input: text, maxBuffer: 1 << 30 });
  if (text !== TEXT) return pack();
  const key = [command, ...more].join(' ');
  const made = packed.get(key) ?? pack();
  packed.set(key, made);
  return Buffer.from(made);
}

function missing(tool: string): boolean {
  try {
    execFileSync(tool, ['--help'], { stdio: 'ignore' });
    return false;
  } catch {
    console.warn(`${tool} is not installed: its cases are skipped`);
    return true;
  }
}

function file(content: Buffer, name = 'error.log.1'): string {
  const path = join(tempDir(), name);
  writeFileSync(path, content);
  return path;
}

describe.each(['gzip', 'zstd', 'bzip2', 'xz'] as const)('%s', (tool) => {
  const skip = missing(tool);

  test.skipIf(skip)('is told by its first bytes, from a file and from standard input', async () => {
    const packed = pack(tool, TEXT);
    const fromFile = await readAll(file(packed, 'named-like-plain.log'));
    expect(fromFile.text).toBe(TEXT);
    expect(fromFile.problems).toEqual([]);
    expect(fromFile.bytesRead).toBe(packed.length);
    expect((await readAll('-', { stdin: Readable.from([packed]) })).text).toBe(TEXT);
  });

  test.skipIf(skip)('concatenated parts are all read', async () => {
    const packed = Buffer.concat([pack(tool, 'a\nb'), pack(tool, 'c\n'), pack(tool, TEXT)]);
    const read = await readAll(file(packed));
    expect(read.text).toBe(`a\nbc\n${TEXT}`);
    expect(read.problems).toEqual([]);
  });

  test.skipIf(skip)('empty content is empty', async () => {
    expect(await readAll(file(pack(tool, '')))).toMatchObject({ lines: [], problems: [] });
  });

  test.skipIf(skip)('cut anywhere, it keeps good lines and says that it is damaged', async () => {
    const packed = pack(tool, TEXT);
    for (let i = 1; i < 10; i++) {
      const read = await readAll(file(packed.subarray(0, Math.floor((packed.length * i) / 10))));
      expect(TEXT.startsWith(read.text)).toBe(true);
      expect(read.problems).toEqual([expect.stringMatching(/cut off|damaged/)]);
    }
  });

  test.skipIf(skip)('files read in turn, as in a merge by time, do not wait for each other', async () => {
    const texts = [TEXT, numbered(9000, 15_000), numbered(50_000, 55_000)];
    const readers = texts.map((text) =>
      readBlocks(file(pack(tool, text)), { onProblem: (sentence) => expect.fail(sentence) }),
    );
    const read = texts.map(() => '');
    for (let open = readers.length; open > 0; ) {
      open = 0;
      for (const [i, reader] of readers.entries()) {
        const next = await reader.next();
        if (next.done === true) continue;
        open++;
        read[i] += next.value.bytes.toString('latin1');
      }
    }
    expect(read).toEqual(texts);
  });

  test.skipIf(skip)('a flipped byte anywhere is survived', async () => {
    const packed = pack(tool, numbered(0, 300));
    for (let at = 0; at < packed.length; at += 1 + Math.floor(packed.length / 40)) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0x5a;
      const read = await readAll(file(damaged));
      for (const problem of read.problems) expect(problem).toMatch(/^[a-z][^\n]+$/);
    }
  });

  test.skipIf(skip)('any bytes come back, at every level', async () => {
    const noise = Buffer.from(Array.from({ length: 60_000 }, (_, i) => 1 + (((i * i * 2654435761) >>> 13) % 255)));
    const content = Buffer.concat([noise, Buffer.alloc(120_000, 'a'), Buffer.from('\n'), noise]);
    for (const level of ['-1', '-5', '-9']) {
      expect((await readAll(file(pack(tool, content, level)))).text).toBe(content.toString('latin1'));
    }
  });

  test.skipIf(skip)('plain text behind the name of a packed file is plain text', async () => {
    expect((await readAll(file(Buffer.from('plain\n'), 'error.log.2.gz'))).lines).toEqual(['plain']);
  });

  test.skipIf(skip)('an expansion beyond the limit is stopped and said', async () => {
    const read = await readAll(file(pack(tool, TEXT)), { maxOutputBytes: 100_000 });
    expect(read.text.length).toBeLessThanOrEqual(100_000);
    expect(read.problems).toEqual([expect.stringContaining('decompression bomb')]);
  });
});

describe('gzip', () => {
  test('NUL padding between and after members is normal', async () => {
    const padded = Buffer.concat([pack('gzip', 'a\n'), Buffer.alloc(700), pack('gzip', 'b\n'), Buffer.alloc(40_000)]);
    expect(await readAll(file(padded))).toMatchObject({ text: 'a\nb\n', problems: [] });
  });

  test('a header with every optional field is read', async () => {
    const plain = gzipSync('a\n');
    const header = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3]),
      Buffer.from([3, 0, 1, 2, 3]),
      Buffer.from('error.log\0comment\0'),
      Buffer.from([0, 0]),
    ]);
    expect((await readAll(file(Buffer.concat([header, plain.subarray(10)])))).text).toBe('a\n');
  });

  test.each([3, 20, 1000, 100_000])('a good line before %i bytes of garbage is not lost', async (length) => {
    const read = await readAll(file(Buffer.concat([pack('gzip', 'good\n'), Buffer.alloc(length, 'garbage!')])));
    expect(read.lines).toEqual(['good']);
    expect(read.problems).toEqual([expect.stringContaining('bytes that are not gzip')]);
  });

  test('cut at 50 places, every complete line before the cut survives', async () => {
    const packed = pack('gzip', TEXT);
    for (let i = 0; i < 50; i++) {
      const cut = 20 + Math.floor(((packed.length - 30) * i) / 49);
      const read = await readAll(file(packed.subarray(0, cut)));
      // What zlib itself can get out of the same bytes.
      const most = gunzipSync(packed.subarray(0, cut), { finishFlush: 2 }).toString('latin1');
      expect(read.text).toBe(most);
      expect(read.problems).toEqual([expect.stringContaining('cut off')]);
    }
  });

  test('a flipped byte at 50 places loses no complete line before it', async () => {
    const packed = pack('gzip', numbered(0, 2000));
    for (let i = 0; i < 50; i++) {
      const at = 20 + Math.floor(((packed.length - 40) * i) / 49);
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      const read = await readAll(file(damaged));
      const before = gunzipSync(packed.subarray(0, at), { finishFlush: 2 }).toString('latin1');
      const complete = before.slice(0, before.lastIndexOf('\n') + 1);
      expect(read.text.slice(0, complete.length)).toBe(complete);
      expect(read.problems).toContainEqual(expect.stringMatching(/damaged|checksum/));
    }
  });

  test('damage in one member does not cost the members behind it', async () => {
    const parts = [numbered(0, 1000), numbered(1000, 2000), numbered(2000, 3000)];
    const packed = parts.map((part) => pack('gzip', part));
    const second = packed[1] ?? Buffer.alloc(0);
    second[Math.floor(second.length / 2)] = (second[Math.floor(second.length / 2)] ?? 0) ^ 0xff;
    const read = await readAll(file(Buffer.concat(packed)));
    expect(read.text.startsWith(parts[0] ?? '?')).toBe(true);
    expect(read.text.endsWith(`\n${parts[2]}`)).toBe(true);
    expect(read.problems).toHaveLength(1);
  });

  test('a bomb of zeros is stopped early, in bounded memory', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const line = pack('gzip', 'a\n');
    const before = process.memoryUsage().rss;
    const read = await readAll(file(Buffer.concat([line, ...Array.from({ length: 16 }, () => zeros)])));
    expect(read.lines).toEqual(['a']);
    expect(read.problems).toContainEqual(expect.stringMatching(/^expands to more than 256 MiB .* decompression bomb/));
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe('bzip2', () => {
  test.skipIf(missing('bzip2'))('a block that expands to 45 MB does not do so in memory', async () => {
    const zeros = pack('bzip2', Buffer.alloc(60_000_000));
    expect(zeros.length).toBeLessThan(200);
    const before = process.memoryUsage().rss;
    expect((await readAll(file(Buffer.concat([zeros, pack('bzip2', 'a\n')])))).lines).toEqual(['a']);
    expect(process.memoryUsage().rss - before).toBeLessThan(60 * 1024 * 1024);
  });

  test.skipIf(missing('bzip2'))(
    'text of a block whose checksum is wrong is not handed out; blocks before it are',
    async () => {
      const first = pack('bzip2', 'good\n');
      const second = pack('bzip2', 'bad\n');
      second[12] = (second[12] ?? 0) ^ 1;
      const read = await readAll(file(Buffer.concat([first, second])));
      expect(read.lines).toEqual(['good']);
      expect(read.problems).toEqual([expect.stringContaining('is damaged')]);
    },
  );
});

describe('zstd', () => {
  test.skipIf(missing('zstd'))('frames that would cost much memory are refused, skippable ones skipped', async () => {
    const skippable = Buffer.concat([Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 5, 0, 0, 0]), Buffer.from('hello')]);
    const good = Buffer.concat([skippable, pack('zstd', 'a\n'), skippable, pack('zstd', 'b\n', '-19')]);
    expect(await readAll(file(good))).toMatchObject({ text: 'a\nb\n', problems: [] });
    // Magic, no flags, a window descriptor of 1 GiB, an empty last block.
    const greedy = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xa0, 1, 0, 0]);
    expect((await readAll(file(greedy))).problems).toEqual([
      expect.stringContaining('needs a zstd window of 1024 MiB'),
    ]);
  });

  test.skipIf(missing('zstd'))('garbage behind a frame does not cost the frame', async () => {
    const read = await readAll(file(Buffer.concat([pack('zstd', 'a\n'), Buffer.from('garbage')])));
    expect(read.lines).toEqual(['a']);
    expect(read.problems).toEqual([expect.stringContaining('not zstd from byte')]);
  });
});

describe('xz', () => {
  test.skipIf(missing('xz'))('what is not supported is said with the way out', async () => {
    const greedy = pack('xz', 'a\n', '--lzma2=preset=0,dict=1536MiB');
    expect((await readAll(file(greedy))).problems).toEqual([
      expect.stringMatching(/dictionary of 1536 MiB.*xz -d first/),
    ]);
    const filtered = pack('xz', 'a\n', '--x86', '--lzma2');
    expect((await readAll(file(filtered))).problems).toEqual([expect.stringMatching(/filter.*xz -d first/)]);
  });

  test
    .skipIf(missing('xz'))
    .each([
      ['--check=none'],
      ['--check=crc32'],
      ['--check=crc64'],
      ['--check=sha256'],
      ['--block-size=50000'],
      ['-T2', '--block-size=65536'],
      ['--lzma2=dict=4KiB,lc=0,lp=4,pb=4'],
      ['--lzma2=dict=64KiB,lc=4,lp=0,pb=0,mf=hc3,mode=fast'],
    ])('%s %s', async (...options) => {
    const noise = Buffer.from(Array.from({ length: 100_000 }, (_, i) => 1 + (((i * i * 40503) >>> 7) % 255)));
    const content = Buffer.concat([Buffer.from(TEXT), noise, Buffer.from(TEXT), noise.subarray(0, 70_001)]);
    const read = await readAll(file(pack('xz', content, ...options)));
    expect(read.text).toBe(content.toString('latin1'));
    expect(read.problems).toEqual([]);
  });

  test.skipIf(missing('xz')).each(['crc32', 'crc64', 'sha256'])('a wrong %s is noticed', async (check) => {
    const damaged = pack('xz', 'a\n', `--check=${check}`);
    // Stored as it is, the text is at a fixed place: stream header 12, block header 12, chunk header 3.
    expect(damaged.toString('latin1', 27, 29)).toBe('a\n');
    damaged[27] = 0x62;
    expect((await readAll(file(damaged))).problems).toEqual([expect.stringContaining('is damaged')]);
  });

  test.skipIf(missing('xz'))('padding between streams is normal, garbage is not', async () => {
    const one = pack('xz', 'a\n');
    expect(await readAll(file(Buffer.concat([one, Buffer.alloc(8), one, Buffer.alloc(400)])))).toMatchObject({
      lines: ['a', 'a'],
      problems: [],
    });
    const read = await readAll(file(Buffer.concat([one, Buffer.from('garbage')])));
    expect(read.lines).toEqual(['a']);
    expect(read.problems).toEqual([expect.stringContaining('not xz from byte')]);
  });

  test.skipIf(missing('xz'))('a flipped byte loses no line before the damage', async () => {
    const packed = pack('xz', TEXT);
    const damaged = Buffer.from(packed);
    const at = Math.floor(packed.length / 2);
    damaged[at] = (damaged[at] ?? 0) ^ 0xff;
    const read = await readAll(file(damaged));
    expect(read.problems).toEqual([expect.stringMatching(/damaged/)]);
    expect(read.lines.length).toBeGreaterThan(2000);
    const good = TEXT.split('\n');
    const same = read.lines.findIndex((line, i) => line !== good[i]);
    expect(same === -1 ? read.lines.length : same).toBeGreaterThan(2000);
  });
});
