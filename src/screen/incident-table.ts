/** One row an incident: how bad, since when, how much, how fast, what. */
import type { ReportIncident } from '../report/document.ts';
import { width } from '../report/layout.ts';
import { verdict } from '../report/overview.ts';
import type { Palette } from '../report/palette.ts';
import { resample, sparkline } from '../report/sparkline.ts';
import { confidenceOf, place } from '../report/voice.ts';
import { age, beginning, brief, left, right, shown } from './cells.ts';
import type { ScreenColours } from './header.ts';
import { isOpen, type ScreenModel, type ScreenStyle } from './model.ts';

/** From this width on there is room for clients and for the course over time. */
const WIDE = 110;
const SPARK = 16;

/** The heading and at most `rows` rows, such that the chosen one is among them. */
export function incidentTableLines(
  incidents: readonly ReportIncident[],
  selected: ReportIncident | null,
  rows: number,
  model: ScreenModel,
  style: ScreenStyle,
  colours: Palette & ScreenColours,
): string[] {
  const wide = style.columns >= WIDE;
  const named = wide && new Set(incidents.map(({ endpoint }) => endpoint.server)).size > 1;
  const names = new Map(incidents.map((incident) => [incident, nameOf(incident, named)]));
  // No more than the longest name takes: what is left is the verdict's, which says most.
  const longest = Math.max('endpoint'.length, ...[...names.values()].map((name) => width(shown(name, style.ascii))));
  const endpointColumns = Math.min(36, longest, Math.max(10, Math.floor(style.columns / 7)));
  const fixed = 2 + 9 + 7 + 7 + 6 + 2 + endpointColumns + 2 + (wide ? 9 + SPARK + 2 : 0);
  const verdictColumns = Math.max(10, style.columns - fixed - 1);
  const heading = [
    '  ',
    left('severity', 9, style.ascii),
    right('age', 7),
    right('hits', 7),
    right('/min', 6),
    wide ? right('clients', 9) : '',
    `  ${left('endpoint', endpointColumns, style.ascii)}`,
    wide ? `  ${left('over time', SPARK, style.ascii)}` : '',
    '  verdict',
  ].join('');
  const from = Math.max(
    0,
    Math.min(selected === null ? 0 : incidents.indexOf(selected) - rows + 1, incidents.length - rows),
  );
  const lines = [colours.dim(heading + position(from, rows, incidents.length, style.columns - width(heading)))];
  for (const incident of incidents.slice(from, from + rows)) {
    const open = isOpen(incident);
    const { distinct, exact } = incident.clients;
    const severity = left(open ? incident.severity : 'ended', 9, style.ascii);
    const cells = [
      incident === selected ? '> ' : '  ',
      open ? colours.severity(incident.severity, severity) : severity,
      right(incident.firstSeen === null ? '?' : age((model.now - Date.parse(incident.firstSeen)) / 1000), 7),
      right(brief(incident.count), 7),
      right(brief(model.rates.incidents.get(incident.id) ?? 0), 6),
      wide ? right(distinct === 0 ? '-' : `${exact ? '' : '~'}${brief(distinct)}`, 9) : '',
      `  ${left(names.get(incident) ?? '', endpointColumns, style.ascii)}`,
      wide ? `  ${sparkline(resample(incident.timeline, rangeOf(model), SPARK), style.ascii)}` : '',
      `  ${beginning(verdictIn(incident, verdictColumns), verdictColumns, style.ascii)}`,
    ];
    const line = cells.join('');
    lines.push(incident === selected ? colours.bar(line) : open ? line : colours.dim(line));
  }
  return lines;
}

function nameOf(incident: ReportIncident, named: boolean): string {
  const { path, server } = incident.endpoint;
  if (path === null) return place(incident) || '-';
  return named && server !== null ? server + path : path;
}

/** The verdict with how sure it is, or without where there is no room: the pane says it too. */
function verdictIn(incident: ReportIncident, columns: number): string {
  const whole = verdict(incident);
  return width(whole) <= columns ? whole : whole.slice(0, -` (${confidenceOf(incident)})`.length);
}

function rangeOf({ report }: ScreenModel): { from: string; to: string } {
  return report.range ?? { from: '', to: '' };
}

/** `3-8 of 20` at the right edge, when not all rows are shown. */
function position(from: number, rows: number, total: number, room: number): string {
  if (total <= rows) return '';
  return right(`${from + 1}-${from + rows} of ${total} `, room);
}
