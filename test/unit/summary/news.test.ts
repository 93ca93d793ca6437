import { describe, expect, it } from 'vitest';
import type { ReportIncident } from '../../../src/report/document.ts';
import type { Told } from '../../../src/summary/memory.ts';
import { type NewsParts, newsOf, toldNow } from '../../../src/summary/news.ts';
import { incident } from '../state/incident.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-22T12:00:00.000Z');
const at = (before: number) => new Date(NOW - before).toISOString();
const fresh = (over: Partial<ReportIncident> = {}) => incident({ firstSeen: at(HOUR), lastSeen: at(1000), ...over });
const told = (over: Partial<Told> = {}): Told => ({
  id: 'aaaaaaaaaaaa',
  state: 'open',
  severity: 'error',
  count: 2,
  perHour: 2,
  at: NOW - HOUR,
  ...over,
});

function news(over: Partial<NewsParts> & { known: ReportIncident[] }) {
  return newsOf({
    window: over.known,
    told: new Map(),
    now: NOW,
    since: NOW - HOUR,
    quietMs: 300_000,
    repeatMs: 0,
    repeatsStrictly: false,
    ...over,
  });
}
const withTold = (one: Told) => new Map([[one.id, one]]);

describe('news', () => {
  it('is new when it was never told, over or not', () => {
    expect(news({ known: [fresh()] }).items).toMatchObject([
      { state: 'new', returned: false, added: 2, before: null, incident: { status: 'open' } },
    ]);
    const over = news({ known: [fresh({ lastSeen: at(2 * HOUR), firstSeen: at(2 * HOUR + 1000) })] });
    expect(over.items).toMatchObject([{ state: 'new', incident: { status: 'ended' } }]);
  });

  it('is none when it was told and nothing was added while it may go on', () => {
    const quiet = news({ known: [fresh()], window: [], told: withTold(told()) });
    expect(quiet).toEqual({ items: [], held: [] });
  });

  it('goes on, or is worse by severity or by twice the hits', () => {
    const states = (count: number, over: Partial<Told> = {}) =>
      news({ known: [fresh({ count })], told: withTold(told(over)) }).items.map(({ state }) => state);
    expect(states(4)).toEqual(['ongoing']);
    expect(states(4, { severity: 'warning' })).toEqual(['worse']);
    expect(states(2 + 20, { perHour: 10 })).toEqual(['worse']);
    expect(states(2 + 19, { perHour: 10 })).toEqual(['ongoing']);
    // Twice of next to nothing is no news.
    expect(states(2 + 9, { perHour: 1 })).toEqual(['ongoing']);
    expect(states(2 + 50, { perHour: null })).toEqual(['ongoing']);
  });

  it('has ended when the quiet window went by, or the logs show that it recovered', () => {
    const gone = fresh({ lastSeen: at(HOUR), firstSeen: at(HOUR + 1000) });
    expect(news({ known: [gone], window: [], told: withTold(told()) }).items).toMatchObject([
      { state: 'ended', added: 0, incident: { status: 'ended' } },
    ]);
    const recovered = fresh({ status: 'ended', count: 9 });
    expect(news({ known: [recovered], told: withTold(told()) }).items).toMatchObject([{ state: 'ended', added: 7 }]);
    expect(news({ known: [gone], window: [], told: withTold(told({ state: 'ended' })) }).items).toEqual([]);
  });

  it('waits longer for the end of one with long gaps', () => {
    const rare = fresh({ firstSeen: at(4 * 1_200_000), lastSeen: at(1_200_000), count: 4 });
    expect(news({ known: [rare], window: [], told: withTold(told({ count: 4 })) }).items).toEqual([]);
  });

  it('is new again when it comes back', () => {
    const back = news({ known: [fresh({ count: 5 })], told: withTold(told({ state: 'ended' })) });
    expect(back.items).toMatchObject([{ state: 'new', returned: true, added: 3 }]);
  });

  it('is held back while it goes on and was told lately; its end and return are not, unless that was asked for', () => {
    const lately = told({ at: NOW - 600_000 });
    const going = { known: [fresh({ count: 3 })], told: withTold(lately), repeatMs: HOUR };
    expect(news(going)).toMatchObject({ items: [], held: [{ state: 'ongoing' }] });
    expect(news({ ...going, told: withTold({ ...lately, at: NOW - HOUR }) }).items).toHaveLength(1);
    const ended = { ...going, known: [fresh({ count: 3, status: 'ended' })] };
    expect(news(ended).items).toMatchObject([{ state: 'ended' }]);
    expect(news({ ...ended, repeatsStrictly: true })).toMatchObject({ items: [], held: [{ state: 'ended' }] });
    const severe = { ...going, known: [fresh({ count: 3, severity: 'critical' })] };
    expect(news(severe).items).toMatchObject([{ state: 'worse' }]);
    expect(news({ ...severe, repeatsStrictly: true }).held).toMatchObject([{ state: 'worse' }]);
  });

  it('comes by state, WebSocket first, then as in a report', () => {
    const known = [
      fresh({ id: 'ongoing', count: 9 }),
      fresh({ id: 'elsewhere', websocket: 'no', severity: 'critical' }),
      fresh({ id: 'mild', severity: 'warning' }),
      fresh({ id: 'bad', severity: 'critical' }),
    ];
    const { items } = news({ known, told: withTold(told({ id: 'ongoing' })) });
    expect(items.map(({ incident: { id } }) => id)).toEqual(['bad', 'mild', 'elsewhere', 'ongoing']);
  });
});

it('what is told is remembered as it stood', () => {
  const parts = {
    known: [fresh({ count: 62 })],
    window: [],
    told: withTold(told()),
    now: NOW,
    since: NOW - HOUR,
    quietMs: 300_000,
    repeatMs: 0,
    repeatsStrictly: false,
  };
  const [item] = newsOf({ ...parts, window: parts.known }).items;
  if (item === undefined) throw new Error('nothing was news');
  expect(toldNow(item, told(), parts)).toEqual({
    id: 'aaaaaaaaaaaa',
    state: 'open',
    severity: 'error',
    count: 62,
    perHour: 60,
    at: NOW,
  });
});
