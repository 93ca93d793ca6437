/** `--format ndjson`: one JSON object a line. */
import { escapeJson } from '../safe/display.ts';
import type { ReportDocument } from './document.ts';
import { orderedDocument } from './ordered.ts';

/** Any JSON value as one line, line feed included, without a raw control or direction character. */
export function ndjsonLine(value: object): string {
  return `${escapeJson(JSON.stringify(value))}\n`;
}

/** A line `{"type":"incident",…}` for each incident, then one `{"type":"report",…}` with everything else. */
export function* renderNdjson(document: ReportDocument): Generator<string, void, undefined> {
  const { incidents, ...rest } = orderedDocument(document);
  for (const incident of incidents) yield ndjsonLine({ type: 'incident', ...incident });
  yield ndjsonLine({ type: 'report', ...rest });
}
