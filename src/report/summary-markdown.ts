/** `wslog summary --format markdown`: for a ticket or a chat. */
import { codeBlock, codeSpan, markdownText, tableCell } from '../safe/markdown.ts';
import { finish, visibleSummary } from './finish.ts';
import { withShortSummaryPaths } from './short-paths.ts';
import type { NewsItem, SummaryDocument } from './summary-document.ts';
import { isExplained, SUMMARY_LIMITS, shownMost } from './summary-text.ts';
import {
  beforeWords,
  causeRows,
  coverage,
  handshakeWords,
  headline,
  heartbeatWords,
  stateWords,
} from './summary-words.ts';
import { answers, confidenceOf, evidenceSides, impact, period } from './voice.ts';
import { count, counted } from './words.ts';

const MAX_CAUSES = 8;

/** Ends with a line feed. */
export function renderSummaryMarkdown(document: SummaryDocument): string {
  const visible = withShortSummaryPaths(visibleSummary(document, shownMost(SUMMARY_LIMITS)));
  const lines = [`## ${markdownText(headline(visible))}`, ''];
  if (visible.kind === 'heartbeat') lines.push(markdownText(heartbeatWords(visible)));
  else lines.push(...news(visible));
  return finish(lines.join('\n'), { color: false, ascii: false });
}

function news(document: SummaryDocument): string[] {
  const lines = [markdownText(coverage(document)), ''];
  const handshakes = handshakeWords(document);
  if (handshakes !== null) lines.push(`**Handshakes.** ${markdownText(handshakes)}`, '');
  lines.push(...causes(document));
  const explained = document.incidents.filter(isExplained).slice(0, SUMMARY_LIMITS.full);
  const rest = document.incidents.filter((item) => !explained.includes(item));
  const briefly = rest.slice(0, SUMMARY_LIMITS.brief);
  for (const item of explained) lines.push(...explanation(item), '');
  for (const item of briefly) lines.push(`- ${brief(item)}`);
  const more = rest.length - briefly.length;
  if (more > 0) lines.push('', `And ${count(more)} more.`);
  const remarks = [...document.problems, ...document.notes.map(({ text }) => text)];
  for (const remark of remarks) lines.push('', `> ${markdownText(remark)}`);
  return lines;
}

function causes(document: SummaryDocument): string[] {
  const rows = causeRows(document, MAX_CAUSES);
  if (rows.length === 0) return [];
  const row = (cells: readonly string[]) => `| ${cells.map(tableCell).join(' | ')} |`;
  const compared = document.before !== null;
  const before = beforeWords(document);
  return [
    row(['Cause', 'Hits', ...(compared ? ['Before'] : [])]),
    row(['---', '--:', ...(compared ? ['--:'] : [])]),
    ...rows.map(({ id, now, before: then }) =>
      row([codeSpan(id), count(now), ...(compared ? [count(then ?? 0)] : [])]),
    ),
    '',
    ...(before === null ? [] : [markdownText(before), '']),
  ];
}

function explanation(item: NewsItem): string[] {
  const { incident } = item;
  const [cause] = incident.causes;
  const lines = [
    `### ${markdownText(incident.title)}`,
    '',
    markdownText(`${stateWords(item)}. ${incident.severity}, ${confidenceOf(incident)}, ${period(incident, true)}.`),
    '',
    markdownText([impact(incident), answers(incident)].filter((text) => text !== '').join(' ')),
  ];
  if (cause === undefined) return lines;
  lines.push('');
  for (const text of evidenceSides(cause).for.slice(0, 3)) lines.push(`- ${markdownText(text)}`);
  lines.push('', `**Fix.** ${markdownText(cause.fix.summary)}`);
  for (const step of cause.fix.steps) {
    lines.push('', markdownText(step.do));
    if (step.nginx !== null) lines.push('', codeBlock(step.nginx, 'nginx').trimEnd());
    if (step.run !== null) lines.push('', codeBlock(step.run, 'sh').trimEnd());
  }
  return lines;
}

function brief(item: NewsItem): string {
  const { incident } = item;
  const facts = `${incident.severity}, ${counted(incident.count, 'hit')}, ${period(incident, true)}`;
  return `**${markdownText(incident.title)}**: ${markdownText(`${stateWords(item)}; ${facts}`)}`;
}
