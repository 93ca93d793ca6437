/** The report in the format asked for. Each renderer is loaded only when it is used. */
import type { REPORT_FORMATS } from '../config/options.ts';
import type { ReportDocument } from '../report/document.ts';
import type { Appearance } from './appearance.ts';

type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportView extends Appearance {
  /** Incidents that are not WebSocket in full too. */
  readonly all: boolean;
  readonly verbose: boolean;
}

/** The finished report, in pieces to be written one after the other. */
export async function renderReport(
  report: ReportDocument,
  format: ReportFormat,
  view: ReportView,
): Promise<Iterable<string>> {
  switch (format) {
    case 'text':
      return [(await import('../report/text.ts')).renderText(report, view)];
    case 'json':
      return [(await import('../report/json.ts')).renderJson(report)];
    case 'ndjson':
      return (await import('../report/ndjson.ts')).renderNdjson(report);
    case 'markdown':
      return [(await import('../report/markdown.ts')).renderMarkdown(report, { all: view.all })];
    case 'html':
      return [(await import('../report/html.ts')).renderHtml(report)];
    case 'csv':
      return [(await import('../report/csv.ts')).renderCsv(report)];
  }
}
