/** What the formats of a summary say in the same words. */

import { severityRank } from '../incident/cluster.ts';
import type { NewsItem, NewsState, SummaryDocument, WindowFigures } from './summary-document.ts';
import { concernsWebSocket } from './voice.ts';
import { clock, count, counted, day, duration, secondsBetween, spansDays } from './words.ts';

/** `2 new, 1 back, 1 worse`. */
export function newsCounts({ incidents }: SummaryDocument): string {
  const words = incidents.map(({ state, returned }) => (returned ? 'back' : state));
  return ['new', 'back', 'worse', 'ongoing', 'ended']
    .flatMap((word) => {
      const many = words.filter((each) => each === word).length;
      return many === 0 ? [] : [`${count(many)} ${word}`];
    })
    .join(', ');
}

/** The item that a subject is about: the most severe of those that are not over, else the first. Null for a heartbeat. */
export function worstItem({ incidents }: SummaryDocument): NewsItem | null {
  const going = incidents.filter(({ state }) => state !== 'ended');
  const rank = ({ incident }: NewsItem) => severityRank(incident.severity);
  return (
    going.reduce<NewsItem | null>((worst, item) => (worst === null || rank(item) > rank(worst) ? item : worst), null) ??
    incidents[0] ??
    null
  );
}

/** `22 Nov 2026 12:00:04 to 12:31:10 UTC`, or a sentence where no line has a time. */
function rangeWords({ range }: WindowFigures): string {
  if (range === null) return 'no line with a time';
  if (spansDays(range)) {
    return `${day(range.from)} ${clock(range.from, false)} to ${day(range.to)} ${clock(range.to, false)} UTC`;
  }
  return `${day(range.from)} ${clock(range.from, false)} to ${clock(range.to, false)} UTC`;
}

/** `48 210 lines read, 3 not understood`. */
function readWords({ lines, unknown }: { lines: number; unknown: number }): string {
  return unknown === 0
    ? `${counted(lines, 'line')} read`
    : `${counted(lines, 'line')} read, ${count(unknown)} not understood`;
}

/** `98.2 %`; never 100 % when one failed. Null where the logs do not tell. */
function successShare({ handshakes: { ok, failed } }: WindowFigures): string | null {
  const all = ok + failed;
  if (all === 0) return null;
  const share = Math.floor((ok / all) * 1000) / 10;
  return `${share === 100 || share === 0 ? share : share.toFixed(1)} %`;
}

/** `98.2 % of 12 003 succeeded; before: 99.9 % of 11 870`. Null where the logs do not tell. */
export function handshakeWords({ window, before }: SummaryDocument): string | null {
  const now = successShare(window);
  if (now === null) return null;
  const total = (figures: WindowFigures) => count(figures.handshakes.ok + figures.handshakes.failed);
  const earlier = before === null ? null : successShare(before);
  const then = before === null || earlier === null ? '' : `; before: ${earlier} of ${total(before)}`;
  return `${now} of ${total(window)} succeeded${then}`;
}

export interface CauseRow {
  readonly id: string;
  readonly now: number;
  /** Null where the window before is not known. */
  readonly before: number | null;
}

/** Failures by cause, now and before, most first; those that are only of before behind them. */
export function causeRows({ window, before }: SummaryDocument, limit: number): CauseRow[] {
  if (window.lines === 0) return [];
  const earlier = new Map(before?.causes.map(({ id, count: hits }) => [id, hits]));
  const rows = window.causes.map(({ id, count: hits }) => ({
    id,
    now: hits,
    before: before === null ? null : (earlier.get(id) ?? 0),
  }));
  const known = new Set(window.causes.map(({ id }) => id));
  const gone = (before?.causes ?? []).filter(({ id }) => !known.has(id));
  return [...rows, ...gone.map(({ id, count: hits }) => ({ id, now: 0, before: hits }))].slice(0, limit);
}

/** When "before" was, for the heading of a comparison. Null where there is nothing to compare with. */
export function beforeWords({ window, before }: SummaryDocument): string | null {
  if (window.lines === 0 || before === null || before.range === null) return null;
  return `before: ${rangeWords(before)}`;
}

const STATE_WORDS: Record<Exclude<NewsState, 'new'>, string> = {
  worse: 'Worse',
  ongoing: 'Still going on',
  ended: 'Ended',
};

/** `New, over by now`, `Back again, going on: 7 more hits …`, `Worse: 412 more hits since it was told, 22 Nov 12:00:00`. */
export function stateWords({ state, returned, added, before, incident }: NewsItem): string {
  const kind = concernsWebSocket(incident) ? '' : ', not WebSocket';
  const status = incident.status === 'ended' ? 'over by now' : 'going on';
  const word = state === 'new' ? `${returned ? 'Back again' : 'New'}${kind}, ${status}` : STATE_WORDS[state];
  if (before === null) return word;
  const more = added > 0 ? `: ${counted(added, 'more hit')} since it was told, ${clock(before.at, true)}` : '';
  const changed = state !== 'ended' && before.severity !== incident.severity;
  const severity = !changed ? '' : `, now ${incident.severity} (was ${before.severity})`;
  return `${word}${severity}${more}`;
}

/** What the first sentence of a summary says: on which machine, what, and for how long the logs were looked at. */
export function headline(document: SummaryDocument): string {
  if (document.kind === 'heartbeat') return `${document.host}: all well`;
  return `${document.host}: ${newsCounts(document)}`;
}

/** Which lines the summary is about. */
export function coverage(document: SummaryDocument): string {
  const { window, since } = document;
  if (window.lines === 0) {
    return `No line was added to the logs${since === null ? '' : ` since ${day(since)} ${clock(since, false)} UTC`}.`;
  }
  if (since === null) {
    return `This is the first summary here: it covers what the logs hold, ${rangeWords(window)} (${readWords(window)}).`;
  }
  return `${rangeWords(window)}, ${readWords(window)}.`;
}

/** `All well: nothing to tell for 7 d. 48 210 lines read, 3 not understood.` */
export function heartbeatWords({ quiet, at }: SummaryDocument): string {
  if (quiet === null) return 'All well.';
  const seconds = secondsBetween(quiet.since, at);
  const doubt =
    quiet.lines === 0
      ? ' That is none at all: see whether nginx still writes these logs.'
      : quiet.unknown * 2 > quiet.lines
        ? ' With so many lines not understood, this says little.'
        : '';
  return `All well: nothing to tell for ${duration(seconds)}. ${readWords(quiet)}.${doubt}`;
}
