/** One row an endpoint: how many handshakes of late, how many succeed, how long sessions last. */
import type { ReportEndpoint } from '../report/document.ts';
import type { Palette } from '../report/palette.ts';
import { sparkline } from '../report/sparkline.ts';
import { age, brief, left, percent, right } from './cells.ts';
import type { ScreenColours } from './header.ts';
import type { ScreenModel, ScreenStyle } from './model.ts';
import { endpointKey, HISTORY_PARTS } from './rates.ts';

/** Below this share of success in the last minute an endpoint is in trouble. */
const HEALTHY_SHARE = 0.95;
/** Columns of everything but the name: numbers, sparkline, and the blanks between. */
const FIXED = 2 + 6 + 6 + 8 + 6 + 9 + 8 + 2 + HISTORY_PARTS;
const MAX_NAME = 60;

/** The heading and at most `rows` rows, the last of which says how many are left out. */
export function endpointLines(
  endpoints: readonly ReportEndpoint[],
  rows: number,
  model: ScreenModel,
  style: ScreenStyle,
  colours: Palette & ScreenColours,
): string[] {
  const nameColumns = Math.min(MAX_NAME, Math.max(8, style.columns - FIXED - 1));
  const heading = [
    `  ${left('endpoint', nameColumns, style.ascii)}`,
    right('/min', 6),
    right('ok', 6),
    right('in all', 8),
    right('ok', 6),
    right('sessions', 9),
    right('median', 8),
    '  last 5 min',
  ].join('');
  const shownRows = endpoints.length > rows ? endpoints.slice(0, rows - 1) : endpoints;
  const lines = [colours.dim(heading)];
  const named = new Set(shownRows.map(({ server }) => server)).size > 1;
  for (const endpoint of shownRows) {
    const { server, path } = endpoint;
    // Where all belong to one server, its name in every row tells nothing apart.
    const name = named && server !== null ? server + path : path;
    lines.push(`  ${left(name, nameColumns, style.ascii)}${figures(endpoint, model, style, colours)}`);
  }
  const more = endpoints.length - shownRows.length;
  if (more > 0) lines.push(colours.dim(`  and ${more} more`));
  return lines;
}

function figures(
  endpoint: ReportEndpoint,
  model: ScreenModel,
  style: ScreenStyle,
  colours: Palette & ScreenColours,
): string {
  const { handshakes, sessions } = endpoint;
  const { ok, failed, history } = model.rates.endpoints.get(endpointKey(endpoint)) ?? {
    ok: 0,
    failed: 0,
    history: new Array<number>(HISTORY_PARTS).fill(0),
  };
  const lately = ok + failed;
  const share = right(percent(ok, lately), 6);
  const coloured =
    lately === 0 ? share : ok < lately * HEALTHY_SHARE ? colours.severity('error', share) : colours.good(share);
  const total = handshakes.ok + handshakes.failed;
  return [
    right(brief(lately), 6),
    coloured,
    right(brief(total), 8),
    right(percent(handshakes.ok, total), 6),
    right(brief(sessions.closed), 9),
    right(sessions.p50 === null ? '-' : age(sessions.p50), 8),
    `  ${sparkline(history, style.ascii)}`,
  ].join('');
}
