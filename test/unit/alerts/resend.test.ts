import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/alerts/groups.ts';
import { Resend } from '../../../src/alerts/resend.ts';
import type { ReportIncident } from '../../../src/report/document.ts';
import { incident } from '../state/incident.ts';

const MIN = 60_000;
const T = Date.UTC(2026, 10, 22, 13);
const labels = ({ id, severity }: ReportIncident) => ({ incident: id, severity });
const resend = (records: ConstructorParameters<typeof Resend>[3] = [], ends = true) =>
  new Resend(MIN, ends, labels, records);
const open = (more: Partial<ReportIncident> = {}): Alert => ({ incident: incident(more), open: true, muted: false });
const over: Alert = { ...open(), open: false };

/** Sends what is due, and says that it arrived. */
function round(of: Resend, alerts: Alert[], now: number) {
  const sent = of.look(alerts, now);
  if (sent !== null) of.arrived(now);
  return sent?.map((alert) => ({
    severity: alert.labels.severity,
    starts: alert.startsAt,
    ends: (Date.parse(alert.endsAt) - now) / MIN,
  }));
}

describe('Alertmanager is told', () => {
  it('at once what opens, then every round, each time with an end ahead', () => {
    const of = resend();
    const starts = '2026-11-22T12:00:00.000Z';
    expect(round(of, [open()], T)).toEqual([{ severity: 'error', starts, ends: 4 }]);
    expect(round(of, [open()], T + MIN - 1)).toBeUndefined();
    expect(round(of, [open()], T + MIN)).toEqual([{ severity: 'error', starts, ends: 4 }]);
  });

  it('that it is over at once and for a while, then nothing', () => {
    const of = resend();
    round(of, [open()], T);
    expect(round(of, [over], T + 1000)).toMatchObject([{ ends: 0 }]);
    expect(round(of, [over], T + 1000 + MIN)).toMatchObject([{ ends: -1 }]);
    expect(round(of, [over], T + 20 * MIN)).toBeUndefined();
    expect([...of.takeChanged().values()]).toEqual([null]);
  });

  it('nothing more without sendResolved: the alert ends by itself', () => {
    const of = resend([], false);
    round(of, [open()], T);
    expect(round(of, [over], T + 2 * MIN)).toBeUndefined();
  });

  it('of another alert when what it is known by changes, and that the one before is over', () => {
    const of = resend();
    round(of, [open()], T);
    expect(round(of, [open({ severity: 'critical' })], T + 1000)).toMatchObject([
      { severity: 'error', ends: 0 },
      { severity: 'critical', ends: 4 },
    ]);
  });

  it('again what did not arrive', () => {
    const of = resend();
    expect(of.look([open()], T)).toHaveLength(1);
    expect(of.look([open()], T + 1)).toHaveLength(1);
  });

  it('nothing that begins after its end, whatever the log says', () => {
    const of = resend();
    expect(round(of, [open({ firstSeen: '2027-01-01T00:00:00.000Z' })], T)).toMatchObject([
      { starts: new Date(T).toISOString() },
    ]);
    expect(round(resend(), [open({ firstSeen: null })], T)).toMatchObject([{ starts: new Date(T).toISOString() }]);
  });

  it('nothing of what is muted', () => {
    expect(round(resend(), [{ ...open(), muted: true }], T)).toBeUndefined();
  });

  it('after a restart that it is over, by the labels it knows; not before the logs were read again', () => {
    const before = resend();
    round(before, [open()], T);
    const records = [...before.takeChanged().values()].filter((record) => record !== null);
    expect(round(resend(records), [over], T + MIN)).toMatchObject([{ severity: 'error', ends: 0 }]);
    const patient = resend(records);
    expect(round(patient, [], T + MIN)).toBeUndefined();
    expect(round(patient, [open()], T + 2 * MIN)).toMatchObject([{ ends: 4 }]);
    const gone = resend(records);
    round(gone, [], T + MIN);
    expect(round(gone, [], T + 10 * MIN)).toMatchObject([{ ends: 0 }]);
  });
});
