/** wslog's own version. */
import { readFileSync } from 'node:fs';

/** The version in the package's own package.json: two folders up, from the sources as from the build. */
export function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const stated: unknown = JSON.parse(text);
  return typeof stated === 'object' && stated !== null && 'version' in stated ? String(stated.version) : 'unknown';
}
