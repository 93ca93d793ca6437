/** What loads the joined program: chunks as modules, and compiled forms that are taken for their own text only. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Chunks, compiledFile, compiledPath } from '../../../src/start/chunks.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder of chunks with these bodies. */
function folderOf(bodies: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'wslog-chunks-'));
  folders.push(folder);
  for (const [name, body] of Object.entries(bodies)) {
    writeFileSync(join(folder, name), `(function (exports, require, module, __filename, later) { ${body}\n})\n`);
  }
  return folder;
}

/** Runs a chunk once and keeps what V8 made of it, as the build does. */
function compile(folder: string, name: string): void {
  const chunks = new Chunks(folder);
  chunks.load(name);
  mkdirSync(dirname(compiledPath(folder, name)), { recursive: true });
  const script = chunks.scripts.get(name);
  if (script === undefined) throw new Error('it was not loaded');
  writeFileSync(compiledPath(folder, name), compiledFile(script, readFileSync(join(folder, name))));
}

describe('chunks', () => {
  it('are run once, and give what they export, also to each other', () => {
    globalThis.wslogRuns = 0;
    const chunks = new Chunks(
      folderOf({
        'a.cjs': 'const b = require("./b.cjs"); exports.sum = () => b.two + 1;',
        'b.cjs': 'globalThis.wslogRuns++; exports.two = 2; exports.place = __filename; require("./a.cjs");',
      }),
    );
    const { sum } = chunks.load('a.cjs') as { sum(): number };
    expect(sum()).toBe(3);
    expect(chunks.load('b.cjs')).toMatchObject({ two: 2, place: expect.stringMatching(/\/b\.cjs$/) });
    expect(globalThis.wslogRuns).toBe(1);
  });

  it('come later with the packages that are ES modules', async () => {
    const chunks = new Chunks(
      folderOf({
        'a.cjs': 'exports.b = () => later("./b.cjs", ["node:os"]); exports.os = () => later("node:os");',
        'b.cjs': 'exports.os = require("node:os");',
      }),
    );
    const { b, os } = chunks.load('a.cjs') as { b(): Promise<{ os: object }>; os(): Promise<object> };
    // What was imported is the module itself, which require would not have given.
    expect((await b()).os).toBe(await import('node:os'));
    expect(await os()).toBe(await import('node:os'));
  });

  it('have Node’s dear modules once they ask something of them', () => {
    const chunks = new Chunks(
      folderOf({
        'a.cjs': `const zlib = require("node:zlib"); const net = require("node:net");
          exports.packed = zlib.gzipSync("x").length; exports.names = Object.getOwnPropertyNames(net);
          exports.isThere = "connect" in net; exports.socket = class extends net.Socket {};
          exports.kind = Object.getOwnPropertyDescriptor(net, "connect") !== undefined;`,
      }),
    );
    const found = chunks.load('a.cjs');
    expect(found).toMatchObject({ packed: expect.any(Number), isThere: true, kind: true });
    expect(found).toMatchObject({ names: expect.arrayContaining(['connect', 'Socket']) });
  });

  it('are run when they are first asked for something, if their name says so', () => {
    globalThis.wslogRuns = 0;
    const chunks = new Chunks(
      folderOf({
        'a.cjs': 'const b = require("./when-used-b.cjs"); exports.two = () => (0, b.two)();',
        'when-used-b.cjs': 'globalThis.wslogRuns++; exports.two = () => 2;',
      }),
    );
    const { two } = chunks.load('a.cjs') as { two(): number };
    expect(globalThis.wslogRuns).toBe(0);
    expect([two(), two(), globalThis.wslogRuns]).toEqual([2, 2, 1]);
  });

  it('are no chunks when they fail', () => {
    const chunks = new Chunks(folderOf({ 'a.cjs': 'throw new Error("no");' }));
    for (const _ of ['first', 'second']) expect(() => chunks.load('a.cjs')).toThrow('no');
    expect(() => chunks.load('b.cjs')).toThrow('b.cjs');
  });

  it('name themselves in what they throw', () => {
    const chunks = new Chunks(folderOf({ 'a.cjs': 'exports.fail = () => { throw new Error("no"); };' }));
    const { fail } = chunks.load('a.cjs') as { fail(): void };
    expect(fail).toThrow('no');
    try {
      fail();
    } catch (error) {
      expect(error instanceof Error ? error.stack : '').toContain('a.cjs:1:');
    }
  });
});

describe('compiled forms', () => {
  const body = 'exports.answer = () => 41;';

  it('are taken for the text they were made of', () => {
    const folder = folderOf({ 'a.cjs': body });
    compile(folder, 'a.cjs');
    const chunks = new Chunks(folder);
    expect((chunks.load('a.cjs') as { answer(): number }).answer()).toBe(41);
    expect(chunks.scripts.get('a.cjs')?.cachedDataRejected).toBe(false);
  });

  it('are not taken for another text of the same length, which V8 would', () => {
    const folder = folderOf({ 'a.cjs': body });
    compile(folder, 'a.cjs');
    const text = readFileSync(join(folder, 'a.cjs'), 'utf8').replace('41', '42');
    writeFileSync(join(folder, 'a.cjs'), text);
    const chunks = new Chunks(folder);
    expect((chunks.load('a.cjs') as { answer(): number }).answer()).toBe(42);
    // Undefined: V8 was given none.
    expect(chunks.scripts.get('a.cjs')?.cachedDataRejected).toBeUndefined();
  });

  it('may be cut, empty, with a hole, of another Node, or missing', () => {
    const folder = folderOf({ 'a.cjs': body });
    compile(folder, 'a.cjs');
    const path = compiledPath(folder, 'a.cjs');
    const whole = readFileSync(path);
    const otherNode = Buffer.from(whole);
    otherNode.writeUInt32LE(7, 4);
    const holed = Buffer.concat([Buffer.alloc(4096), whole]);
    const cut = [Buffer.alloc(0), Buffer.from('x'), whole.subarray(0, 100), whole.subarray(1)];
    for (const bytes of [...cut, otherNode, holed]) {
      writeFileSync(path, bytes);
      expect((new Chunks(folder).load('a.cjs') as { answer(): number }).answer()).toBe(41);
    }
    rmSync(path);
    expect((new Chunks(folder).load('a.cjs') as { answer(): number }).answer()).toBe(41);
  });
});

declare global {
  var wslogRuns: number;
}
