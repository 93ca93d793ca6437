// Joins what the compiler wrote into few files: an analysis is made of 160 modules, and Node takes a quarter of a
// millisecond to find and link each. Imports on demand stay on demand, and packages stay where npm installed them.
import { chmodSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const DIST = resolve(import.meta.dirname, '../dist');
rmSync(join(DIST, 'joined'), { recursive: true, force: true });
rmSync(join(DIST, 'analysis/threads/joined'), { recursive: true, force: true });

const PLACE = '__placeOfModule__';

/** Modules find the files beside them by their own URL, which is that of the file they were joined into. */
const keepPlaces = {
  name: 'keep-places',
  transform(code, id) {
    if (!code.includes('import.meta.url')) return null;
    return code.replaceAll('import.meta.url', `${PLACE}("${relative(DIST, id).split(sep).join('/')}")`);
  },
  renderChunk(code, chunk) {
    const from = dirname(join(DIST, chunk.fileName));
    return code.replaceAll(new RegExp(`${PLACE}\\("([^"]+)"\\)`, 'g'), (_, module) => {
      const path = relative(from, join(DIST, module)).split(sep).join('/');
      return `new URL(${JSON.stringify(path)}, import.meta.url)`;
    });
  },
};

/** npm makes the command executable when it links it, which is before it is built on a fresh machine. */
const executable = {
  name: 'executable',
  writeBundle: () => chmodSync(join(DIST, 'cli.js'), 0o755),
};

const external = [/^[a-z@][^:]*$/, /^node:/];

export default [
  {
    input: { cli: 'dist/cli.js' },
    platform: 'node',
    external,
    plugins: [keepPlaces, executable],
    output: { dir: 'dist', format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'joined/[name].js' },
  },
  // A thread starts in half the time from one file that needs no loader of modules.
  {
    input: { thread: 'dist/analysis/threads/thread.js' },
    platform: 'node',
    external,
    output: {
      dir: 'dist/analysis/threads',
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: 'joined/[name].cjs',
    },
  },
];
