/**
 * `--format html`: a post-mortem as one self-contained page, to attach, to keep and to print. It opens from disk and
 * loads nothing.
 */
import { createHash } from 'node:crypto';
import { escapeHtml, htmlText } from '../safe/html.ts';
import type { ReportDocument, ReportIncident } from './document.ts';
import { finish, visibleDocument, visibleIncident } from './finish.ts';
import { endpointTable } from './html/endpoints.ts';
import { incidentPanel } from './html/incident.ts';
import { foldedIncidents, overviewTable } from './html/overview.ts';
import { remarks } from './html/remarks.ts';
import { PAGE_SCRIPT } from './html/script.ts';
import { PAGE_STYLE } from './html/style.ts';
import { timelineFigure } from './html/timeline.ts';
import { pageHead } from './html/verdict.ts';
import { serverNames } from './standing.ts';
import { concernsWebSocket } from './voice.ts';
import { count, counted, listed, spansDays } from './words.ts';

/** Incidents with a panel of their own; the others are folded by cause, so that a page stays small and quick. */
const PANELS = 40;
const PANELS_ELSEWHERE = 10;
/** Panels that are open at first. */
const OPEN = 3;

function hash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** Nothing is loaded, nothing is sent, and only the page's own style and script count, each known by its hash. */
function policy(): string {
  return [
    "default-src 'none'",
    `style-src ${hash(PAGE_STYLE)}`,
    `script-src ${hash(PAGE_SCRIPT)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

const TOOLS = `<div class="tools" role="search" hidden>
<input type="search" aria-label="Search the incidents" placeholder="Search: a path, client, cause, status ( / )" autocomplete="off" spellcheck="false">
<button type="button">Open all</button> <button type="button">Close all</button> <output class="soft" aria-live="polite"></output>
</div>`;

function incidentSections(document: ReportDocument, incidents: readonly ReportIncident[]): string {
  if (incidents.length === 0) return '';
  const dated = spansDays(document.range);
  const here = incidents.filter(concernsWebSocket);
  const elsewhere = incidents.filter((incident) => !concernsWebSocket(incident));
  const panels = [...here.slice(0, PANELS), ...elsewhere.slice(0, PANELS_ELSEWHERE)].map(visibleIncident);
  const rest = [...here.slice(PANELS), ...elsewhere.slice(PANELS_ELSEWHERE)];
  const panelsHere = Math.min(here.length, PANELS);
  const drawn = panels.map((incident, index) =>
    incidentPanel(incident, index + 1, { events: document.events, dated, open: index < Math.min(OPEN, panelsHere) }),
  );
  const table = (caption: string, part: readonly ReportIncident[], first: number) =>
    part.length === 0 ? '' : overviewTable(caption, part, first, dated);
  const elsewhereTable = table('not WebSocket', panels.slice(panelsHere), panelsHere + 1);
  return `<section class="overview" aria-labelledby="incidents"><h2 id="incidents">Incidents</h2>
${incidents.length > 1 ? TOOLS : ''}
${table('WebSocket incidents', panels.slice(0, panelsHere), 1)}
${elsewhereTable === '' ? '' : `<h3>Elsewhere, not WebSocket</h3>\n${elsewhereTable}`}
${rest.length === 0 ? '' : `<p class="soft">${counted(rest.length, 'further incident')} below, by cause.</p>`}
</section>
${drawn.join('\n')}
${rest.length === 0 ? '' : `<section class="plain" aria-labelledby="further"><h2 id="further">${count(rest.length)} further incidents</h2>\n${foldedIncidents(rest, panels.length + 1, dated)}</section>`}`;
}

/** The whole report as an HTML page. WebSocket incidents come first. */
export function renderHtml(document: ReportDocument): string {
  const { incidents, ...rest } = document;
  const visible = visibleDocument({ ...rest, incidents: [] });
  const concerned = incidents.filter(concernsWebSocket);
  const servers = listed(serverNames({ ...visible, incidents }), 3);
  const title = servers === '' ? 'WebSocket report' : `WebSocket report: ${servers}`;
  const generator = `${document.generator.name} ${document.generator.version}`;
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<meta name="generator" content="${escapeHtml(generator)}">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the incidents</a>
${pageHead(visible, incidents.map(verdictOf), servers)}
<main id="content">
${timelineFigure(visible, concerned)}
${incidentSections(visible, incidents)}
${endpointTable(visible.endpoints)}
${remarks(visible)}
</main>
<footer>${htmlText(`Made by ${generator} from ${counted(document.inputs.length, 'input')}. All times are UTC.`)}</footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>`;
  return finish(page, { color: false, ascii: false });
}

/** Only the first ones are spoken of at the head; to make all of thousands visible for that would be waste. */
function verdictOf(incident: ReportIncident, index: number): ReportIncident {
  return index < PANELS ? visibleIncident(incident) : incident;
}
