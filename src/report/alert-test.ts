/** What is sent to try whether alerts arrive: an incident that never was, worded so that nobody takes it for one. */
import type { Notification } from './alert.ts';
import type { OutgoingAlert } from './alert-alertmanager.ts';
import type { ReportIncident } from './document.ts';

/** So long Alertmanager shows a test, ms. */
const SHOWN_MS = 60_000;

/** @param at ms since 1970. */
export function testNotification(id: string, at: number, machine: string, receiver: string): Notification {
  return {
    id,
    at: iso(at),
    machine,
    receiver,
    status: 'firing',
    group: {},
    events: [{ type: 'opened', incident: testIncident(iso(at)) }],
    more: 0,
    lost: 0,
    test: true,
  };
}

/** @param at ms since 1970. */
export function testAlert(at: number, machine: string): OutgoingAlert {
  return {
    labels: { alertname: 'WslogTest', instance: machine, severity: 'info' },
    startsAt: iso(at),
    endsAt: iso(at + SHOWN_MS),
    incident: testIncident(iso(at)),
  };
}

function testIncident(at: string): ReportIncident {
  return {
    id: 'test',
    title: 'Test of wslog alerts, nothing is wrong',
    severity: 'info',
    status: 'open',
    websocket: 'unknown',
    firstSeen: at,
    lastSeen: at,
    endpoint: { server: null, host: null, path: null },
    upstreams: [],
    clients: { distinct: 0, exact: true, top: [] },
    count: 0,
    lines: 0,
    symptoms: [],
    statuses: {},
    timeline: { from: null, bucketSeconds: 1, counts: [] },
    causes: [],
    ruledOut: [],
    undecided: null,
    evidence: [],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
