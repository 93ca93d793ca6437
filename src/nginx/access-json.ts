/** Access lines written as JSON objects, with nginx's variable names or what people usually call them. */
import { AccessFields, type AccessFormat, FIELD_OF_VARIABLE, toAccessRecord } from './access-line.ts';
import { fieldOfName } from './access-names.ts';
import { scanJsonLine } from './json-scan.ts';
import type { AccessRecord } from './record.ts';

/**
 * Keys by which application loggers and other servers give themselves away: their request objects have a status and a
 * path too, but say nothing about nginx.
 */
const FOREIGN: ReadonlySet<string> = new Set([
  'level',
  'lvl',
  'severity',
  'loglevel',
  'log_level',
  'logger',
  'msg',
  'caller',
  'thread',
  'stack',
  'stacktrace',
  'entrypointname',
  'routername',
  'originstatus',
  'downstreamstatus',
  'clienthost',
  'response_flags',
  'upstream_cluster',
  'route_name',
  'httprequest',
  'elb',
  'frontend_name',
  'backend_name',
]);

/** A line that is one JSON object with a status, a request and a client, as nginx logs them; else null. */
export function parseAccessJson(line: string): AccessRecord | null {
  const members = scanJsonLine(line);
  if (members === null) return null;
  for (const key of members.top) if (FOREIGN.has(key.toLowerCase())) return null;
  const fields = new AccessFields();
  // A key that is nginx's own variable is believed before one that only sounds like it.
  for (const fieldOf of [(name: string) => FIELD_OF_VARIABLE.get(name) ?? null, fieldOfName]) {
    for (const [name, value] of members.leaves) {
      const field = fieldOf(name);
      if (field !== null && fields[field] === null) fields[field] = value;
    }
  }
  placeTime(fields);
  const record = toAccessRecord(fields, true);
  const isAccess =
    record.status !== null &&
    fields.status?.length === 3 &&
    (record.request !== null || record.path !== null || record.method !== null) &&
    (record.client !== null || record.time !== null) &&
    (record.client !== null || record.upstreamAddr !== null || record.bodyBytes !== null);
  return isAccess ? record : null;
}

/** A key called `time` holds whichever of nginx's three forms its author chose. */
function placeTime(fields: AccessFields): void {
  const text = fields.timeIso;
  if (text === null) return;
  if (text.includes('/')) {
    fields.timeLocal ??= text;
    fields.timeIso = null;
  } else if (isSeconds(text)) {
    fields.msec ??= text.length === 13 && !text.includes('.') ? `${text.slice(0, 10)}.${text.slice(10)}` : text;
    fields.timeIso = null;
  }
}

function isSeconds(text: string): boolean {
  const point = text.indexOf('.');
  const whole = point < 0 ? text.length : point;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (at !== point && (code < 48 || code > 57)) return false;
  }
  return whole === 10 || (whole === 13 && point < 0);
}

/** The format of JSON lines whose `log_format` is not known. */
export function jsonFormat(variables: readonly string[]): AccessFormat {
  return {
    name: 'json',
    variables,
    isCombinedPrefix: false,
    recipe: { kind: 'json', variables },
    parse: parseAccessJson,
  };
}
