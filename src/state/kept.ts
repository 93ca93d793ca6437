/** Which incidents are worth their room. Pure. */
import type { ReportIncident } from '../report/document.ts';

/** An incident is a few KiB; so many fit a small disk and are read at a start in no time. */
const MAX_INCIDENTS = 5000;

/**
 * Leaves out incidents that ended longer ago than `keepMs`, and of too many those that were seen longest ago; open ones
 * go last.
 *
 * @param now ms since 1970.
 */
export function kept(
  incidents: readonly ReportIncident[],
  now: number,
  keepMs: number,
  most = MAX_INCIDENTS,
): readonly ReportIncident[] {
  const young = incidents.filter(({ status, lastSeen }) => status === 'open' || now - seen(lastSeen) <= keepMs);
  if (young.length <= most) return young;
  const ids = new Set(
    [...young]
      .sort((a, b) => Number(b.status === 'open') - Number(a.status === 'open') || seen(b.lastSeen) - seen(a.lastSeen))
      .slice(0, most)
      .map(({ id }) => id),
  );
  return young.filter(({ id }) => ids.has(id));
}

/** An incident without a time counts as just seen: nothing tells that it is old. */
function seen(time: string | null): number {
  return time === null ? Number.POSITIVE_INFINITY : Date.parse(time);
}
