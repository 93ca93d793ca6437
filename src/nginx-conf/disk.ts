/** Configuration files from the disk. Only regular files are ever opened: an `include /dev/zero` would not end. */
import { closeSync, constants, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import type { ConfFs } from './files.ts';

export const diskFs: ConfFs = {
  stat(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return null;
    return { kind: found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other', bytes: found.size };
  },
  read(path) {
    // Without O_NONBLOCK, opening a fifo that took the file's place meanwhile would wait for ever.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      if (!found.isFile()) throw new Error(`${path} is not a regular file`);
      const bytes = Buffer.alloc(found.size);
      let length = 0;
      while (length < bytes.length) {
        const count = readSync(file, bytes, length, bytes.length - length, null);
        if (count === 0) break;
        length += count;
      }
      return bytes.toString('latin1', 0, length);
    } finally {
      closeSync(file);
    }
  },
  list: (path) => readdirSync(path),
};
