/** Looks at the head of an input: what kind of log it is, in which format, from when, in which zone. */

import { impliedZone } from '../findings/zone.ts';
import { detectAccessFormat } from '../nginx/access-detect.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { stripEnvelope } from '../nginx/envelope.ts';
import { looksLikeHeader } from '../nginx/error-header.ts';
import { parseErrorText } from '../nginx/error-line.ts';
import type { AccessRecord, LineTime } from '../nginx/record.ts';
import { parseErrorTime } from '../nginx/time.ts';

export interface Sniffed {
  readonly kind: 'error' | 'access' | 'mixed' | 'unknown';
  readonly format: AccessFormat | null;
  /** Time of the first line that has one; its zone is the line's own or null. */
  readonly first: LineTime | null;
  /** First line that is not empty, for the message when nothing is recognised. */
  readonly firstLine: string;
  readonly empty: boolean;
  readonly enveloped: boolean;
  /** The access lines of the sample, read. */
  readonly records: readonly AccessRecord[];
  /** The sample, as it stands. */
  readonly lines: readonly string[];
}

const SAMPLE_LINES = 60;

/** @param head the first bytes of the input as latin1 */
export function sniff(head: string, known: readonly AccessFormat[], stated: AccessFormat | null): Sniffed {
  const lines = sampleLines(head);
  let errors = 0;
  let enveloped = 0;
  let first: LineTime | null = null;
  const others: string[] = [];
  for (const raw of lines) {
    let line = raw;
    let outer: LineTime | null = null;
    if (!looksLikeHeader(line)) {
      const wrapped = stripEnvelope(line);
      if (wrapped !== null) {
        enveloped++;
        line = wrapped.text;
        outer = wrapped.time;
      }
    }
    if (looksLikeHeader(line)) {
      errors++;
      const wall = parseErrorTime(line);
      if (first === null && wall !== null) first = { wall, offset: impliedZone(wall, outer) };
    } else if (parseErrorText(line) !== null) {
      errors++;
      first ??= outer;
    } else others.push(line);
  }
  const format = others.length === 0 ? stated : (stated ?? detectAccessFormat(others, known));
  const access = format === null ? [] : others.map((l) => format.parse(l)).filter((r) => r !== null);
  first = earliest(first, access[0]?.time ?? null);
  const kind =
    errors > 0 && access.length > 0 ? 'mixed' : errors > 0 ? 'error' : access.length > 0 ? 'access' : 'unknown';
  return {
    kind,
    format: access.length > 0 ? format : null,
    first,
    firstLine: lines[0] ?? '',
    empty: lines.length === 0,
    enveloped: enveloped > 0,
    records: access,
    lines,
  };
}

function sampleLines(head: string): string[] {
  const lines: string[] = [];
  for (let start = 0; start < head.length && lines.length < SAMPLE_LINES; ) {
    let end = head.indexOf('\n', start);
    if (end === -1) end = head.length;
    const line = head.slice(start, end).replace(/\r$/, '');
    if (line.trim() !== '') lines.push(line);
    start = end + 1;
  }
  return lines;
}

function earliest(a: LineTime | null, b: LineTime | null): LineTime | null {
  if (a === null || b === null) return a ?? b;
  return a.wall <= b.wall ? a : b;
}
