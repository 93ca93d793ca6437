/** The settings of an analysis, from the options of the command. */
import type { AnalysisSettings } from '../analysis/settings.ts';
import type { Catalogue } from '../catalogue/types.ts';
import { SEVERITIES } from '../config/options.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { resolveZone, type Zone } from '../config/zone.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { entryOf } from './ids.ts';
import type { Io } from './io.ts';
import type { NginxConf } from './nginx-conf.ts';
import { ownVersion } from './version.ts';

/**
 * @param conf the nginx configuration that applies to the logs, or null.
 * @throws UsageError for an option that names nothing there is.
 */
export async function analysisSettings(
  settings: Settings,
  io: Io,
  catalogue: Catalogue,
  conf: NginxConf | null,
): Promise<AnalysisSettings> {
  const zone = zoneOf(settings, io);
  const cause = settings.text('cause');
  if (cause !== null && !catalogue.causes.has(cause)) {
    const found = entryOf(catalogue, cause);
    if (found.kind === 'symptom') {
      throw new UsageError(`${settings.where('cause')}: "${cause}" is a symptom; name a cause (wslog patterns list)`);
    }
  }
  return {
    catalogue,
    conf: conf?.view ?? null,
    nginxVersion: versionOf(settings) ?? conf?.version ?? null,
    logFormat: await logFormatOf(settings),
    ...(await rangeOf(settings, io, zone)),
    zone,
    filters: {
      server: settings.text('server'),
      path: settings.text('path'),
      upstream: settings.text('upstream'),
      cause,
      minSeverity: settings.choiceOrNull('minSeverity', SEVERITIES) ?? 'info',
    },
    redact: settings.flag('redact'),
    version: ownVersion(),
  };
}

/** The zone of times without one. */
function zoneOf(settings: Settings, io: Io): Zone {
  return resolveZone(settings.text('tz'), io.env.TZ ?? null, io.systemZone, settings.where('tz'));
}

async function rangeOf(
  settings: Settings,
  io: Io,
  zone: Zone,
): Promise<{ since: number | null; until: number | null }> {
  const given = (key: 'since' | 'until') => {
    const text = settings.text(key);
    return text === null ? null : { text, where: settings.where(key) };
  };
  const since = given('since');
  const until = given('until');
  if (since === null && until === null) return { since: null, until: null };
  // Loaded only when there is a time to read: it brings date-fns along.
  const { resolveRange } = await import('../config/times.ts');
  return resolveRange(since, until, io.now(), zone);
}

/**
 * nginx's version as the user stated it; null: not stated.
 *
 * @throws UsageError when it is no version.
 */
export function versionOf(settings: Settings): string | null {
  const stated = settings.text('nginxVersion');
  if (stated === null) return null;
  const version = /^(?:nginx\/|v)?(\d{1,3}\.\d{1,3}(?:\.\d{1,3})?)$/.exec(stated)?.[1];
  if (version !== undefined) return version;
  throw new UsageError(`${settings.where('nginxVersion')}: "${stated}" is not an nginx version such as 1.22.1`);
}

async function logFormatOf(settings: Settings): Promise<AccessFormat | null> {
  const stated = settings.text('logFormat');
  if (stated === null) return null;
  const { resolveLogFormat } = await import('../nginx/access-detect.ts');
  try {
    return resolveLogFormat(stated);
  } catch (error) {
    throw new UsageError(`${settings.where('logFormat')}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
