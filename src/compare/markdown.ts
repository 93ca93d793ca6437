/** `wslog diff --format markdown`: for the ticket of the deploy. */
import { finish } from '../report/finish.ts';
import { codeSpan, markdownText, tableCell } from '../safe/markdown.ts';
import type { DiffDocument } from './types.ts';
import { changeCounts, endpointName, endpointText, figures, place, sideText } from './words.ts';

function row(cells: readonly string[]): string {
  return `| ${cells.map(tableCell).join(' | ')} |`;
}

export function renderDiffMarkdown(document: DiffDocument): string {
  const { before, after, changes, endpoints, notes } = document;
  const lines = [
    '# WebSockets before and after',
    '',
    `**${changeCounts(document)}**`,
    '',
    `- before: ${markdownText(sideText(before))}`,
    `- after: ${markdownText(sideText(after))}`,
  ];
  if (changes.length > 0) {
    lines.push(
      '',
      row(['Change', 'Severity', 'Endpoint', 'What', 'Cause', 'Hits']),
      row(new Array<string>(6).fill('---')),
    );
    for (const one of changes) {
      lines.push(
        row([
          `**${one.change === 'unchanged' ? 'as before' : one.change}**`,
          one.severity,
          codeSpan(place(one)),
          markdownText(one.title),
          one.cause === null ? '' : codeSpan(one.cause),
          markdownText(figures(one)),
        ]),
      );
    }
  }
  if (endpoints.length > 0) {
    lines.push('', row(['Endpoint', 'Change', 'Handshakes and sessions']), row(['---', '---', '---']));
    for (const one of endpoints) {
      lines.push(
        row([
          codeSpan(endpointName(one)),
          one.change === 'unchanged' ? 'as before' : one.change,
          markdownText(endpointText(one)),
        ]),
      );
    }
  }
  for (const note of notes) lines.push('', markdownText(note));
  return finish(lines.join('\n'), { color: false, ascii: false });
}
