/** The start of the built program: what it loads, and that what the build compiled ahead changes nothing. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CLI, Folder, many, refused, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
const DIST = dirname(CLI);
const COMPILED = `${process.version}-${process.platform}-${process.arch}`;
const log = folder.write('error.log', many(3, refused));
const LINE = refused(1).trim();

/** A copy of the build, in which something can be missing or different. */
function installed(name: string): string {
  const root = join(folder.path, name);
  mkdirSync(root);
  cpSync(DIST, join(root, 'dist'), { recursive: true });
  for (const beside of ['package.json', 'node_modules']) {
    symlinkSync(join(DIST, '..', beside), join(root, beside));
  }
  return root;
}

function run(root: string, args: readonly string[], node: readonly string[] = []) {
  const argv = [...node, join(root, 'dist/cli.cjs'), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', TZ: 'UTC' },
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

/** Which modules of Node's a run has loaded when it ends. */
function loadedBy(args: readonly string[]): string[] {
  const tell = folder.write(
    'tell.cjs',
    `process.on('exit', () => require('node:fs').writeFileSync(process.env.TOLD, JSON.stringify(process.moduleLoadList)));`,
  );
  const told = join(folder.path, 'told.json');
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', TZ: 'UTC', TOLD: told };
  const { status } = spawnSync(process.execPath, ['-r', tell, CLI, ...args], { env, timeout: 60_000 });
  expect(status).toBe(0);
  const list: string[] = JSON.parse(readFileSync(told, 'utf8'));
  return list.map((entry) => entry.replace('NativeModule ', ''));
}

describe('the start', () => {
  it('of a short analysis loads nothing of Node’s that it does not use', () => {
    const loaded = loadedBy(['analyze', '--json', log]);
    expect(loaded).toContain('fs');
    for (const dear of ['child_process', 'http', 'https', 'readline', 'tls', 'v8', 'worker_threads', 'zlib']) {
      expect(loaded, dear).not.toContain(dear);
    }
    expect(loadedBy(['explain', LINE])).not.toContain('child_process');
  });

  it('takes what V8 made of the chunks before', () => {
    const script = `
      const { Chunks } = await import(process.argv[1]);
      const chunks = new Chunks(process.argv[2]);
      chunks.load('main.cjs');
      chunks.load('thread.cjs');
      for (const [name, script] of chunks.scripts) console.log(name, script.cachedDataRejected);`;
    const argv = ['--input-type=module', '-e', script, join(DIST, 'start/chunks.js'), join(DIST, 'joined')];
    const { stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', env: { PATH: process.env.PATH } });
    expect(stdout).toContain('start.cjs false');
    expect(stdout).toContain('reading.cjs false');
    expect(stdout).not.toContain('true');
  });

  it('tells the same without it, with that of another version, and from a folder that cannot be written', () => {
    const args = ['analyze', '--json', '--no-nginx-conf', log];
    const usual = wslog(args);
    expect(usual.code).toBe(0);
    const root = installed('other-node');
    const compiled = join(root, 'dist/joined', COMPILED);
    for (const name of readdirSync(compiled)) {
      const bytes = readFileSync(join(compiled, name));
      // The hash of V8's version.
      bytes.writeUInt32LE(7, 4);
      writeFileSync(join(compiled, name), bytes);
    }
    expect(run(root, args)).toEqual({ status: 0, stdout: usual.stdout, stderr: '' });
    rmSync(compiled, { recursive: true });
    expect(run(root, args)).toEqual({ status: 0, stdout: usual.stdout, stderr: '' });
    // Nothing is written at run time.
    expect(readdirSync(join(root, 'dist/joined')).filter((name) => /^v\d/.test(name))).toEqual([]);
    expect(run(root, args, ['--max-old-space-size=200']).stdout).toBe(usual.stdout);
  }, 60_000);

  it('runs what a chunk says now, not what it said when it was compiled', () => {
    const root = installed('edited');
    const chunk = join(root, 'dist/joined/start.cjs');
    const text = readFileSync(chunk, 'latin1');
    const said = 'explains WebSocket failures behind nginx';
    expect(text).toContain(said);
    writeFileSync(chunk, text.replaceAll(said, said.toUpperCase()), 'latin1');
    expect(run(root, ['--help']).stdout).toContain(said.toUpperCase());
  });

  it('carries the licences of the packages it is joined with', () => {
    const licences = readFileSync(join(DIST, 'joined/LICENCES.txt'), 'utf8');
    for (const name of ['commander', 'cli-table3', 'string-width']) expect(licences).toContain(`\n${name} `);
  });
});
