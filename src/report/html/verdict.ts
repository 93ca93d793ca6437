/** The head of the page: the verdict, what to do about it, and how much was affected. */
import { escapeHtml, htmlText } from '../../safe/html.ts';
import type { ReportDocument, ReportIncident } from '../document.ts';
import { incidentCounts, lineCounts, nothingFound, rangeText } from '../standing.ts';
import { concernsWebSocket, confidenceOf, impact, period, place } from '../voice.ts';
import { count, counted, spansDays, timerText } from '../words.ts';
import { successRate } from './endpoints.ts';

/** `[name, figure, remark]`. */
type Tile = readonly [string, string, string];

function tiles(document: ReportDocument, incidents: readonly ReportIncident[]): Tile[] {
  let ok = 0;
  let failed = 0;
  let closed = 0;
  for (const { websocket, handshakes, sessions } of document.endpoints) {
    if (websocket === 'no') continue;
    ok += handshakes.ok;
    failed += handshakes.failed;
    closed += sessions.closed;
  }
  const here = incidents.filter(concernsWebSocket);
  const open = here.filter(({ status }) => status === 'open').length;
  const hits = here.reduce((sum, incident) => sum + incident.count, 0);
  const busiest = document.endpoints.find(({ sessions }) => sessions.spike !== null)?.sessions.spike ?? null;
  return [
    ['Handshakes that succeeded', successRate(ok, failed), `${count(ok)} accepted, ${count(failed)} failed`],
    [
      'Sessions ended',
      count(closed),
      busiest === null ? '' : `${count(busiest.count)} of them after ${timerText(busiest.seconds)}`,
    ],
    [
      'Requests and sessions hit',
      count(hits),
      here.length === 0
        ? 'no WebSocket incident'
        : `${counted(here.length, 'WebSocket incident')}, ${open === 0 ? 'none' : count(open)} open at the end`,
    ],
    [
      'Lines read',
      count(document.accounting.lines),
      document.accounting.unknown === 0 ? 'all understood' : `${count(document.accounting.unknown)} not understood`,
    ],
  ];
}

function verdict(document: ReportDocument, incidents: readonly ReportIncident[]): string {
  const [worst, ...others] = incidents.filter(concernsWebSocket);
  const counts = incidentCounts({ ...document, incidents: [...incidents] });
  if (worst === undefined) {
    const elsewhere = incidents.length === 0 ? '' : `<p>${escapeHtml(counts)}.</p>`;
    return `<h1>No WebSocket incident</h1>\n<section class="verdict-card"><p class="lead">${escapeHtml(nothingFound({ ...document, incidents: [...incidents] }))}</p>${elsewhere}</section>`;
  }
  const cause = worst.causes[0];
  const also = others.slice(0, 3).map((incident, index) => {
    return `<li><a href="#incident-${index + 2}">${escapeHtml(incident.title)}</a> <span class="soft">${escapeHtml([place(incident), incident.severity, confidenceOf(incident)].filter((text) => text !== '').join(', '))}</span></li>`;
  });
  const more = others.length - also.length;
  return `<h1>${escapeHtml(worst.title)}</h1>
<section class="verdict-card ${worst.severity}" aria-label="Verdict">
<p class="lead">${escapeHtml(impact(worst))}</p>
<p><span class="badge ${worst.severity}">${worst.severity}</span> <b>${escapeHtml(confidenceOf(worst))}</b> · ${escapeHtml(period(worst, spansDays(document.range)))}</p>
${cause === undefined ? '' : `<p><b>Fix:</b> ${htmlText(cause.fix.summary)} <a href="#incident-1">How, and how to check it</a></p>`}
${also.length === 0 ? '' : `<p><b>Also</b></p>\n<ul>${also.join('')}${more > 0 ? `<li class="soft">${escapeHtml(`and ${counted(more, 'more WebSocket incident')}`)}</li>` : ''}</ul>`}
</section>`;
}

/** @param servers names of the servers, as a sentence lists them */
export function pageHead(document: ReportDocument, incidents: readonly ReportIncident[], servers: string): string {
  const kicker = [servers, rangeText(document), lineCounts(document)].filter((text) => text !== '').join(' · ');
  const figures = tiles(document, incidents).map(
    ([name, figure, remark]) =>
      `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(figure)}${remark === '' ? '' : `<small>${escapeHtml(remark)}</small>`}</dd></div>`,
  );
  return `<header>
<p class="kicker">${escapeHtml(kicker)}</p>
${verdict(document, incidents)}
<dl class="tiles">${figures.join('')}</dl>
</header>`;
}
