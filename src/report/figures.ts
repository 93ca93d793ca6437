/** Figures and times as the report document writes them. */

export function statusCounts(statuses: ReadonlyMap<number, number>): Record<string, number> {
  const sorted = [...statuses].filter(([status]) => status >= 0).sort((a, b) => a[0] - b[0]);
  return Object.fromEntries(sorted.map(([status, count]) => [String(status).padStart(3, '0'), count]));
}

export function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}

/** RFC 3339 UTC with milliseconds; null for an unknown time. */
export function iso(epochSeconds: number): string | null {
  if (!Number.isFinite(epochSeconds)) return null;
  const date = new Date(Math.round(epochSeconds * 1000));
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
