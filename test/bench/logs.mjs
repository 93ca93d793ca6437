// The logs that are measured, each made once: plain, packed, cut into rotated pieces, and the head of it for slow tools.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from './generate.mjs';
import { installed, shell } from './measure.mjs';

const PIECES = 10;

export class Logs {
  #folder;
  #seed;

  constructor(folder, seed) {
    this.#folder = folder;
    this.#seed = seed;
  }

  plain(kind, megabytes, hostile = false) {
    return this.#once(`${kind}${hostile ? '-hostile' : ''}-${megabytes}.log`, (path) =>
      generate(path, kind, megabytes, this.#seed, hostile),
    );
  }

  /** The first so many megabytes, for tools that take minutes for all of it. */
  head(log, megabytes) {
    return this.#once(`head-${megabytes}-of-${name(log)}`, (path) => shell(`head -c ${megabytes}000000 '${log}' > '${path}'`));
  }

  gzip(log) {
    return this.#once(`${name(log)}.gz`, (path) => shell(`gzip -6 -c '${log}' > '${path}'`));
  }

  /** Null where there is no zstd to pack it with. */
  zstd(log) {
    if (!installed('zstd')) return null;
    return this.#once(`${name(log)}.zst`, (path) => shell(`zstd -q -3 -c '${log}' > '${path}'`));
  }

  /** A folder with the log as logrotate leaves it: the older pieces packed. */
  rotated(log) {
    return this.#once(`rotated-${name(log)}`, (folder) => {
      mkdirSync(folder);
      shell(`split -n l/${PIECES} -d -a 2 '${log}' '${folder}/piece.'`);
      for (let i = 0; i < PIECES; i++) {
        const age = PIECES - 1 - i;
        const piece = `${folder}/piece.${String(i).padStart(2, '0')}`;
        const to = `${folder}/error.log${age === 0 ? '' : `.${age}`}`;
        shell(age < 2 ? `mv '${piece}' '${to}'` : `gzip -c '${piece}' > '${to}.gz'; rm '${piece}'`);
      }
    });
  }

  /** The halves of a log, plain and packed. */
  halves(log) {
    const folder = this.#once(`halves-${name(log)}`, (made) => {
      mkdirSync(made);
      shell(`cd '${made}' && split -n l/2 -d -a 1 '${log}' half. && gzip -k half.0 half.1`);
    });
    const files = (ending) => [join(folder, `half.0${ending}`), join(folder, `half.1${ending}`)];
    return { plain: files(''), packed: files('.gz') };
  }

  size(log) {
    return statSync(log).size;
  }

  #once(file, make) {
    const path = join(this.#folder, file);
    if (!existsSync(path)) make(path);
    return path;
  }
}

function name(path) {
  return path.slice(path.lastIndexOf('/') + 1);
}
