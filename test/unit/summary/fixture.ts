/** A summary as a bad night would give it. */
import type { NewsItem, SummaryDocument } from '../../../src/report/summary-document.ts';
import { idleIncident, incident } from '../report/fixture.ts';

export function item(over: Partial<NewsItem> = {}): NewsItem {
  const told = over.incident ?? incident();
  return {
    state: 'new',
    returned: false,
    added: told.count,
    before: null,
    incident: told,
    timeline: told.timeline,
    ...over,
  };
}

export function summary(over: Partial<SummaryDocument> = {}): SummaryDocument {
  return {
    schema: 'wslog.summary/1',
    generator: { name: 'wslog', version: '0.1.0' },
    host: 'web1.example.com',
    kind: 'news',
    at: '2026-11-22T15:00:00.000Z',
    since: '2026-11-22T14:00:00.000Z',
    window: {
      range: { from: '2026-11-22T14:00:00.000Z', to: '2026-11-22T14:59:58.000Z' },
      lines: 48_210,
      unknown: 3,
      handshakes: { ok: 11_787, failed: 216 },
      causes: [
        { id: 'backend-refused', count: 412 },
        { id: 'idle-timeout', count: 96 },
      ],
    },
    before: {
      range: { from: '2026-11-22T13:00:00.000Z', to: '2026-11-22T13:59:58.000Z' },
      lines: 47_000,
      unknown: 0,
      handshakes: { ok: 11_858, failed: 12 },
      causes: [
        { id: 'idle-timeout', count: 90 },
        { id: 'rate-limited', count: 4 },
      ],
    },
    quiet: null,
    inputs: [],
    incidents: [
      item(),
      item({
        state: 'ongoing',
        added: 36,
        before: { at: '2026-11-22T11:00:00.000Z', severity: 'warning', count: 60 },
        incident: idleIncident(),
      }),
    ],
    toldLately: [],
    elsewhere: [],
    problems: [],
    notes: [],
    ...over,
  };
}
