import { describe, expect, it } from 'vitest';
import { plainReceiver } from '../../../src/alerts/config.ts';
import type { Invocation } from '../../../src/commands/invocation.ts';
import { StoredAlerts } from '../../../src/commands/stored-alerts.ts';
import { WatchAlerts } from '../../../src/commands/watch-alerts.ts';
import type { ReportDocument, ReportIncident } from '../../../src/report/document.ts';
import { incident } from '../state/incident.ts';

const TIMING = { groupWait: 0, groupInterval: 0, repeatInterval: 3_600_000 };
const QUIET_MS = 300_000;

function alerting(more: { all?: boolean; redacts?: boolean; earlier?: ReportIncident[]; memory?: StoredAlerts } = {}) {
  const sent: { type: string; incident: ReportIncident }[] = [];
  const clock = { ms: 1000 };
  const call = {
    io: { now: () => Date.UTC(2026, 10, 22, 12) + clock.ms, monotonic: () => clock.ms },
    messages: { event: () => undefined, error: () => undefined },
  } as unknown as Invocation;
  const spec = plainReceiver('exec', { where: '--exec', url: null, key: null, command: 'x' }, TIMING, []);
  const transport = {
    send: async (_: string, content: string) => {
      for (const line of content.trim().split('\n')) sent.push(JSON.parse(line));
      return { kind: 'accepted', notice: null } as const;
    },
  };
  const memory = more.memory ?? new StoredAlerts(null, [], () => undefined);
  const alerts = new WatchAlerts(
    call,
    {
      alerts: {
        lines: [{ spec, transport, shown: 'x', inTheClear: false }],
        silences: [],
        stop: new AbortController(),
      },
      symptoms: new Map(),
      quietMs: QUIET_MS,
      all: more.all ?? false,
      redacts: more.redacts ?? true,
    },
    memory,
    more.earlier ?? [],
  );
  const look = async (incidents: ReportIncident[], to = '2026-11-22T12:00:01.000Z', after = 1000) => {
    clock.ms += after;
    alerts.looked({ incidents, range: { from: to, to } } as ReportDocument);
    // What is sent leaves in a microtask.
    await new Promise((resolve) => setImmediate(resolve));
    return sent.splice(0).map(({ type, incident: of }) => `${type} ${of.id}`);
  };
  return { look, sent, alerts, memory };
}

describe('the alerts of a watch', () => {
  it('tell of WebSockets, of the rest only when asked to', async () => {
    const both = [incident({ id: 'ws' }), incident({ id: 'other', websocket: 'no' })];
    expect(await alerting().look(both)).toEqual(['opened ws']);
    expect(await alerting({ all: true }).look(both)).toEqual(['opened ws', 'opened other']);
  });

  it('leave out what is long past in logs that are caught up with, unless it goes on all the same', async () => {
    const { look } = alerting();
    const late = '2026-11-22T14:00:00.000Z';
    expect(await look([incident()], late)).toEqual([]);
    expect(await look([incident()], late, 20_000)).toEqual([]);
    // The times of this log are two hours behind those of another.
    expect(await look([incident()], late, 11_000)).toEqual(['opened aaaaaaaaaaaa']);
  });

  it('tell the end of what an earlier run told, when it ended between the two', async () => {
    const { look, memory } = alerting();
    expect(await look([incident()])).toEqual(['opened aaaaaaaaaaaa']);
    const later = alerting({ memory, earlier: [incident({ status: 'ended' })] });
    expect(await later.look([])).toEqual(['ended aaaaaaaaaaaa']);
    expect(await later.look([])).toEqual([]);
  });

  it('hold no secret, whatever the screen shows', async () => {
    const { alerts, sent } = alerting({ redacts: false });
    const path = '/ws?token=s3cr3t-of-a-user';
    const one = incident({ title: `cut on ${path}`, endpoint: { server: 'a.test', host: null, path } });
    alerts.looked({ incidents: [one], range: null } as unknown as ReportDocument);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toHaveLength(1);
    expect(JSON.stringify(sent)).not.toContain('s3cr3t');
  });
});
