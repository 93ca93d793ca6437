/** `--since` and `--until`: moments as people type them, and as nginx logs them. */
import { isValid } from 'date-fns/isValid';
import { parse } from 'date-fns/parse';
import { parseDuration } from './durations.ts';
import { UsageError } from './usage-error.ts';
import type { Zone } from './zone.ts';

const DAY_MS = 86_400_000;
const FORMS = "2h, 1h30m, yesterday, 09:30, '2026-11-22 18:17', RFC 3339, @epoch, or a time as nginx logs it";

/** Forms without a zone, read in the zone of the zone-less lines. */
const WALL_FORMS = [
  'yyyy-MM-dd HH:mm:ss.SSS',
  'yyyy-MM-dd HH:mm:ss',
  'yyyy-MM-dd HH:mm',
  'yyyy-MM-dd',
  'yyyy/MM/dd HH:mm:ss',
  'yyyy/MM/dd HH:mm',
  'yyyy/MM/dd',
  'dd/MMM/yyyy:HH:mm:ss',
];
const ZONED_FORMS = [
  'yyyy-MM-dd HH:mm:ss.SSSXXX',
  'yyyy-MM-dd HH:mm:ssXXX',
  'yyyy-MM-dd HH:mmXXX',
  'dd/MMM/yyyy:HH:mm:ss xx',
];

/** One end of the range as given: the text, and where it was given (`--since`, `WSLOG_SINCE`). */
export interface GivenTime {
  readonly text: string;
  readonly where: string;
}

type Moment =
  | { readonly kind: 'instant'; readonly at: number }
  /** A wall-clock time without a date: ms since midnight. */
  | { readonly kind: 'clock'; readonly ofDay: number };

/**
 * The range that `--since` and `--until` name, in ms since 1970 (since inclusive, until exclusive).
 *
 * A time of day without a date is the latest one that has begun; as `until` after a `since` it is the first one after
 * that, so that `-S 22:00 -U 02:00`, typed at three in the morning, is last night.
 *
 * @param now ms since 1970.
 * @throws UsageError when a text is no time, or when the range ends before it begins.
 */
export function resolveRange(
  since: GivenTime | null,
  until: GivenTime | null,
  now: number,
  zone: Zone,
): { since: number | null; until: number | null } {
  const from = since === null ? null : latest(moment(since, now, zone), now, zone);
  if (until === null) return { since: from, until: null };
  const end = moment(until, now, zone);
  const to = from !== null && end.kind === 'clock' ? firstAfter(end.ofDay, from, zone) : latest(end, now, zone);
  if (from !== null && to <= from) {
    throw new UsageError(`${until.where}: "${until.text}" is not after ${since?.where ?? ''} "${since?.text ?? ''}"`);
  }
  return { since: from, until: to };
}

/**
 * A date with or without a time of day, in ms since 1970; in `zone` where it names none.
 *
 * @throws UsageError when the text is none.
 */
export function datedTime({ text, where }: GivenTime, zone: Zone): number {
  const at = dated(text.trim(), zone);
  if (at !== null) return at;
  throw new UsageError(
    `${where}: "${text}" is not a time; give one such as 2026-12-01, '2026-12-01 09:00' or RFC 3339`,
  );
}

function moment(given: GivenTime, now: number, zone: Zone): Moment {
  const text = given.text.trim().replace(/^\[(.*)\]$/, '$1');
  const word = text.toLowerCase();
  const midnight = startOfDay(now, zone);
  if (word === 'now') return { kind: 'instant', at: now };
  if (word === 'today') return { kind: 'instant', at: midnight };
  // A second before midnight lies in yesterday whatever the length of that day was.
  if (word === 'yesterday') return { kind: 'instant', at: startOfDay(midnight - 1000, zone) };
  const duration = parseDuration(word.replace(/ ?ago$/, ''));
  if (duration !== null) return { kind: 'instant', at: now - duration };
  const epoch = /^@(\d{1,11}(?:\.\d{1,6})?)$/.exec(text);
  if (epoch !== null) return { kind: 'instant', at: Math.round(Number(epoch[1]) * 1000) };
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text);
  if (clock !== null) {
    return { kind: 'clock', ofDay: (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0)) * 1000 };
  }
  const at = dated(text, zone);
  if (at === null) throw new UsageError(`${given.where}: "${given.text}" is not a time; give one of ${FORMS}`);
  return { kind: 'instant', at };
}

function dated(text: string, zone: Zone): number | null {
  if (text.length > 40) return null;
  const spaced = text
    .replace(/^(\d{4}-\d{2}-\d{2})[Tt_]/, '$1 ')
    .replace(/^(\d{4}-\d{2}-\d{2} [\d:.]+) ?[Zz]$/, '$1Z')
    // RFC 3339 has a colon in the offset; date -Iseconds and journald leave it out.
    .replace(/^(\d{4}-\d{2}-\d{2} [\d:.]+) ?([+-]\d{2}):?(\d{2})$/, '$1$2:$3')
    .replace(/(\.\d{3})\d+/, '$1')
    .replace(/(:\d{2}\.\d)(?=\D|$)/, '$100')
    .replace(/(:\d{2}\.\d\d)(?=\D|$)/, '$10');
  for (const form of ZONED_FORMS) {
    const at = parse(spaced, form, 0);
    if (isValid(at)) return at.getTime();
  }
  for (const form of WALL_FORMS) {
    // Read as UTC, so that the zone this process runs in has no part in it.
    const wall = parse(`${spaced} +00:00`, `${form} xxx`, 0);
    if (isValid(wall)) return instantOf(wall.getTime(), zone);
  }
  return null;
}

function instantOf(wall: number, zone: Zone): number {
  return wall - zone.offsetAt(wall) * 60_000;
}

/** The wall clock of `zone` at an instant, as ms as if it were UTC. */
function wallOf(instant: number, zone: Zone): number {
  // The zone answers for wall times; two rounds settle which one this instant has.
  let wall = instant + zone.offsetAt(instant) * 60_000;
  wall = instant + zone.offsetAt(wall) * 60_000;
  return wall;
}

function startOfDay(instant: number, zone: Zone): number {
  return instantOf(Math.floor(wallOf(instant, zone) / DAY_MS) * DAY_MS, zone);
}

function latest(given: Moment, now: number, zone: Zone): number {
  if (given.kind === 'instant') return given.at;
  const day = Math.floor(wallOf(now, zone) / DAY_MS) * DAY_MS;
  const today = instantOf(day + given.ofDay, zone);
  return today <= now ? today : instantOf(day - DAY_MS + given.ofDay, zone);
}

function firstAfter(ofDay: number, from: number, zone: Zone): number {
  const day = Math.floor(wallOf(from, zone) / DAY_MS) * DAY_MS;
  const same = instantOf(day + ofDay, zone);
  return same > from ? same : instantOf(day + DAY_MS + ofDay, zone);
}
