/** `wslog summary --format json`: the document as it is. */
import { escapeJson } from '../safe/display.ts';
import { orderedIncident } from './ordered.ts';
import type { SummaryDocument } from './summary-document.ts';

/** Ends with a line feed. */
export function renderSummaryJson(document: SummaryDocument): string {
  const incidents = document.incidents.map((item) => ({ ...item, incident: orderedIncident(item.incident) }));
  return `${escapeJson(JSON.stringify({ ...document, incidents }, null, 2))}\n`;
}
