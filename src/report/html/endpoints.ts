/** The table of WebSocket endpoints: how many handshakes succeeded, and how long sessions lasted. */
import { escapeHtml } from '../../safe/html.ts';
import type { ReportEndpoint } from '../document.ts';
import { statusCounts } from '../voice.ts';
import { count, counted, timerText } from '../words.ts';
import { row, table } from './markup.ts';
import { lengthsChart } from './small-charts.ts';

/** Endpoints with a chart, and endpoints shown at all; the busiest come first. */
const CHARTS = 24;
const MAX_ROWS = 100;

const COLUMNS = [
  { head: 'endpoint', className: 'place' },
  { head: 'accepted', number: true },
  { head: 'failed', number: true },
  { head: 'success', number: true },
  { head: 'sessions' },
  { head: 'how long they lasted' },
] as const;

/** Per cent of handshakes that succeeded; never rounded up to 100. */
export function successRate(ok: number, failed: number): string {
  const share = (ok / (ok + failed)) * 100;
  if (!Number.isFinite(share)) return '-';
  const shown = share === 100 || share === 0 ? String(share) : Math.min(99.9, Math.max(0.1, share)).toFixed(1);
  return `${shown} %`;
}

function lasting({ closed, p50, p95, max }: ReportEndpoint['sessions']): string {
  if (closed === 0) return 'none ended';
  if (p50 === null || p95 === null || max === null) return `${count(closed)} ended; how long they lasted is not logged`;
  return `${count(closed)} ended; median ${timerText(p50)}, 95 % within ${timerText(p95)}, longest ${timerText(max)}`;
}

export function endpointTable(endpoints: readonly ReportEndpoint[]): string {
  const shown = endpoints.filter(({ websocket }) => websocket !== 'no');
  if (shown.length === 0) return '';
  const rows = shown.slice(0, MAX_ROWS).map((endpoint, index) => {
    const { server, path, websocket, handshakes, sessions } = endpoint;
    const { ok, failed, byStatus } = handshakes;
    const answers = failed === 0 ? '' : `<br><span class="soft">${escapeHtml(statusCounts(failures(byStatus)))}</span>`;
    return row(COLUMNS, [
      `<code>${escapeHtml(path)}</code>${server === null ? '' : `<br><span class="soft">${escapeHtml(server)}</span>`}` +
        (websocket === 'likely' ? '<br><span class="soft">probably WebSocket</span>' : ''),
      count(ok),
      `${count(failed)}${answers}`,
      successRate(ok, failed),
      escapeHtml(lasting(sessions)),
      index < CHARTS ? lengthsChart(endpoint) : '',
    ]);
  });
  const more = shown.length - rows.length;
  return `<section aria-labelledby="endpoints"><h2 id="endpoints">Endpoints</h2>
${table('WebSocket endpoints', COLUMNS, rows, 'stacked')}
${more > 0 ? `<p class="soft">and ${counted(more, 'further endpoint')}, less busy</p>` : ''}
</section>`;
}

function failures(byStatus: Record<string, number>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(byStatus).filter(([status]) => Number(status) >= 400 || Number(status) < 100),
  );
}
