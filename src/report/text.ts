/** `--format text`: the report for people. */
import type { ReportDocument, ReportIncident } from './document.ts';
import { finish, visibleDocument } from './finish.ts';
import { footer } from './footer.ts';
import { incidentLines } from './incident.ts';
import { flow, wrap } from './layout.ts';
import { overview } from './overview.ts';
import { type Palette, palette } from './palette.ts';
import { withShortPaths } from './short-paths.ts';
import { incidentCounts, lineCounts, nothingFound, rangeText, serverNames } from './standing.ts';
import { type TextOptions, usableColumns } from './text-options.ts';
import { concernsWebSocket } from './voice.ts';
import { listed, spansDays } from './words.ts';

function header(document: ReportDocument, options: TextOptions, colours: Palette): string[] {
  const servers = listed(serverNames(document), 2);
  const parts = [rangeText(document), lineCounts(document), incidentCounts(document)];
  const lines = flow(servers === '' ? parts : [servers, ...parts], options.columns);
  return lines.map((line, index) => (index === 0 ? colours.bold(line) : line));
}

function body(
  document: ReportDocument,
  shown: readonly ReportIncident[],
  options: TextOptions,
  colours: Palette,
): string[] {
  if (shown.length === 0) return ['', ...wrap(nothingFound(document), Math.min(options.columns, 110))];
  const dated = spansDays(document.range);
  const lines = ['', ...overview(document, shown, options, colours)];
  shown.forEach((incident, index) => {
    lines.push('', ...incidentLines(incident, index + 1, options, dated));
  });
  return lines;
}

/** The whole report as text. Without `all`, incidents that are no WebSocket are named in one line. */
export function renderText(document: ReportDocument, options: TextOptions): string {
  const usable = { ...options, columns: usableColumns(options.columns) };
  const colours = palette(options.color);
  const { document: visible, folder } = withShortPaths(visibleDocument(document));
  const shown = options.all ? visible.incidents : visible.incidents.filter(concernsWebSocket);
  const lines = [
    ...header(visible, usable, colours),
    ...body(visible, shown, usable, colours),
    ...footer(visible, folder, usable, colours),
  ];
  return finish(lines.join('\n'), options);
}
