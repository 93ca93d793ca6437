/** A moment of a watch, for the screen to show. */
import type { ReportDocument, ReportEndpoint } from '../../../src/report/document.ts';
import type { ScreenModel, ScreenStyle } from '../../../src/screen/model.ts';
import type { EndpointRate } from '../../../src/screen/rates.ts';
import { firstView, type Key, type ScreenView } from '../../../src/screen/view.ts';
import { incident, report as wholeReport } from '../report/fixture.ts';

export function endpoint(over: Partial<ReportEndpoint> = {}): ReportEndpoint {
  return {
    server: 'chat.example.com',
    path: '/ws',
    websocket: 'yes',
    handshakes: { ok: 900, failed: 100, byStatus: { '101': 900, '502': 100 } },
    sessions: { closed: 850, p50: 61, p95: 600, max: 3600, histogram: [], spike: null },
    ...over,
  };
}

export function rate(over: Partial<EndpointRate> = {}): EndpointRate {
  return { ok: 30, failed: 10, history: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 20], failing: 10, ...over };
}

export function model(over: Partial<ScreenModel> = {}, report: Partial<ReportDocument> = {}): ScreenModel {
  return {
    report: {
      ...wholeReport(),
      range: { from: '2026-11-22T14:00:00.000Z', to: '2026-11-22T14:20:00.000Z' },
      endpoints: [endpoint()],
      incidents: [
        incident({ id: 'a', status: 'open' }),
        incident({
          id: 'b',
          status: 'open',
          title: 'nginx cut idle WebSockets after 60 s on /live',
          severity: 'error',
        }),
        incident({ id: 'c', status: 'ended', title: 'Something that is over', severity: 'warning' }),
        incident({ id: 'd', status: 'open', title: 'A page is slow', websocket: 'no', severity: 'error' }),
      ],
      ...report,
    },
    rates: { linesPerSecond: 12.34, endpoints: new Map(), incidents: new Map([['a', 17]]) },
    now: Date.UTC(2026, 10, 22, 14, 20, 3),
    paths: ['/var/log/nginx/error.log', '/var/log/nginx/access.log'],
    gaps: 0,
    notice: null,
    ...over,
  };
}

export function style(over: Partial<ScreenStyle> = {}): ScreenStyle {
  return { columns: 80, rows: 24, color: false, ascii: false, verbose: false, ...over };
}

export function view(over: Partial<ScreenView> = {}): ScreenView {
  return { ...firstView(false), ...over };
}

/** A key as readline names it: of a character, or of a name such as `down`. */
export function key(what: string): Key {
  if (what.length > 1) return { text: '', name: what, ctrl: false };
  return { text: what, name: /[a-z]/i.test(what) ? what.toLowerCase() : '', ctrl: false };
}
