/** Numbers, spans of time and confidence as a person reads them. All times are UTC. */

/** `48 210`: thousands apart by a space, which no locale mistakes for a decimal sign. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ' ');
}

/** `1 line`, `2 lines`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Confidence (0 to 1) in words. */
export function confidenceWord(confidence: number): string {
  if (confidence >= 0.95) return 'certain';
  if (confidence >= 0.8) return 'very likely';
  if (confidence >= 0.6) return 'likely';
  return 'possible';
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22 Nov 2026` of an RFC 3339 UTC time. */
export function day(iso: string): string {
  return `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? '?'} ${iso.slice(0, 4)}`;
}

/** `14:02:11` of an RFC 3339 UTC time; with `dated`, `22 Nov 14:02:11`. */
export function clock(iso: string, dated: boolean): string {
  const time = iso.slice(11, 19);
  return dated ? `${day(iso).slice(0, -5)} ${time}` : time;
}

/** True when the two times are on different days (UTC). */
export function spansDays(range: { from: string; to: string } | null): boolean {
  return range !== null && range.from.slice(0, 10) !== range.to.slice(0, 10);
}

/** A duration in seconds with its two largest units: `17 min 29 s`, `2 d 3 h`, `0.4 s`. */
export function duration(seconds: number): string {
  if (seconds < 10 && !Number.isInteger(seconds)) return `${Number(seconds.toFixed(1))} s`;
  const total = Math.round(seconds);
  const units: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'min'],
    [total % 60, 's'],
  ];
  const first = units.findIndex(([value]) => value > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** The length a timer is set to, as configurations say it: `60 s` and not `1 min`. */
export function timerText(seconds: number): string {
  return seconds <= 300 ? `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s` : duration(seconds);
}

/** Seconds between two RFC 3339 times. */
export function secondsBetween(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(items: readonly string[], limit: number): string {
  const shown = items.slice(0, limit);
  const more = items.length - shown.length;
  if (more > 0) return `${shown.join(', ')} and ${count(more)} more`;
  const last = shown.pop();
  return shown.length === 0 ? (last ?? '') : `${shown.join(', ')} and ${last}`;
}
