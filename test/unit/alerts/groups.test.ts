import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Alert, type GroupRecord, Groups, type Policy } from '../../../src/alerts/groups.ts';
import type { ReportIncident } from '../../../src/report/document.ts';
import { incident } from '../state/incident.ts';

const S = 1000;
const POLICY: Policy = {
  groupBy: ['server'],
  groupWait: 10 * S,
  groupInterval: 300 * S,
  repeatInterval: 3600 * S,
  sendResolved: true,
};
const T = Date.UTC(2026, 10, 22, 12);

const open = (id: string, more: Partial<ReportIncident> = {}): Alert => ({
  incident: incident({ id, ...more }),
  open: true,
  muted: false,
});
const over = (id: string): Alert => ({ ...open(id), open: false });
const brief = (groups: Groups, alerts: Alert[], seconds: number, last = false) =>
  groups.look(alerts, T + seconds * S, last).map(({ status, events }) => ({
    status,
    events: events.map(({ type, incident: of }) => `${type} ${of.id}`),
  }));

/** What is kept of groups over restarts. */
class Kept {
  readonly #records = new Map<string, GroupRecord>();

  take(groups: Groups): GroupRecord[] {
    for (const [key, record] of groups.takeChanged()) {
      if (record === null) this.#records.delete(key);
      else this.#records.set(key, record);
    }
    return [...this.#records.values()];
  }
}

describe('grouping', () => {
  it('waits for others of the group, then tells all of them at once', () => {
    const groups = new Groups(POLICY);
    expect(brief(groups, [open('a')], 0)).toEqual([]);
    expect(brief(groups, [open('a'), open('b')], 9)).toEqual([]);
    expect(brief(groups, [open('a'), open('b')], 10)).toEqual([{ status: 'firing', events: ['opened a', 'opened b'] }]);
    expect(brief(groups, [open('a'), open('b')], 11)).toEqual([]);
  });

  it('keeps groups apart by their labels', () => {
    const groups = new Groups(POLICY);
    const other = open('b', { endpoint: { server: 'b.test', host: null, path: '/ws' } });
    brief(groups, [open('a'), other], 0);
    expect(brief(groups, [open('a'), other], 10)).toHaveLength(2);
    expect(groups.look([open('a'), other], T + 20 * S)).toEqual([]);
    const whole = new Groups({ ...POLICY, groupBy: [] });
    brief(whole, [open('a'), other], 0);
    expect(brief(whole, [open('a'), other], 10)).toHaveLength(1);
  });

  it('tells what joins later after the interval, together with what goes on', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    expect(brief(groups, [open('a'), open('b')], 60)).toEqual([]);
    expect(brief(groups, [open('a'), open('b')], 309)).toEqual([]);
    expect(brief(groups, [open('a'), open('b')], 310)).toEqual([
      { status: 'firing', events: ['opened b', 'updated a'] },
    ]);
  });

  it('repeats what goes on unchanged, and no sooner', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    expect(brief(groups, [open('a')], 3609)).toEqual([]);
    expect(brief(groups, [open('a')], 3610)).toEqual([{ status: 'firing', events: ['updated a'] }]);
    expect(brief(groups, [open('a')], 3620)).toEqual([]);
  });

  it('tells that it is over, once', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a'), open('b')], 0);
    brief(groups, [open('a'), open('b')], 10);
    expect(brief(groups, [over('a'), open('b')], 20)).toEqual([]);
    expect(brief(groups, [over('a'), open('b')], 310)).toEqual([
      { status: 'firing', events: ['updated b', 'ended a'] },
    ]);
    expect(brief(groups, [over('a'), over('b')], 620)).toEqual([{ status: 'resolved', events: ['ended b'] }]);
    expect(brief(groups, [over('a'), over('b')], 5000)).toEqual([]);
    expect(new Kept().take(groups)).toEqual([]);
  });

  it('says nothing of what was over before it was told', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    expect(brief(groups, [over('a')], 5)).toEqual([]);
    expect(brief(groups, [over('a')], 4000)).toEqual([]);
  });

  it('tells what got worse as new, and what got better as it was', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    expect(brief(groups, [open('a', { severity: 'warning' })], 400)).toEqual([]);
    expect(brief(groups, [open('a', { severity: 'error' })], 500)).toEqual([]);
    brief(groups, [open('a', { severity: 'critical' })], 600);
    expect(brief(groups, [open('a', { severity: 'critical' })], 610)).toEqual([
      { status: 'firing', events: ['opened a'] },
    ]);
  });

  it('keeps an incident in the group it was told in', () => {
    const groups = new Groups({ ...POLICY, groupBy: ['cause', 'server'] });
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    const moved = open('a', { endpoint: { server: 'b.test', host: null, path: '/ws' } });
    expect(brief(groups, [moved], 1000)).toEqual([]);
    expect(brief(groups, [{ ...moved, open: false }], 2000)).toEqual([{ status: 'resolved', events: ['ended a'] }]);
  });

  it('does not tell what is muted, nor that it is over', () => {
    const groups = new Groups(POLICY);
    const muted = { ...open('a'), muted: true };
    brief(groups, [muted], 0);
    expect(brief(groups, [muted], 5000)).toEqual([]);
    brief(groups, [open('a')], 5001);
    expect(brief(groups, [open('a')], 5011)).toHaveLength(1);
    expect(brief(groups, [muted], 5400)).toEqual([]);
    expect(brief(groups, [muted], 99_000)).toEqual([]);
    expect(brief(groups, [over('a')], 99_400)).toEqual([{ status: 'resolved', events: ['ended a'] }]);
  });

  it('keeps ends to itself when they are not wanted', () => {
    const groups = new Groups({ ...POLICY, sendResolved: false });
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    expect(brief(groups, [over('a')], 400)).toEqual([]);
    brief(groups, [open('a')], 401);
    expect(brief(groups, [open('a')], 411)).toHaveLength(1);
  });

  it('tells what waits when nothing will be looked at again', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    expect(brief(groups, [open('a')], 1, true)).toEqual([{ status: 'firing', events: ['opened a'] }]);
    expect(brief(groups, [open('a')], 2, true)).toEqual([]);
  });

  it('tells anew what was refused, after the interval', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    const [due] = groups.look([open('a')], T + 10 * S);
    groups.retract(due?.key ?? '', T + 11 * S);
    expect(brief(groups, [open('a')], 12)).toEqual([]);
    expect(brief(groups, [open('a')], 311)).toEqual([{ status: 'firing', events: ['opened a'] }]);
  });

  it('ends what evidence made part of another incident', () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    expect(brief(groups, [], 310)).toEqual([{ status: 'resolved', events: ['ended a'] }]);
  });
});

describe('after a restart', () => {
  const told = () => {
    const groups = new Groups(POLICY);
    brief(groups, [open('a')], 0);
    brief(groups, [open('a')], 10);
    return new Groups(POLICY, new Kept().take(groups));
  };

  it('does not tell again what was told, and knows when to repeat it', () => {
    const groups = told();
    expect(brief(groups, [open('a')], 20)).toEqual([]);
    expect(brief(groups, [open('a')], 3610)).toEqual([{ status: 'firing', events: ['updated a'] }]);
  });

  it('waits for the logs to be read again before it takes something for over', () => {
    const groups = told();
    expect(brief(groups, [], 400)).toEqual([]);
    expect(brief(groups, [open('a')], 401)).toEqual([]);
    expect(brief(told(), [over('a')], 400)).toEqual([{ status: 'resolved', events: ['ended a'] }]);
  });

  it('is not kept quiet by a clock that was ahead', () => {
    const groups = new Groups(POLICY, [{ group: { server: 'a.test' }, toldAt: T + 1e9, told: {} }]);
    brief(groups, [open('a')], 0);
    expect(brief(groups, [open('a')], 300)).toHaveLength(1);
  });
});

describe('over any history', () => {
  const IDS = ['a', 'b', 'c'];
  const step = fc.record({
    seconds: fc.integer({ min: 1, max: 400 }),
    open: fc.subarray(IDS),
    restart: fc.boolean(),
  });

  it('tells every opening and every end once, repeats and intervals as promised, restarts or not', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const kept = new Kept();
        let groups = new Groups(POLICY);
        let now = T;
        let last = Number.NEGATIVE_INFINITY;
        const known = new Set<string>();
        const since = new Map<string, number>();
        for (const { seconds, open: ids, restart } of steps) {
          const records = kept.take(groups);
          if (restart) groups = new Groups(POLICY, records);
          now += seconds * S;
          for (const id of IDS) {
            if (!ids.includes(id)) since.delete(id);
            // What waits for its group is not kept over a restart: it begins to wait anew.
            else if (!since.has(id) || restart) since.set(id, now);
          }
          const due = groups.look(
            IDS.map((id) => (ids.includes(id) ? open(id) : over(id))),
            now,
          );
          expect(due.length).toBeLessThanOrEqual(1);
          for (const { events } of due) {
            // A group that was over is a new one, and waits for its members only.
            if (known.size > 0) expect(now - last).toBeGreaterThanOrEqual(POLICY.groupInterval);
            last = now;
            for (const { type, incident: of } of events) {
              expect(known.has(of.id)).toBe(type !== 'opened');
              if (type === 'opened') known.add(of.id);
              if (type === 'ended') known.delete(of.id);
              expect(ids.includes(of.id)).toBe(type !== 'ended');
            }
          }
          for (const id of ids) {
            const waited = now - (since.get(id) ?? now);
            if (waited >= POLICY.groupWait && now - last >= POLICY.groupInterval) expect(known.has(id)).toBe(true);
          }
          for (const id of known) {
            if (!ids.includes(id)) expect(now - last).toBeLessThan(POLICY.groupInterval);
          }
          if (known.size > 0) expect(now - last).toBeLessThanOrEqual(POLICY.repeatInterval);
        }
      }),
      { numRuns: 150 },
    );
  });
});
