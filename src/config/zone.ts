/** The zone that times without one are read in. */
import { zoneOffsets } from '../clock/zone-offsets.ts';
import { UsageError } from './usage-error.ts';

export interface Zone {
  readonly name: string;
  readonly from: 'option' | 'environment' | 'system';
  /** Minutes east of UTC at a wall-clock time (given as ms since 1970 as if the clock showed UTC). */
  offsetAt(wallMs: number): number;
}

/**
 * The zone to use: `--tz`, else TZ, else the system's.
 *
 * @param option `--tz`: an IANA name (`Europe/Berlin`), `UTC`, or an offset (`+02:00`, `+0530`); null when not given.
 * @param environment TZ; what is not an IANA name or an offset there is left to the system, which has read it too.
 * @param system the name the system goes by.
 * @param where how the user gave the option, for the message.
 * @throws UsageError when the option names no zone.
 */
export function resolveZone(option: string | null, environment: string | null, system: string, where = '--tz'): Zone {
  if (option !== null) {
    const offsetAt = zoneOffsets(option);
    if (offsetAt === null) {
      throw new UsageError(
        `${where}: "${option}" is not a time zone; give a name such as Europe/Berlin or an offset such as +02:00`,
      );
    }
    return { name: option, from: 'option', offsetAt };
  }
  const named = (environment ?? '').replace(/^:/, '');
  const fromEnvironment = named === '' ? null : zoneOffsets(named);
  if (fromEnvironment !== null) return { name: named, from: 'environment', offsetAt: fromEnvironment };
  return { name: system, from: 'system', offsetAt: zoneOffsets(system) ?? (() => 0) };
}
