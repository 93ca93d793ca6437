/** The shape of the source tree: imports point down the data's way, the middle is pure, one file touches `process`. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** What each folder may import, beside itself. */
const DATA_WAY = ['nginx', 'catalogue', 'findings', 'incident', 'diagnosis', 'report'];
const before = (folder: string) => {
  const earlier = DATA_WAY.slice(0, DATA_WAY.indexOf(folder));
  // What nginx was told joins what it wrote where the two are weighed.
  return [...earlier, 'safe', 'webassembly', ...(earlier.includes('incident') ? ['nginx-conf'] : [])];
};
const ALLOWED = new Map<string, readonly string[]>([
  ['safe', []],
  ['clock', []],
  ['webassembly', []],
  ['input', ['safe']],
  ['config', ['clock']],
  ['nginx-conf', ['nginx', 'safe']],
  ['doctor', ['nginx', 'nginx-conf', 'safe']],
  ['fix', ['nginx', 'nginx-conf', 'safe']],
  ['probe', ['diagnosis', 'nginx-conf', 'safe']],
  ...DATA_WAY.map((folder) => [folder, before(folder)] as const),
  ['report', [...before('report'), 'doctor', 'probe']],
  ['state', ['input', ...DATA_WAY, 'safe']],
  ['screen', ['report', 'safe']],
  ['metrics', ['report', 'safe']],
  ['compare', ['incident', 'catalogue', 'report', 'safe']],
  ['alerts', ['config', ...DATA_WAY, 'safe']],
  ['deliver', ['alerts', 'config', ...DATA_WAY, 'safe', 'state']],
  ['summary', ['input', 'state', ...DATA_WAY, 'safe']],
  ['analysis', ['clock', 'fix', 'input', 'nginx-conf', ...DATA_WAY, 'safe']],
  [
    'commands',
    [
      'analysis',
      'compare',
      'config',
      'alerts',
      'deliver',
      'doctor',
      'fix',
      'input',
      'nginx-conf',
      'probe',
      'metrics',
      'screen',
      'state',
      'summary',
      ...DATA_WAY,
      'safe',
    ],
  ],
  ['start', ['commands', '.']],
  ['.', ['commands', 'analysis', 'compare', 'config', 'doctor', 'fix', 'input', 'nginx-conf', ...DATA_WAY, 'safe']],
]);

/** Files of the pure middle that do I/O all the same: the catalogue and the configuration come from somewhere. */
const READERS = new Set([
  'catalogue/load.ts',
  'catalogue/shipped.ts',
  'catalogue/build.ts',
  'nginx-conf/disk.ts',
  'fix/trial.ts',
  'fix/apply.ts',
]);
/** Scripts of their own, run by the build and not by wslog. */
const SCRIPTS = new Set(['catalogue/build.ts', 'start/compile.ts']);
const PURE = new Set([
  ...DATA_WAY,
  'alerts',
  'clock',
  'doctor',
  'fix',
  'compare',
  'nginx-conf',
  'safe',
  'screen',
  'summary',
]);

function sources(folder = SRC): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return name.endsWith('.ts') && !name.endsWith('.d.ts') ? [relative(SRC, path)] : [];
  });
}

/** Source text without comments and string contents that could be taken for code. */
function codeOf(file: string): string {
  return readFileSync(join(SRC, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf(file: string): string[] {
  const found = codeOf(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => match[1] ?? '');
}

/** Compiled to WebAssembly by a compiler of its own, whose imports have no extension. */
const COMPILED = new Set(['scanner', 'counter']);

function folderOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '') : '.';
}

const files = sources().filter((file) => !COMPILED.has(folderOf(file)));

describe('the source tree', () => {
  it('is there, in known folders', () => {
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) expect(ALLOWED.has(folderOf(file)), file).toBe(true);
  });

  it('imports only down the data’s way', () => {
    const upward: string[] = [];
    for (const file of files) {
      const own = folderOf(file);
      for (const target of importsOf(file)) {
        if (!target.startsWith('.')) continue;
        const other = folderOf(relative(SRC, resolve(SRC, dirname(file), target)));
        if (other !== own && ALLOWED.get(own)?.includes(other) !== true) upward.push(`${file} -> ${target}`);
      }
    }
    expect(upward).toEqual([]);
  });

  it('imports our own files with their extension, and Node’s with node:', () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const target of importsOf(file)) {
        if (target.startsWith('.') && !/\.(ts|json)$/.test(target)) wrong.push(`${file} -> ${target}`);
        if (/^(fs|path|os|util|stream|child_process|crypto|zlib|events|url)(\/|$)/.test(target)) {
          wrong.push(`${file} -> ${target}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('keeps files, processes, clocks and chance out of the middle', () => {
    const impure: string[] = [];
    for (const file of files) {
      if (!PURE.has(folderOf(file)) || READERS.has(file)) continue;
      for (const target of importsOf(file)) {
        if (/^node:(fs|child_process|net|http|https|os|worker_threads|process)/.test(target)) {
          impure.push(`${file} -> ${target}`);
        }
      }
      const code = codeOf(file);
      for (const word of [/\bDate\.now\b/, /\bnew Date\(\)/, /\bMath\.random\b/, /\bperformance\.now\b/]) {
        if (word.test(code)) impure.push(`${file}: ${word.source}`);
      }
    }
    expect(impure).toEqual([]);
  });

  it('touches process in cli.ts only', () => {
    const touching = files.filter(
      (file) =>
        !SCRIPTS.has(file) &&
        /(?<![\w.$-])process\.(?:argv|env|stdin|stdout|stderr|exit|on|once|cwd|kill|platform|hrtime|memoryUsage|version|umask)\b/.test(
          codeOf(file),
        ),
    );
    expect(touching).toEqual(['cli.ts']);
  });

  it('starts without anything heavy', () => {
    // What is imported outright, beginning with the command line; `import()` is loaded when it is needed.
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, target = ''] of codeOf(file).matchAll(
        /^(?:import|export)\b(?! type\b)[^;]*?\bfrom\s*'([^']+)'/gm,
      )) {
        if (target.startsWith('.')) visit(relative(SRC, resolve(SRC, dirname(file), target)));
        else if (!target.startsWith('node:')) packages.add(target);
      }
    };
    visit('main.ts');
    expect(seen.size).toBeGreaterThan(5);
    expect([...packages]).toEqual(['commander']);
    expect([...seen].filter((file) => /^(analysis|catalogue|input|nginx)/.test(file))).toEqual([]);
  });

  it.each([...COMPILED])('has a %s that knows nothing but itself', (folder) => {
    const own = sources().filter((file) => folderOf(file) === folder);
    expect(own.length).toBeGreaterThan(3);
    for (const file of own) {
      for (const target of importsOf(file)) expect(own, file).toContain(join(folder, `${target.slice(2)}.ts`));
    }
  });

  it('has no file that outgrew one idea', () => {
    const long = sources().filter((file) => readFileSync(join(SRC, file), 'utf8').split('\n').length > 450);
    expect(long).toEqual([]);
  });
});
