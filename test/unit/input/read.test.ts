import { execFileSync, spawn } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readAll } from './read-all.ts';
import { tempDir } from './temp-dir.ts';

function file(content: string | Buffer, name = 'error.log'): string {
  const path = join(tempDir(), name);
  writeFileSync(path, content);
  return path;
}

describe('plain files', () => {
  test('an empty file and /dev/null give nothing and no problem', async () => {
    for (const path of [file(''), '/dev/null']) {
      expect(await readAll(path)).toMatchObject({ lines: [], problems: [], bytesRead: 0 });
    }
  });

  test('a last line without LF is a line', async () => {
    const read = await readAll(file('a\nb'));
    expect(read.lines).toEqual(['a', 'b']);
    expect(read.text).toBe('a\nb');
    expect(read.problems).toEqual([]);
  });

  test('CR LF, lone CR, empty lines and every byte come back as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 255 }, (_, i) => i + 1));
    const content = Buffer.concat([Buffer.from('a\r\nb\rc\n\n\n'), bytes, Buffer.from('\nend\n')]);
    expect((await readAll(file(content))).text).toBe(content.toString('latin1'));
  });

  test('blocks end at lines and stay within the size asked for', async () => {
    const content = Array.from({ length: 40_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 97)}\n`).join('');
    const read = await readAll(file(content), { blockBytes: 1000 });
    expect(read.text).toBe(content);
    expect(Math.max(...read.blockSizes)).toBeLessThanOrEqual(1000);
    expect(read.bytesRead).toBe(content.length);
  });

  test('a line longer than a block is a block of its own', async () => {
    const content = `short\n${'y'.repeat(5000)}\nshort\n`;
    expect((await readAll(file(content), { blockBytes: 100 })).text).toBe(content);
  });

  test('a UTF-8 byte order mark is dropped, once', async () => {
    expect((await readAll(file('\ufeffa\n\ufeffb\n'))).text).toBe(`a\n${Buffer.from('\ufeff').toString('latin1')}b\n`);
  });

  test('a hole of many megabytes costs no memory', async () => {
    const path = join(tempDir(), 'sparse.log');
    const fd = openSync(path, 'w');
    const hole = 200 * 1024 ** 2 + 77;
    ftruncateSync(fd, hole);
    writeSync(fd, 'one\ntwo\nthree\n', hole);
    closeSync(fd);
    const before = process.memoryUsage().rss;
    const read = await readAll(path);
    expect(read.lines).toEqual(['one', 'two', 'three']);
    expect(read.problems).toEqual([expect.stringContaining(`${hole} NUL bytes`)]);
    expect(process.memoryUsage().rss - before).toBeLessThan(50 * 1024 * 1024);
  });

  test.each([
    ['a missing file', 'none.log', /^does not exist/],
    ['a path through a file', 'file/x.log', /^does not exist/],
    ['a directory', 'directory', /^is a directory/],
    ['a name that is too long', 'x'.repeat(300), /^is too long/],
  ])('%s is one sentence', async (_, name, sentence) => {
    const dir = tempDir();
    writeFileSync(join(dir, 'file'), '');
    mkdirSync(join(dir, 'directory'));
    const read = await readAll(join(dir, name));
    expect(read.lines).toEqual([]);
    expect(read.problems).toEqual([expect.stringMatching(sentence)]);
  });

  test('a fifo is read to its end', async () => {
    const path = join(tempDir(), 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', 'printf "a\\nb\\n" > "$0"', path]);
    expect((await readAll(path)).lines).toEqual(['a', 'b']);
    expect(writer.killed).toBe(false);
  });
});

describe('text that is not log text', () => {
  test.each(['UTF-16LE', 'UTF-16BE'])('%s is refused with the command that converts it', async (encoding) => {
    const text = '2026/11/22 12:00:00 [error] 1#1: connect() failed\n';
    const little = Buffer.from(text, 'utf16le');
    const bytes = encoding === 'UTF-16LE' ? little : Buffer.from(little).swap16();
    const bom = encoding === 'UTF-16LE' ? [0xff, 0xfe] : [0xfe, 0xff];
    const marked = await readAll(file(Buffer.concat([Buffer.from(bom), bytes])));
    expect(marked.lines).toEqual([]);
    expect(marked.problems).toEqual([expect.stringContaining('iconv -f UTF-16 -t UTF-8')]);
    const bare = await readAll(file(bytes));
    expect(bare.lines).toEqual([]);
    expect(bare.problems).toEqual([expect.stringContaining(`iconv -f ${encoding} -t UTF-8`)]);
  });

  test('NULs that a client sent stay in their line', async () => {
    const content = `request: "\x16\x03\x01\0\xee${'\0'.repeat(500)}", host\nnext\n`;
    const read = await readAll(file(Buffer.from(content, 'latin1')));
    expect(read.text).toBe(content);
    expect(read.problems).toEqual([]);
  });

  test('a hole at the start of a line is skipped, one inside parts two lines', async () => {
    const hole = '\0'.repeat(10_000);
    const read = await readAll(file(`${hole}a\n${hole}b\nc${hole}d\n`));
    expect(read.lines).toEqual(['a', 'b', 'c', 'd']);
    expect(read.problems).toEqual([expect.stringContaining('30000 NUL bytes')]);
  });

  test('a file of nothing but NULs ends', async () => {
    expect((await readAll(file(Buffer.alloc(3_000_000)))).lines).toEqual([]);
  });

  test('a line over 1 MiB keeps its head; its neighbours are whole', async () => {
    const read = await readAll(file(`first\n${'z'.repeat(3_000_000)}\nlast\n`));
    expect(read.lines.map((line) => line.length)).toEqual([5, 1024 * 1024, 4]);
    expect(read.problems).toEqual([expect.stringContaining('one line longer than 1 MiB')]);
  });

  test('a line of 1 GiB between two good ones costs no memory', async () => {
    async function* chunks(): AsyncGenerator<Buffer> {
      yield Buffer.from('first\n');
      const filler = Buffer.alloc(1024 * 1024, 'z');
      for (let i = 0; i < 1024; i++) yield filler;
      yield Buffer.from('\nlast\n');
    }
    const before = process.memoryUsage().rss;
    const read = await readAll('-', { stdin: Readable.from(chunks()) });
    expect(read.lines.map((line) => line.length)).toEqual([5, 1024 * 1024, 4]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });
});

describe('standard input', () => {
  test('gives the same lines however the bytes are split', async () => {
    const bytes = fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 30 }) },
      { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\n\n', 'é', '\0') },
      { weight: 1, arbitrary: fc.constant('\0'.repeat(5000)) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(bytes, { maxLength: 40 }),
        fc.array(fc.nat(3000), { maxLength: 30 }),
        async (parts, cuts) => {
          // Holes are recognised by their length within a chunk, so whole ones stand at the start of a line here.
          const whole = Buffer.from(`log\n${parts.join('').replace(/[^\n]\0{5000}/g, '\n')}`);
          const pieces: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            pieces.push(whole.subarray(at, at + cut));
            at = Math.min(whole.length, at + cut);
          }
          pieces.push(whole.subarray(at));
          const inOne = await readAll('-', { stdin: Readable.from([whole]) });
          const inMany = await readAll('-', { stdin: Readable.from(pieces) });
          expect(inMany.text).toBe(inOne.text);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('one byte at a time, packed or not', async () => {
    const text = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('');
    for (const bytes of [Buffer.from(text), execFileSync('gzip', { input: text })]) {
      const singly = Array.from(bytes, (byte) => Buffer.of(byte));
      expect((await readAll('-', { stdin: Readable.from(singly) })).text).toBe(text);
    }
  });

  test('a closed or failing stream is one sentence', async () => {
    const closed = new PassThrough();
    closed.destroy();
    const failing = new Readable({
      read() {
        this.destroy(Object.assign(new Error('read EIO'), { code: 'EIO' }));
      },
    });
    for (const stdin of [closed, failing]) {
      const read = await readAll('-', { stdin });
      expect(read.problems).toEqual([expect.stringMatching(/^standard input cannot be read \(/)]);
    }
    expect((await readAll('-')).problems).toEqual([expect.stringMatching(/^standard input is not available/)]);
  });
});
