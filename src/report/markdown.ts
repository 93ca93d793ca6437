/** `--format markdown`: the report for a ticket, a chat or a post-mortem. */
import { codeBlock, codeSpan, markdownText, tableCell } from '../safe/markdown.ts';
import type { ReportCause, ReportDocument, ReportIncident } from './document.ts';
import { finish, visibleDocument } from './finish.ts';
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
import { clock, confidenceWord, count, counted, duration, listed, spansDays, timerText } from './words.ts';

/** The busiest ones; a ticket is no place for hundreds. */
const MAX_ENDPOINTS = 20;

function row(cells: readonly string[]): string {
  return `| ${cells.map(tableCell).join(' | ')} |`;
}

function overviewTable(document: ReportDocument, shown: readonly ReportIncident[]): string[] {
  const dated = spansDays(document.range);
  return [
    row(['#', 'Severity', 'Since (UTC)', 'Hits', 'Clients', 'Endpoint', 'Verdict']),
    row(['--:', '---', '---', '--:', '--:', '---', '---']),
    ...shown.map((incident, index) =>
      row([
        String(index + 1),
        incident.severity,
        incident.firstSeen === null ? '?' : clock(incident.firstSeen, dated),
        count(incident.count),
        `${incident.clients.exact ? '' : 'about '}${count(incident.clients.distinct)}`,
        codeSpan(incident.endpoint.path ?? (place(incident) || '-')),
        markdownText(`${incident.title} (${confidenceOf(incident)})`),
      ]),
    ),
  ];
}

/** Text under a list item, indented so that it stays in it. */
function indented(block: string): string {
  return block
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? line : `   ${line}`))
    .join('\n');
}

function fixSection({ fix }: ReportCause): string[] {
  const lines = ['', `**Fix.** ${markdownText(fix.summary)}`, ''];
  fix.steps.forEach((step, index) => {
    const why = step.why === null || step.why === '' ? '' : ` ${markdownText(step.why)}`;
    lines.push(`${index + 1}. ${markdownText(step.do)}${why}`);
    if (step.nginx !== null) lines.push('', indented(codeBlock(step.nginx, 'nginx')), '');
    if (step.run !== null) lines.push('', indented(codeBlock(step.run, 'sh')), '');
  });
  if (fix.patch !== null) lines.push('', codeBlock(fix.patch, 'diff').trimEnd());
  if (fix.verify.length > 0) lines.push('', '**Check.**', '');
  for (const { run, expect } of fix.verify)
    lines.push(codeBlock(run, 'sh').trimEnd(), `Expect: ${markdownText(expect)}`, '');
  return lines;
}

function causeSections(incident: ReportIncident, cause: ReportCause): string[] {
  const sides = evidenceSides(cause);
  const lines = ['', '**Why.**', ''];
  for (const sentence of sides.for) lines.push(`- ${markdownText(sentence)}`);
  for (const sentence of sides.against) lines.push(`- against it: ${markdownText(sentence)}`);
  if (cause.directive !== null) {
    lines.push(`- configuration: ${codeSpan(directiveText(cause.directive))}`);
    const { excerpt } = cause.directive;
    if (excerpt !== null) {
      lines.push(
        '',
        `${codeSpan(`${excerpt.file}:${excerpt.from}`)}:`,
        '',
        codeBlock(excerpt.lines.join('\n'), 'nginx'),
      );
    }
  }
  const other = incident.causes[1];
  if (incident.undecided !== null && other !== undefined) {
    lines.push(
      '',
      `**Or:** ${markdownText(other.title)} (${codeSpan(other.id)}, ${confidenceWord(other.confidence)}). ` +
        `To tell them apart: ${markdownText(incident.undecided)}`,
    );
  }
  return [...lines, ...fixSection(cause)];
}

function incidentSection(incident: ReportIncident, number: number, dated: boolean): string[] {
  const [cause] = incident.causes;
  const id = cause === undefined ? '' : ` (${codeSpan(cause.id)})`;
  const sentences = [impact(incident), answers(incident), mainClient(incident) ?? ''].filter((text) => text !== '');
  const lines = [
    '',
    `## ${number}. ${markdownText(incident.title)}${id}`,
    '',
    `**${incident.severity}**, ${markdownText(confidenceOf(incident))} · ${period(incident, dated)}`,
    '',
    markdownText(sentences.join(' ')),
  ];
  if (cause !== undefined) lines.push(...causeSections(incident, cause));
  if (incident.evidence.length > 0) {
    const text = incident.evidence.map(({ file, line, raw }) => `${file}:${line}  ${raw}`).join('\n');
    lines.push('', `**Log lines.** ${counted(incident.lines, 'line')} in all, among them:`, '', codeBlock(text));
  }
  return lines;
}

/** How the WebSocket endpoints did: what a reader of the incidents wants to set them against. */
function endpoints(document: ReportDocument): string[] {
  const shown = document.endpoints.filter(({ websocket }) => websocket !== 'no').slice(0, MAX_ENDPOINTS);
  if (shown.length === 0) return [];
  const rows = shown.map(({ server, path, handshakes, sessions }) =>
    row([
      codeSpan(server === null ? path : `${path} on ${server}`),
      count(handshakes.ok),
      count(handshakes.failed),
      sessions.p50 === null ? '' : duration(sessions.p50),
      sessions.spike === null ? '' : `${count(sessions.spike.count)} after ${timerText(sessions.spike.seconds)}`,
    ]),
  );
  return [
    '',
    '## Endpoints',
    '',
    row(['Endpoint', 'Accepted', 'Failed', 'Sessions last (median)', 'Ended alike']),
    row(['---', '--:', '--:', '--:', '---']),
    ...rows,
  ];
}

function remarks(document: ReportDocument, folded: readonly ReportIncident[]): string[] {
  const items = [
    ...folded.map(
      ({ title, severity, count: hits }) => `Not WebSocket: ${title} (${severity}, ${counted(hits, 'hit')})`,
    ),
    ...document.inputs.flatMap(({ path, problem }) => (problem === null ? [] : [`${path}: ${problem}`])),
    ...document.unknown
      .slice(0, 5)
      .map(({ template, count: times }) => `Not understood, ${counted(times, 'line')}: ${template}`),
    ...zoneSentences(document),
  ];
  const notes = document.notes.flatMap(({ text, nginx }) => [
    '',
    markdownText(text),
    ...(nginx === null ? [] : ['', codeBlock(nginx, 'nginx')]),
  ]);
  if (items.length + notes.length === 0) return [];
  return ['', '## Remarks', ...notes, '', ...items.map((item) => `- ${markdownText(item)}`)];
}

/** The whole report as Markdown. Without `all`, incidents that are no WebSocket are only named. */
export function renderMarkdown(document: ReportDocument, { all }: { all: boolean }): string {
  const visible = visibleDocument(document);
  const shown = all ? visible.incidents : visible.incidents.filter(concernsWebSocket);
  const folded = visible.incidents.filter((incident) => !shown.includes(incident));
  const dated = spansDays(visible.range);
  const servers = listed(serverNames(visible).map(codeSpan), 3);
  const lines = [
    '# WebSocket report',
    '',
    [servers, rangeText(visible), lineCounts(visible), incidentCounts(visible)]
      .filter((part) => part !== '')
      .join(' · '),
    '',
    ...(shown.length === 0 ? [markdownText(nothingFound(visible))] : overviewTable(visible, shown)),
    ...shown.flatMap((incident, index) => incidentSection(incident, index + 1, dated)),
    ...endpoints(visible),
    ...remarks(visible, folded),
  ];
  const spaced = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  return finish(spaced.join('\n'), { color: false, ascii: false });
}
