// Joins what the compiler wrote into few files, which `src/start/chunks.ts` loads: an analysis is made of 160 modules,
// and Node takes a quarter of a millisecond to find and link each. Imports on demand stay on demand, and packages stay
// where npm installed them, but for the few that most runs load.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';

const DIST = resolve(import.meta.dirname, '../dist');
const JOINED = join(DIST, 'joined');
rmSync(JOINED, { recursive: true, force: true });

/** Packages that go into the chunks: else the start, and a report as text, look for each of their files. */
const JOINED_PACKAGES = [
  'commander',
  'cli-table3',
  '@colors/colors',
  'string-width',
  'strip-ansi',
  'ansi-regex',
  'emoji-regex',
  'get-east-asian-width',
  'is-fullwidth-code-point',
];
const isPackage = (name) => /^[a-z@][^:]*$/.test(name);
const packageName = (name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? '';
const external = (id) => id.startsWith('node:') || (isPackage(id) && !JOINED_PACKAGES.includes(packageName(id)));

/** Modules find the files beside them by their own place, which is that of the file they were joined into. */
const PLACE = /__(folder|url)OfModule__\("([^"]+)"\)/g;
const keepPlaces = (folder) => ({
  name: 'keep-places',
  transform(code, id) {
    const module = relative(DIST, id).split(sep).join('/');
    return code
      .replaceAll('import.meta.dirname', `__folderOfModule__("${module}")`)
      .replaceAll('import.meta.url', `__urlOfModule__("${module}")`);
  },
  renderChunk(code, chunk) {
    const from = dirname(join(folder, chunk.fileName));
    return code.replaceAll(PLACE, (_, kind, module) => {
      const path = relative(from, join(DIST, module)).split(sep).join('/');
      const place = `require("node:path").join(__filename, "..", ${JSON.stringify(kind === 'url' ? path : dirname(path))})`;
      return kind === 'url' ? `require("node:url").pathToFileURL(${place})` : place;
    });
  },
});

/** Whether `require` cannot load a package, at least not in all versions of Node supported. */
function isModule(name) {
  let folder;
  try {
    const path = createRequire(join(DIST, 'cli.cjs')).resolve(name);
    if (/\.[mc]js$/.test(path)) return path.endsWith('.mjs');
    folder = dirname(path);
  } catch {
    return true;
  }
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).type === 'module';
}

/** Makes each chunk a function of what loads it, which must know what to load before a chunk that comes on demand. */
const asFunctions = {
  name: 'as-functions',
  generateBundle(_, bundle) {
    const modulesFor = (name, seen = new Set()) => {
      const chunk = bundle[name];
      if (chunk === undefined) return isPackage(name) && isModule(name) ? [name] : [];
      if (seen.has(name)) return [];
      seen.add(name);
      return chunk.imports.flatMap((one) => modulesFor(one, seen));
    };
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      const code = chunk.code
        .replaceAll(/Promise\.resolve\(\)\.then\(\(\) => require\("\.\/([^"]+)"\)\)/g, (_, name) => {
          const modules = [...new Set(modulesFor(name))];
          return `later("./${name}"${modules.length === 0 ? '' : `, ${JSON.stringify(modules)}`})`;
        })
        // Node gives scripts no import() of their own but one that it calls experimental, in a warning.
        .replaceAll(/\bimport\("(?!\.)/g, 'later("');
      if (/\(\) => require\(|\bimport\("/.test(code)) throw new Error(`${chunk.fileName}: an import was overlooked`);
      if (/[^\0-\x7f]/.test(code)) throw new Error(`${chunk.fileName}: is read as ASCII, but has other characters`);
      chunk.code = `(function (exports, require, module, __filename, later) { ${code}\n})\n`;
    }
  },
};

/** The licences of what was joined, which go where it goes. */
const licences = {
  name: 'licences',
  generateBundle(_, bundle) {
    const folders = new Set();
    for (const id of Object.values(bundle).flatMap((chunk) => chunk.moduleIds ?? [])) {
      const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.split(sep).join('/'))?.[0];
      if (folder !== undefined) folders.add(folder);
    }
    const texts = [...folders].sort().map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      if (file === undefined) throw new Error(`${name} has no licence to go with it`);
      return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
    });
    const source = `Packages that were joined into the files of this folder.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
    this.emitFile({ type: 'asset', fileName: 'LICENCES.txt', source });
  },
};

/** npm makes the command executable when it links it, which is before it is built on a fresh machine. */
const executable = {
  name: 'executable',
  writeBundle: () => chmodSync(join(DIST, 'cli.cjs'), 0o755),
};

/** What loads chunks, as a file that Node is told to run. */
const starter = (input, name, plugins = []) => ({
  input: { [name]: join(DIST, input) },
  platform: 'node',
  external,
  plugins: [keepPlaces(DIST), ...plugins],
  output: { dir: DIST, format: 'cjs', entryFileNames: '[name].cjs', charset: 'ascii', strict: true },
});

/** One chunk of what some modules are made of, but for what earlier ones hold: each costs two looks at the disk. */
const group = (name, modules) => ({ name, test: (id) => modules.includes(relative(DIST, id).split(sep).join('/')) });

export default [
  {
    input: {
      cli: join(DIST, 'cli.js'),
      main: join(DIST, 'main.js'),
      thread: join(DIST, 'analysis/threads/thread.js'),
    },
    platform: 'node',
    external,
    plugins: [keepPlaces(JOINED), asFunctions, licences],
    output: {
      dir: JOINED,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name].cjs',
      // Text of one byte a character is read in half the time.
      charset: 'ascii',
      comments: { legal: true, annotation: false, jsdoc: false },
      strict: true,
      codeSplitting: {
        groups: [
          // Loaded when its functions are called, as few reports have characters whose width must be looked up.
          { name: 'when-used-widths', test: (id) => id.startsWith(join(DIST, '../node_modules/string-width/')) },
          group('version', ['commands/version.js']),
          group('start', ['main.js']),
          group('reading', ['analysis/threads/serve.js']),
          group('analysis', ['commands/analyze.js', 'analysis/analyze.js', 'analysis/conclude.js', 'report/json.js']),
          group('text', ['report/text.js']),
          group('nginx-conf', ['nginx-conf/load.js', 'nginx-conf/disk.js', 'nginx-conf/logs.js']),
        ],
      },
    },
  },
  starter('start/wslog.js', 'cli', [executable]),
  starter('start/thread.js', 'analysis/threads/thread'),
];
