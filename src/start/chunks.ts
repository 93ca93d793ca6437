/**
 * Loads the program from the few files that the build joined it into (`dist/joined`), with what V8 made of them before.
 *
 * Node's own loaders find, read and compile each module in every run: 80 of the 110 ms that an analysis of three lines
 * took beyond Node's own start. Here a chunk is one function of which the build keeps V8's compiled form, made after the
 * function ran, so that nothing is parsed or compiled that usual runs need. That form holds for one version of Node on
 * one kind of machine, and for one text; anywhere else a chunk is compiled as any script is, and works the same.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { arch, platform, version } from 'node:process';
import { Script } from 'node:vm';

/** The folder, below that of the chunks, of compiled forms that this Node takes. */
const COMPILED_HERE = `${version}-${platform}-${arch}`;

/** Bytes of the number behind a compiled form and its text: the length of the former. */
const LENGTH_BYTES = 4;

/**
 * Modules of Node's that are dear to load (2 ms for `crypto`, 1 ms for `child_process`) and that most runs import but
 * never use: loaded when they are first asked for something.
 */
const LOADED_WHEN_USED: ReadonlySet<string> = new Set(
  [
    'child_process',
    'crypto',
    'dns/promises',
    'http',
    'https',
    'net',
    'readline',
    'timers/promises',
    'tls',
    'tty',
    'v8',
    'worker_threads',
    'zlib',
  ].map((name) => `node:${name}`),
);

/** What a disk that lost its power holds in place of a page that was not written yet; V8 would crash on it. */
const HOLE = Buffer.alloc(4096);

/** How the names of chunks begin that are loaded when they are first asked for something. */
const WHEN_USED = 'when-used-';

type Exports = Record<string, unknown>;
type Require = (name: string) => unknown;
type Later = (name: string, packages?: readonly string[]) => Promise<unknown>;
type Body = (exports: Exports, require: Require, module: { exports: Exports }, file: string, later: Later) => void;

export class Chunks {
  /** Those compiled so far, by their names. */
  readonly scripts = new Map<string, Script>();
  readonly #folder: string;
  readonly #native: NodeJS.Require;
  readonly #loaded = new Map<string, { exports: Exports }>();
  /** Packages that `require` cannot load, since they are ES modules. */
  readonly #packages = new Map<string, unknown>();

  /** @param folder where the chunks are, an absolute path. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#native = createRequire(join(folder, 'chunks'));
  }

  /** What a chunk exports; it is run when it is first asked for. */
  load(name: string): object {
    const known = this.#loaded.get(name);
    if (known !== undefined) return known.exports;
    const exports: Exports = {};
    const module = { exports };
    this.#loaded.set(name, module);
    const path = join(this.#folder, name);
    try {
      const body: Body = this.#script(name, path).runInThisContext();
      body(exports, this.#require, module, path, this.#later);
    } catch (error) {
      this.#loaded.delete(name);
      throw error;
    }
    return module.exports;
  }

  readonly #require = (name: string): unknown => {
    if (name.startsWith(`./${WHEN_USED}`)) return whenUsed(() => this.load(name.slice(2)));
    if (name.startsWith('./')) return this.load(name.slice(2));
    if (LOADED_WHEN_USED.has(name)) return whenUsed(() => this.#native(name));
    return this.#packages.get(name) ?? this.#native(name);
  };

  /**
   * Loads a package, or a chunk after those packages among its imports that are ES modules. Stands for `import()`, which
   * scripts have only with a warning from Node.
   */
  readonly #later = async (name: string, packages: readonly string[] = []): Promise<unknown> => {
    if (!name.startsWith('./')) return await import(name);
    for (const one of packages) if (!this.#packages.has(one)) this.#packages.set(one, await import(one));
    return this.load(name.slice(2));
  };

  #script(name: string, path: string): Script {
    const text = readFileSync(path);
    const cachedData = this.#compiled(name, text);
    const script = new Script(text.toString('latin1'), {
      filename: path,
      ...(cachedData === null ? {} : { cachedData }),
    });
    this.scripts.set(name, script);
    return script;
  }

  /**
   * The compiled form of a chunk, or null. V8 knows the text it was made of by its length only, so that a copy is kept
   * and compared: 20 microseconds, where a checksum would have Node load zlib or OpenSSL first.
   */
  #compiled(name: string, text: Buffer): Buffer | null {
    try {
      const kept = readFileSync(compiledPath(this.#folder, name));
      const length = kept.readUInt32LE(kept.length - LENGTH_BYTES);
      if (kept.includes(HOLE) || !kept.subarray(length, -LENGTH_BYTES).equals(text)) return null;
      return kept.subarray(0, length);
    } catch {
      return null;
    }
  }
}

/** Where the compiled form of a chunk is, for this Node. */
export function compiledPath(folder: string, name: string): string {
  return join(folder, COMPILED_HERE, `${name}.bin`);
}

/** The compiled form of a chunk as it is stored, with the text it was made of. */
export function compiledFile(script: Script, text: Buffer): Buffer {
  const compiled = script.createCachedData();
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(compiled.length);
  return Buffer.concat([compiled, text, length]);
}

/** An object that loads the one it stands for when it is first asked for something. */
function whenUsed(load: () => object): object {
  let loaded: object | null = null;
  const get = () => {
    loaded ??= load();
    return loaded;
  };
  return new Proxy(
    {},
    {
      get: (_, key) => Reflect.get(get(), key),
      has: (_, key) => Reflect.has(get(), key),
      ownKeys: () => Reflect.ownKeys(get()),
      // The real ones may not be told of as fixed: what they are properties of is another object.
      getOwnPropertyDescriptor: (_, key) => {
        const found = Reflect.getOwnPropertyDescriptor(get(), key);
        return found === undefined ? undefined : { ...found, configurable: true };
      },
    },
  );
}
