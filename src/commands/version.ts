/** wslog's own version. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The version in the package's own package.json: two folders up, from the sources as from the build. */
export function ownVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
  const stated: unknown = JSON.parse(text);
  return typeof stated === 'object' && stated !== null && 'version' in stated ? String(stated.version) : 'unknown';
}
