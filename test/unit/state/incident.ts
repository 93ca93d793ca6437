import type { ReportIncident } from '../../../src/report/document.ts';

/** An incident with what a test says of it. */
export function incident(over: Partial<ReportIncident> = {}): ReportIncident {
  return {
    id: 'aaaaaaaaaaaa',
    title: 'nothing listens',
    severity: 'error',
    status: 'open',
    websocket: 'likely',
    firstSeen: '2026-11-22T12:00:00.000Z',
    lastSeen: '2026-11-22T12:00:01.000Z',
    endpoint: { server: 'a.test', host: null, path: '/ws' },
    upstreams: [{ address: '10.0.0.5:8080', count: 2 }],
    clients: { distinct: 1, exact: true, top: [{ address: '192.0.2.1', count: 2 }] },
    count: 2,
    lines: 2,
    symptoms: [{ id: 'connect-refused', count: 2 }],
    statuses: { '502': 2 },
    timeline: { from: '2026-11-22T12:00:00.000Z', bucketSeconds: 1, counts: [1, 1] },
    causes: [],
    ruledOut: [],
    undecided: null,
    evidence: [{ file: 'error.log', line: 1, raw: 'connect() failed' }],
    ...over,
  };
}
