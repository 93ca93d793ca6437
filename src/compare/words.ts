/** Sentences about a change, which the formats share. */
import { count, counted, day, duration, timerText } from '../report/words.ts';
import type { CauseChange, Change, DiffDocument, DiffSide, EndpointChange, EndpointSide } from './types.ts';

/** `0.4 %`: two digits are enough to compare. */
function percent(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return `${value} %`;
  return `${value > 99 ? Math.min(99.99, value).toFixed(2) : value >= 10 ? value.toFixed(1) : Number(value.toPrecision(2))} %`;
}

/** `92 (56.1 % of handshakes)`, or with a rate where the logs do not hold the handshakes. */
function amount({ count: hits, share, perHour }: CauseChange['before']): string {
  if (hits === 0) return '0';
  if (share !== null) return `${count(hits)} (${percent(share)} of handshakes)`;
  if (perHour === null) return count(hits);
  return `${count(hits)} (${perHour >= 10 ? count(Math.round(perHour)) : Number(perHour.toPrecision(2))} an hour)`;
}

/** What the hits were and are: `4 (1.2 % of handshakes) before, 92 (56 % of handshakes) after: 47 times as often`. */
export function figures({ before, after, ratio, change, sure }: CauseChange): string {
  const times =
    ratio === null || change === 'unchanged'
      ? ''
      : ratio >= 1
        ? `: ${ratio >= 10 ? Math.round(ratio) : Number(ratio.toPrecision(2))} times as often`
        : `: ${percent(1 - ratio)} less often`;
  const doubt = sure || before.perHour === null || after.perHour === null ? '' : '; so few that it may be chance';
  return `${amount(before)} before, ${amount(after)} after${times}${doubt}`;
}

export function place({ endpoint: { server, path } }: CauseChange): string {
  if (path === null) return server ?? 'nginx as a whole';
  return server === null ? path : `${path} on ${server}`;
}

/** `before.json: 23 Nov 2026 00:31:04 to 00:33:00 UTC, 1 min 56 s, 205 lines`. */
export function sideText({ source, range, seconds, lines }: DiffSide): string {
  const name = source === null ? '' : `${source}: `;
  if (range === null) return `${name}no line`;
  const [from, to] = [range.from, range.to];
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11, 19) : `${day(to)} ${to.slice(11, 19)}`;
  return `${name}${day(from)} ${from.slice(11, 19)} to ${end} UTC, ${duration(Math.round(seconds))}, ${counted(lines, 'line')}`;
}

const COUNTED: readonly (readonly [Change, string])[] = [
  ['new', 'new'],
  ['worse', 'worse'],
  ['better', 'better'],
  ['gone', 'gone'],
  ['unchanged', 'as before'],
];

/** `1 new, 2 worse, 1 gone`; where one moment parts the sides, with it. */
export function changeCounts({ changes, at }: DiffDocument): string {
  const parts = COUNTED.flatMap(([change, word]) => {
    const found = changes.filter((one) => one.change === change).length;
    return found === 0 ? [] : [`${count(found)} ${word}`];
  });
  const since = at === null ? '' : `since ${day(at)} ${at.slice(11, 19)} UTC: `;
  const found = parts.length === 0 ? 'no WebSocket incident, before or after' : parts.join(', ');
  const text = since + found;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function success({ ok, failed, success: share }: EndpointSide): string {
  return share === null ? 'none' : `${percent(share)} of ${count(ok + failed)}`;
}

/** What the endpoint's handshakes and sessions were and are. */
export function endpointText({ before, after }: EndpointChange): string {
  const lasting =
    before.median === null || after.median === null
      ? ''
      : `; sessions in the median: ${timerText(before.median)} before, ${timerText(after.median)} after`;
  return `handshakes that succeeded: ${success(before)} before, ${success(after)} after${lasting}`;
}

/** `/ws on chat.example.com`. */
export function endpointName({ server, path }: EndpointChange): string {
  return server === null ? path : `${path} on ${server}`;
}
