/** `--format html`: one self-contained page without scripts, to mail or to keep. */
import { escapeHtml, htmlText } from '../safe/html.ts';
import type { ReportCause, ReportDocument, ReportIncident } from './document.ts';
import { finish, visibleDocument } from './finish.ts';
import { PAGE_STYLE } from './html-style.ts';
import { timelineChart } from './html-timeline.ts';
import { incidentCounts, lineCounts, nothingFound, rangeText, serverNames, zoneSentences } from './standing.ts';
import {
  answers,
  concernsWebSocket,
  confidenceOf,
  directiveText,
  evidenceSides,
  impact,
  mainClient,
  period,
  place,
} from './voice.ts';
import { clock, confidenceWord, count, counted, listed, spansDays } from './words.ts';

/** Nothing is loaded, nothing runs, nothing is sent: only the page's own style counts. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function element(name: string, content: string, className = ''): string {
  return `<${name}${className === '' ? '' : ` class="${className}"`}>${content}</${name}>`;
}

function paragraphs(texts: readonly string[], className = ''): string {
  return texts.map((text) => element('p', htmlText(text), className)).join('\n');
}

function overviewTable(document: ReportDocument, shown: readonly ReportIncident[]): string {
  const dated = spansDays(document.range);
  const rows = shown.map((incident, index) => {
    const { severity, firstSeen, clients, timeline } = incident;
    const cells = [
      `<td class="number">${index + 1}</td>`,
      `<td class="${severity}">${severity}</td>`,
      `<td>${firstSeen === null ? '?' : escapeHtml(clock(firstSeen, dated))}</td>`,
      `<td class="number">${count(incident.count)}</td>`,
      `<td class="number">${clients.exact ? '' : '~'}${count(clients.distinct)}</td>`,
      `<td><code>${escapeHtml(incident.endpoint.path ?? (place(incident) || '-'))}</code></td>`,
      `<td>${document.range === null ? '' : timelineChart(timeline, document.range, 120, 20)}</td>`,
      `<td><a href="#incident-${index + 1}">${escapeHtml(incident.title)}</a> (${escapeHtml(confidenceOf(incident))})</td>`,
    ];
    return `<tr>${cells.join('')}</tr>`;
  });
  const heads = ['#', 'severity', 'since', 'hits', 'clients', 'endpoint', 'over time', 'verdict'];
  return `<table>
<thead><tr>${heads.map((head) => element('th', head)).join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>`;
}

function fixSection({ fix }: ReportCause): string {
  const steps = fix.steps.map((step) => {
    const why = step.why === null || step.why === '' ? '' : ` ${element('span', htmlText(step.why), 'why')}`;
    const nginx = step.nginx === null ? '' : element('pre', escapeHtml(step.nginx));
    const run = step.run === null ? '' : element('pre', escapeHtml(`$ ${step.run}`));
    return element('li', `${htmlText(step.do)}${why}${nginx}${run}`);
  });
  const checks = fix.verify.map(
    ({ run, expect }) => `${element('pre', escapeHtml(`$ ${run}`))}<p>Expect: ${htmlText(expect)}</p>`,
  );
  return `<h3>Fix</h3>
<p>${htmlText(fix.summary)}</p>
<ol>${steps.join('\n')}</ol>
${fix.patch === null ? '' : element('pre', escapeHtml(fix.patch))}
${checks.length === 0 ? '' : `<h3>Check</h3>\n${checks.join('\n')}`}`;
}

function causeSection(incident: ReportIncident, cause: ReportCause): string {
  const sides = evidenceSides(cause);
  const items = [
    ...sides.for.map((text) => element('li', htmlText(text))),
    ...sides.against.map((text) => element('li', `against it: ${htmlText(text)}`, 'against')),
    ...(cause.directive === null
      ? []
      : [element('li', `configuration: ${element('code', escapeHtml(directiveText(cause.directive)))}`)]),
  ];
  const other = incident.causes[1];
  const or =
    incident.undecided === null || other === undefined
      ? ''
      : `<p><b>Or:</b> ${escapeHtml(other.title)} (${escapeHtml(other.id)}, ${confidenceWord(other.confidence)}). ` +
        `To tell them apart: ${htmlText(incident.undecided)}</p>`;
  return `<h3>Why</h3>\n<ul>${items.join('\n')}</ul>\n${or}\n${fixSection(cause)}`;
}

function incidentSection(incident: ReportIncident, number: number, document: ReportDocument, open: boolean): string {
  const [cause] = incident.causes;
  const sentences = [impact(incident), answers(incident), mainClient(incident) ?? ''].filter((text) => text !== '');
  const lines = incident.evidence.map(({ file, line, raw }) => `${file}:${line}  ${raw}`).join('\n');
  const dated = spansDays(document.range);
  return `<details id="incident-${number}"${open ? ' open' : ''}>
<summary><span class="${incident.severity}">${incident.severity}</span> ${number}. ${escapeHtml(incident.title)}
<code>${escapeHtml(cause?.id ?? '')}</code></summary>
<p><b>${escapeHtml(confidenceOf(incident))}</b> · ${escapeHtml(period(incident, dated))}</p>
<p>${escapeHtml(sentences.join(' '))}</p>
${document.range === null ? '' : timelineChart(incident.timeline, document.range, 640, 48)}
${cause === undefined ? '' : causeSection(incident, cause)}
${lines === '' ? '' : `<details><summary>${counted(incident.evidence.length, 'log line')}</summary>${element('pre', escapeHtml(lines))}</details>`}
</details>`;
}

function remarks(document: ReportDocument): string {
  const texts = [
    ...document.inputs.flatMap(({ path, problem }) => (problem === null ? [] : [`${path}: ${problem}`])),
    ...document.unknown
      .slice(0, 10)
      .map(({ template, count: times }) => `Not understood, ${counted(times, 'line')}: ${template}`),
    ...zoneSentences(document),
  ];
  const notes = document.notes.map(
    ({ text, nginx }) => paragraphs([text]) + (nginx === null ? '' : element('pre', escapeHtml(nginx))),
  );
  return texts.length + notes.length === 0 ? '' : `<h2>Remarks</h2>\n${[...notes, paragraphs(texts)].join('\n')}`;
}

/** The whole report as an HTML page. WebSocket incidents come first, the rest follows folded. */
export function renderHtml(document: ReportDocument): string {
  const visible = visibleDocument(document);
  const shown = [
    ...visible.incidents.filter(concernsWebSocket),
    ...visible.incidents.filter((incident) => !concernsWebSocket(incident)),
  ];
  const servers = listed(serverNames(visible), 3);
  const head = [servers, rangeText(visible), lineCounts(visible), incidentCounts(visible)].filter(
    (part) => part !== '',
  );
  const title = servers === '' ? 'WebSocket report' : `WebSocket report: ${servers}`;
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(head.join(' · '))}</p>
${shown.some(concernsWebSocket) ? '' : paragraphs([nothingFound(visible)])}
${shown.length === 0 ? '' : overviewTable(visible, shown)}
${shown.map((incident, index) => incidentSection(incident, index + 1, visible, index === 0)).join('\n')}
${remarks(visible)}
</body>
</html>`;
  return finish(page, { color: false, ascii: false });
}
