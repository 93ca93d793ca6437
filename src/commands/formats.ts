/** Which format a command prints. */
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';

/**
 * The format among those the command has. A format that was typed for this command and that it does not have is a
 * mistake; one from the environment or a config file was meant for others, and the command's first format is used.
 *
 * @throws UsageError for a typed format the command does not have.
 */
export function formatAmong<T extends string>(settings: Settings, formats: readonly [T, ...T[]]): T {
  const asked = settings.text('format');
  const found = formats.find((format) => format === asked);
  if (found !== undefined) return found;
  const where = settings.where('format');
  if (where.startsWith('--')) throw new UsageError(`${where}: "${asked}" is not one of ${formats.join(', ')} here`);
  return formats[0];
}
