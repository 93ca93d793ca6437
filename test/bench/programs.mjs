// The built wslog.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

export const WSLOG = [process.execPath, CLI];

export function isBuilt() {
  return existsSync(CLI);
}
