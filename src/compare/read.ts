/** A report that was saved with `--format json`, checked for what is compared. */
import * as v from 'valibot';
import type { Comparable } from './types.ts';

const text = v.string();
const textOrNull = v.nullable(text);
const count = v.number();

const REPORT: v.GenericSchema<unknown, Comparable> = v.object({
  range: v.nullable(v.object({ from: text, to: text })),
  inputs: v.array(
    v.object({ kind: v.picklist(['error', 'access', 'mixed', 'unknown']), problem: v.optional(textOrNull, null) }),
  ),
  accounting: v.object({ lines: count }),
  endpoints: v.array(
    v.object({
      server: textOrNull,
      path: text,
      websocket: v.picklist(['yes', 'likely', 'no']),
      handshakes: v.object({ ok: count, failed: count }),
      sessions: v.object({ p50: v.nullable(count) }),
    }),
  ),
  incidents: v.array(
    v.object({
      id: text,
      title: text,
      severity: v.picklist(['info', 'warning', 'error', 'critical']),
      websocket: v.picklist(['yes', 'likely', 'no', 'unknown']),
      endpoint: v.object({ server: textOrNull, host: textOrNull, path: textOrNull }),
      upstreams: v.array(v.object({ address: text, count })),
      count,
      causes: v.array(v.object({ id: text })),
    }),
  ),
});

/**
 * @returns null when the text is no JSON document with the schema `wslog.report/1`: a log, for instance.
 * @throws Error with what is wrong, when it says it is one and lacks something.
 */
export function readReport(json: string): Comparable | null {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    return null;
  }
  if (!v.is(v.object({ schema: v.literal('wslog.report/1') }), document)) return null;
  const result = v.safeParse(REPORT, document);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new Error(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

/** Seconds between a report's first and last line; 0 when it has no time. Lines have whole seconds. */
export function secondsOf({ range }: Comparable): number {
  return range === null ? 0 : (Date.parse(range.to) - Date.parse(range.from)) / 1000 + 1;
}
