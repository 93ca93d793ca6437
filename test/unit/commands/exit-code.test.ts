import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../../src/commands/exit-code.ts';
import type { ReportDocument, ReportIncident, ReportInput } from '../../../src/report/document.ts';

function report(
  inputs: Partial<ReportInput>[],
  incidents: Pick<ReportIncident, 'severity' | 'websocket'>[] = [],
): ReportDocument {
  return {
    schema: 'wslog.report/1',
    generator: { name: 'wslog', version: '0' },
    range: null,
    inputs: inputs.map((input) => ({
      path: 'x',
      kind: 'error',
      format: 'nginx-error',
      bytes: 10,
      lines: 1,
      unknown: 0,
      timezone: null,
      timezoneFrom: null,
      problem: null,
      twinOf: null,
      ...input,
    })),
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
    incidents: incidents.map((incident) => ({
      id: 'i',
      title: '',
      status: 'open',
      firstSeen: null,
      lastSeen: null,
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
      ...incident,
    })),
    notes: [],
  };
}

const unread = { problem: 'does not exist', bytes: 0, lines: 0 };

describe('exitCodeOf', () => {
  it('is 0 for whatever was found, unless asked', () => {
    const found = report([{}], [{ severity: 'critical', websocket: 'yes' }]);
    expect(exitCodeOf(found, null, false)).toBe(0);
    expect(exitCodeOf(found, 'critical', false)).toBe(1);
    expect(exitCodeOf(report([{}], [{ severity: 'error', websocket: 'yes' }]), 'critical', false)).toBe(0);
  });

  it('counts what is not WebSocket only with --all', () => {
    const found = report([{}], [{ severity: 'critical', websocket: 'no' }]);
    expect(exitCodeOf(found, 'info', false)).toBe(0);
    expect(exitCodeOf(found, 'info', true)).toBe(1);
  });

  it('is 2 when nothing was read, 3 when a part was not', () => {
    expect(exitCodeOf(report([unread]), null, false)).toBe(2);
    expect(exitCodeOf(report([unread, unread]), 'info', false)).toBe(2);
    expect(exitCodeOf(report([unread, {}]), null, false)).toBe(3);
    expect(exitCodeOf(report([{ problem: 'is damaged' }]), null, false)).toBe(3);
    expect(exitCodeOf(report([{ kind: 'unknown' }]), null, false)).toBe(3);
  });

  it('is 0 for an empty log, which is what a log is after rotation', () => {
    expect(exitCodeOf(report([{ kind: 'unknown', bytes: 0, lines: 0 }]), null, false)).toBe(0);
  });

  it('lets a finding come before a missing part', () => {
    expect(exitCodeOf(report([unread, {}], [{ severity: 'error', websocket: 'yes' }]), 'error', false)).toBe(1);
  });
});
