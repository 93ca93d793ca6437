/** `--format json`: the whole report as one JSON document. */
import { escapeJson } from '../safe/display.ts';
import type { ReportDocument } from './document.ts';
import { orderedDocument } from './ordered.ts';

/** The report as JSON with two spaces of indentation and a line feed at the end. Equal reports give equal bytes. */
export function renderJson(document: ReportDocument): string {
  return `${escapeJson(JSON.stringify(orderedDocument(document), null, 2))}\n`;
}
