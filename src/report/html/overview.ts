/** The table of incidents, and those that get no panel of their own, folded by cause. */

import { showText } from '../../safe/display.ts';
import { escapeHtml, htmlText } from '../../safe/html.ts';
import type { ReportIncident } from '../document.ts';
import { confidenceOf, place } from '../voice.ts';
import { clock, count, counted } from '../words.ts';
import { row, table } from './markup.ts';

const COLUMNS = [
  { head: '#', number: true },
  { head: 'severity' },
  { head: 'since' },
  { head: 'hits', number: true },
  { head: 'clients', number: true },
  { head: 'endpoint', className: 'place' },
  { head: 'verdict', className: 'verdict' },
] as const;

const FOLDED_COLUMNS = [...COLUMNS.slice(0, 6), { head: 'a line of it' }] as const;

function cells(incident: ReportIncident, number: number, dated: boolean): string[] {
  const { severity, firstSeen, clients } = incident;
  return [
    String(number),
    `<span class="badge ${severity}">${severity}</span>`,
    firstSeen === null ? '?' : clock(firstSeen, dated),
    count(incident.count),
    `${clients.exact ? '' : '~'}${count(clients.distinct)}`,
    escapeHtml(showText(place(incident) || '-')),
  ];
}

/** Incidents that have panels, numbered from `first`. */
export function overviewTable(
  caption: string,
  incidents: readonly ReportIncident[],
  first: number,
  dated: boolean,
): string {
  const rows = incidents.map((incident, index) => {
    const number = first + index;
    const verdict = `<a href="#incident-${number}">${escapeHtml(incident.title)}</a> <span class="soft">${escapeHtml(confidenceOf(incident))}</span>`;
    return row(COLUMNS, [...cells(incident, number, dated), verdict]);
  });
  return table(caption, COLUMNS, rows, 'stacked');
}

/**
 * The incidents without panels, numbered from `first`: a folded table for each cause, its fix said once.
 * Rows are written without what HTML lets one leave out; there may be thousands.
 */
export function foldedIncidents(incidents: readonly ReportIncident[], first: number, dated: boolean): string {
  const byCause = new Map<string, { incident: ReportIncident; number: number }[]>();
  for (const [index, incident] of incidents.entries()) {
    const id = incident.causes[0]?.id ?? '';
    const group = byCause.get(id);
    const entry = { incident, number: first + index };
    if (group === undefined) byCause.set(id, [entry]);
    else group.push(entry);
  }
  const folds = [...byCause].map(([id, members]) => {
    const cause = members[0]?.incident.causes[0];
    const heading = cause === undefined ? 'Cause unknown' : `${cause.title} (${id})`;
    const rows = members.map(({ incident, number }) => {
      const sample = incident.evidence[0];
      const where = sample === undefined ? '' : `${sample.file}:${sample.line}`;
      const all = [...cells(incident, number, dated), escapeHtml(showText(where))];
      return `<tr id="incident-${number}">${all.map((cell) => `<td>${cell}`).join('')}`;
    });
    return `<details class="fold">
<summary>${escapeHtml(showText(heading))} <span class="soft">${counted(members.length, 'incident')}</span></summary>
${cause === undefined ? '' : `<p>${htmlText(showText(cause.fix.summary))}</p>`}
${table(`incidents: ${heading}`, FOLDED_COLUMNS, rows, 'folded')}
</details>`;
  });
  return folds.join('\n');
}
