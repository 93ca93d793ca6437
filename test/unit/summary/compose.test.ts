/** Several summaries of the same logs after each other, each with what the one before left. */
import { describe, expect, it } from 'vitest';
import type { ReportDocument, ReportIncident } from '../../../src/report/document.ts';
import type { SummaryDocument } from '../../../src/report/summary-document.ts';
import type { Changes, Content } from '../../../src/state/content.ts';
import { compose, type SummaryWishes } from '../../../src/summary/compose.ts';
import { incident } from '../state/incident.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-22T12:00:00.000Z');
const WISHES: SummaryWishes = {
  host: 'web1',
  quietMs: 300_000,
  repeatMs: 4 * HOUR,
  repeatsStrictly: false,
  keepMs: 30 * 24 * HOUR,
  heartbeatMs: null,
  wanted: () => true,
  all: false,
};

const NO_TIMES = { from: null, bucketSeconds: 1, counts: [] };

function report(incidents: ReportIncident[], lines = 100): ReportDocument {
  return {
    schema: 'wslog.report/1',
    generator: { name: 'wslog', version: 'test' },
    range: { from: '2026-11-22T11:00:00.000Z', to: '2026-11-22T12:00:00.000Z' },
    inputs: [],
    accounting: { lines, classified: lines, routine: 0, unknown: 1 },
    unknown: [],
    endpoints: [],
    sessions: { opened: NO_TIMES, ended: NO_TIMES, openedBefore: 0, untimed: 0 },
    events: [],
    incidents,
    notes: [],
  };
}

/** As the state does it. */
function applied(content: Content, { incidents, gone, records = [] }: Changes): Content {
  const byId = new Map(content.incidents.map((one) => [one.id, one]));
  for (const one of incidents) byId.set(one.id, one);
  for (const id of gone) byId.delete(id);
  const byKey = new Map(content.records.map((one) => [`${one.kind} ${one.key}`, one]));
  for (const one of records) {
    if (one.value === undefined) byKey.delete(`${one.kind} ${one.key}`);
    else byKey.set(`${one.kind} ${one.key}`, JSON.parse(JSON.stringify(one)));
  }
  return { positions: new Map(), incidents: [...byId.values()], records: [...byKey.values()] };
}

class Runs {
  content: Content = { positions: new Map(), incidents: [], records: [] };
  readonly wishes: SummaryWishes;

  constructor(wishes: Partial<SummaryWishes> = {}) {
    this.wishes = { ...WISHES, ...wishes };
  }

  run(hours: number, incidents: ReportIncident[], accepted = true): SummaryDocument | null {
    const now = START + hours * HOUR;
    const { document, changes } = compose(report(incidents), this.content, new Map(), [], this.wishes, now);
    if (accepted) this.content = applied(this.content, changes);
    return document;
  }
}

const seen = (hours: number, over: Partial<ReportIncident> = {}): ReportIncident => {
  const time = new Date(START + hours * HOUR - 1000).toISOString();
  return incident({ firstSeen: time, lastSeen: time, count: 10, lines: 10, ...over });
};

describe('summaries after each other', () => {
  it('tell an incident when it begins, as it goes on, and when it ends; and else are silent', () => {
    const runs = new Runs();
    expect(runs.run(0, [])).toBeNull();
    expect(runs.run(1, [seen(1)])).toMatchObject({ kind: 'news', incidents: [{ state: 'new', added: 10 }] });
    expect(runs.run(2, [seen(2)])).toBeNull();
    expect(runs.run(3, [seen(3)])).toBeNull();
    // What was not told meanwhile is not lost: 40 hits since the first mail.
    expect(runs.run(5, [seen(5, { count: 20, lines: 20 })])).toMatchObject({
      incidents: [{ state: 'ongoing', added: 40, before: { count: 10 }, incident: { count: 50 } }],
    });
    expect(runs.run(6, [])).toMatchObject({ incidents: [{ state: 'ended', added: 0, incident: { status: 'ended' } }] });
    expect(runs.run(7, [])).toBeNull();
    expect(runs.content.incidents).toMatchObject([{ count: 50, status: 'ended' }]);
  });

  it('tell all of it in the next one when one was not accepted', () => {
    const runs = new Runs();
    runs.run(0, []);
    expect(runs.run(1, [seen(1)], false)).not.toBeNull();
    const both = runs.run(2, [seen(1, { count: 30, lines: 30 }), seen(2, { id: 'bbbbbbbbbbbb' })]);
    expect(both?.incidents.map(({ incident: { id, count } }) => [id, count])).toEqual([
      ['aaaaaaaaaaaa', 30],
      ['bbbbbbbbbbbb', 10],
    ]);
    expect(runs.run(2.01, [])).toBeNull();
  });

  it('compare a window with the one before', () => {
    const runs = new Runs();
    const cause = (id: string) => ({
      id,
      title: id,
      confidence: 1,
      evidence: [],
      directive: null,
      fix: { summary: '', steps: [], patch: null, verify: [] },
    });
    runs.run(0, [seen(0, { causes: [cause('idle-timeout')] })]);
    const second = runs.run(1, [seen(1, { id: 'bbbbbbbbbbbb', causes: [cause('backend-refused')] })]);
    expect(second).toMatchObject({
      since: '2026-11-22T12:00:00.000Z',
      window: { causes: [{ id: 'backend-refused', count: 10 }] },
      before: { causes: [{ id: 'idle-timeout', count: 10 }] },
    });
  });

  it('break a long silence where that is wished, with what was read in it', () => {
    const runs = new Runs({ heartbeatMs: 24 * HOUR });
    expect(runs.run(0, [])).toMatchObject({ kind: 'heartbeat' });
    for (let hour = 1; hour < 24; hour++) expect(runs.run(hour, []), `hour ${hour}`).toBeNull();
    // Cron is a little early now and then.
    expect(runs.run(23.99, [])).toMatchObject({
      kind: 'heartbeat',
      quiet: { since: '2026-11-22T12:00:00.000Z', lines: 2400, unknown: 24 },
    });
    expect(runs.run(30, [seen(30)])).toMatchObject({ kind: 'news', quiet: null });
    expect(runs.run(48, [])).toMatchObject({ kind: 'news', incidents: [{ state: 'ended' }] });
    expect(runs.run(71, [])).toBeNull();
    expect(runs.run(72, [])).toMatchObject({ kind: 'heartbeat' });
  });

  it('tell what is not WebSocket only where it is broken, and the rest in a line beside other news', () => {
    const runs = new Runs();
    const mild = seen(0, { id: 'mild', websocket: 'no', severity: 'warning' });
    expect(runs.run(0, [mild])).toBeNull();
    expect(runs.run(1, [mild, seen(1, { id: 'down', websocket: 'no', severity: 'critical' })])).toMatchObject({
      incidents: [{ incident: { id: 'down' } }],
      elsewhere: [{ id: 'mild' }],
    });
    expect(new Runs({ all: true }).run(0, [mild])).toMatchObject({ incidents: [{ incident: { id: 'mild' } }] });
    expect(new Runs({ wanted: ({ id }) => id !== 'down' }).run(1, [seen(1, { id: 'down' })])).toBeNull();
  });

  it('forget incidents that ended long ago', () => {
    const runs = new Runs({ keepMs: 24 * HOUR });
    runs.run(0, [seen(0)]);
    runs.run(1, []);
    expect(runs.content.incidents).toHaveLength(1);
    runs.run(30, []);
    expect(runs.content.incidents).toEqual([]);
    expect(runs.content.records.map(({ kind }) => kind)).toEqual(['run']);
  });
});
