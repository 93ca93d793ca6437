import { describe, expect, it } from 'vitest';
import { IncidentEvents } from '../../../src/commands/incident-events.ts';
import type { ReportDocument, ReportIncident } from '../../../src/report/document.ts';

const QUIET = 300_000;
const UPDATE = 5000;

function incident(id: string, lines: number, lastSeen = '2026-11-22T12:00:00.000Z'): ReportIncident {
  return {
    id,
    title: `incident ${id}`,
    severity: 'error',
    status: 'open',
    websocket: 'yes',
    firstSeen: '2026-11-22T12:00:00.000Z',
    lastSeen,
    endpoint: { server: 'a.test', host: null, path: '/ws' },
    upstreams: [],
    clients: { distinct: 1, exact: true, top: [] },
    count: lines,
    lines,
    symptoms: [],
    statuses: {},
    timeline: { from: null, bucketSeconds: 60, counts: [] },
    causes: [],
    ruledOut: [],
    undecided: null,
    evidence: [],
  };
}

function report(incidents: ReportIncident[], to = '2026-11-22T12:00:00.000Z'): ReportDocument {
  return {
    schema: 'wslog.report/1',
    generator: { name: 'wslog', version: '0' },
    range: { from: '2026-11-22T12:00:00.000Z', to },
    inputs: [],
    accounting: { lines: 0, classified: 0, routine: 0, unknown: 0 },
    unknown: [],
    endpoints: [],
    sessions: {
      opened: { from: null, bucketSeconds: 1, counts: [] },
      ended: { from: null, bucketSeconds: 1, counts: [] },
      openedBefore: 0,
      untimed: 0,
    },
    events: [],
    incidents,
    notes: [],
  };
}

const seen = (events: ReturnType<IncidentEvents['observe']>) =>
  events.map(({ type, incident: { id, lines, status } }) => `${type} ${id} ${lines} ${status}`);

describe('IncidentEvents', () => {
  it('opens once, updates at most every five seconds, ends when quiet', () => {
    const watch = new IncidentEvents(QUIET, UPDATE);
    expect(seen(watch.observe(report([incident('a', 1)]), 0))).toEqual(['opened a 1 open']);
    expect(seen(watch.observe(report([incident('a', 5)]), 1000))).toEqual([]);
    expect(seen(watch.observe(report([incident('a', 9)]), 4999))).toEqual([]);
    expect(seen(watch.observe(report([incident('a', 9)]), 5000))).toEqual(['updated a 9 open']);
    expect(seen(watch.observe(report([incident('a', 9)]), 60_000))).toEqual([]);
    expect(seen(watch.observe(report([incident('a', 9)]), 4999 + QUIET))).toEqual(['ended a 9 ended']);
    expect(seen(watch.observe(report([incident('a', 9)]), 5000 + 2 * QUIET))).toEqual([]);
  });

  it('opens again when an ended incident grows', () => {
    const watch = new IncidentEvents(QUIET, UPDATE);
    watch.observe(report([incident('a', 1)]), 0);
    expect(seen(watch.observe(report([incident('a', 1)]), QUIET))).toEqual(['ended a 1 ended']);
    expect(seen(watch.observe(report([incident('a', 2)]), QUIET + 1000))).toEqual(['opened a 2 open']);
    expect(seen(watch.observe(report([incident('a', 2)]), 2 * QUIET + 1000))).toEqual(['ended a 2 ended']);
  });

  it('ends old incidents by the time of the lines', () => {
    const watch = new IncidentEvents(QUIET, UPDATE);
    const old = report([incident('a', 1)], '2026-11-22T12:05:00.000Z');
    expect(seen(watch.observe(old, 0))).toEqual(['opened a 1 open']);
    expect(seen(watch.observe(old, UPDATE))).toEqual(['ended a 1 ended']);
  });

  it('is not made to flap by a line from the future', () => {
    const watch = new IncidentEvents(QUIET, UPDATE);
    const events: string[] = [];
    for (let second = 0; second < 60; second++) {
      events.push(
        ...seen(watch.observe(report([incident('a', second + 1)], '2036-01-01T00:00:00.000Z'), second * 1000)),
      );
    }
    expect(events.filter((event) => event.startsWith('opened'))).toHaveLength(1);
    expect(events.filter((event) => event.startsWith('ended'))).toHaveLength(0);
  });

  it('closes an incident that later evidence made part of another', () => {
    const watch = new IncidentEvents(QUIET, UPDATE);
    watch.observe(report([incident('a', 1), incident('b', 1)]), 0);
    expect(seen(watch.observe(report([incident('c', 2)]), 1000))).toEqual([
      'ended a 1 ended',
      'ended b 1 ended',
      'opened c 2 open',
    ]);
  });

  it('tells at the end what the rate limit held back', () => {
    const watch = new IncidentEvents(QUIET, UPDATE);
    watch.observe(report([incident('a', 1), incident('b', 1)]), 0);
    watch.observe(report([incident('a', 3), incident('b', 1)]), 1000);
    expect(seen(watch.flush())).toEqual(['updated a 3 open']);
    expect(watch.flush()).toEqual([]);
  });

  it('says nothing of what an earlier run said, and ends it when it stays quiet', () => {
    const events = new IncidentEvents(1000, 100);
    const known = incident('a', 3);
    expect(events.isOpen(known.id)).toBeUndefined();
    events.know([known], 0);
    const document = report([known]);
    expect(events.observe(document, 10)).toEqual([]);
    expect(events.isOpen(known.id)).toBe(true);
    expect(events.observe(document, 5000).map(({ type }) => type)).toEqual(['ended']);
    expect(events.isOpen(known.id)).toBe(false);
  });
});
