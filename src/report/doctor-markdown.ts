/** `wslog doctor --format markdown`: the checklist for a ticket or a review. */
import { codeBlock, codeSpan, markdownText, tableCell } from '../safe/markdown.ts';
import type { DoctorDocument } from './doctor-document.ts';
import { doctorCounts, doctorVerdict, groupsOf } from './doctor-groups.ts';
import { finish } from './finish.ts';

const TITLES = [
  ['wrong', 'Wrong'],
  ['unknown', 'Cannot tell'],
  ['note', 'Worth knowing'],
] as const;

/** What is wrong with its fixes, and a table of what is in order. */
export function renderDoctorMarkdown(document: DoctorDocument): string {
  const version = document.nginxVersion === null ? 'nginx version not known' : `nginx ${document.nginxVersion}`;
  const lines = [
    '# WebSocket checklist',
    '',
    `**${markdownText(doctorVerdict(document))}** ${codeSpan(document.config)}, ${version}: ${doctorCounts(document)}.`,
  ];
  for (const [status, title] of TITLES) {
    const entries = groupsOf(document, [status]).flatMap((group) => group.entries);
    if (entries.length === 0) continue;
    lines.push('', `## ${title}`, '');
    entries.forEach(({ check, places }, index) => {
      const where = places.length === 0 ? '' : ` at ${places.map(codeSpan).join(', ')}`;
      const at = check.file === null ? '' : ` (${codeSpan(`${check.file}:${check.line}`)})`;
      lines.push(`- **${check.id}**${where}: ${markdownText(check.why)}${at}`);
      const same = JSON.stringify(entries[index + 1]?.check.fix) === JSON.stringify(check.fix);
      if (check.fix === null || same) return;
      lines.push('', `  ${markdownText(check.fix.do)}`);
      if (check.fix.nginx !== null) lines.push('', indented(codeBlock(check.fix.nginx, 'nginx')));
      lines.push('');
    });
  }
  const fine = groupsOf(document, ['ok']).flatMap((group) => group.entries);
  if (fine.length > 0) {
    lines.push('', '## In order', '', '| Check | What it found | Where |', '| --- | --- | --- |');
    for (const { check, places } of fine) {
      const cells = [check.title, markdownText(check.why), places.map(codeSpan).join(', ')];
      lines.push(`| ${cells.map(tableCell).join(' | ')} |`);
    }
  }
  const spaced = lines.filter((line, index) => line !== '' || lines[index - 1] !== '');
  return finish(spaced.join('\n'), { color: false, ascii: false });
}

/** Text under a list item, indented so that it stays in it. */
function indented(block: string): string {
  return block
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
