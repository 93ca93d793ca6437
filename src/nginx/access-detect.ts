/** Finds out which format access lines are in: by content, since logs are read far from the server that wrote them. */

import { combinedLikeFormat, parseCombinedLike } from './access-combined.ts';
import { jsonFormat, parseAccessJson } from './access-json.ts';
import type { AccessFormat } from './access-line.ts';
import { accessPresets } from './access-presets.ts';
import type { LogEscape } from './log-escapes.ts';
import { COMBINED_PREFIX, compileLogFormat } from './log-format.ts';
import type { AccessRecord } from './record.ts';

/** A format that reads nearly as many lines as the best one may still win by being the better known one. */
const CLOSE_ENOUGH = 0.9;
/** Fewer access lines than this share of a sample are strays in another file. */
const SMALLEST_SHARE = 0.2;

/**
 * The format most of the sample's lines are in, or null when it is no access log.
 * @param sample lines without LF; lines of an error log among them are passed over
 * @param known formats of the server's own configuration, tried first
 */
export function detectAccessFormat(sample: readonly string[], known: readonly AccessFormat[]): AccessFormat | null {
  const lines = sample.filter((line) => line.trim() !== '' && !isErrorLine(line));
  if (lines.length === 0) return null;
  const tiers = [known, [...accessPresets().values()], guessedFormats(lines)].map((formats) =>
    formats.map((format) => ({ format, count: lines.filter((line) => format.parse(line) !== null).length })),
  );
  const most = Math.max(0, ...tiers.flat().map(({ count }) => count));
  if (most === 0 || most < lines.length * SMALLEST_SHARE) return null;
  for (const tier of tiers) {
    const close = tier.filter(({ count }) => count >= most * CLOSE_ENOUGH);
    if (close.length > 0) return close.reduce(explainingMore).format;
  }
  return null;
}

interface Candidate {
  readonly format: AccessFormat;
  readonly count: number;
}

function explainingMore(best: Candidate, other: Candidate): Candidate {
  if (other.count !== best.count) return other.count > best.count ? other : best;
  return other.format.variables.length > best.format.variables.length ? other : best;
}

/**
 * The record of one line on its own, in any of the known forms; null when it is no access line of nginx's. A line cut
 * at its end gives what is left of it, when that is at least a time and a request.
 */
export function detectAccessLine(line: string): AccessRecord | null {
  const text = line.trim();
  if (text.startsWith('{')) return parseAccessJson(text);
  // The presets with the most to tell are tried first; combined matches the beginning of most of them.
  for (const format of accessPresets().values()) {
    const record = format.parse(text);
    if (record !== null) return record;
  }
  return parseCombinedLike(text);
}

/**
 * The format a `--log-format` value names: a preset, or a format in nginx's own syntax. One that begins with `{` is
 * taken as `escape=json`; `escape=default `, `escape=json ` or `escape=none ` before the format says otherwise.
 * @throws Error, one sentence that says what can be given
 */
export function resolveLogFormat(nameOrString: string): AccessFormat {
  const text = nameOrString.trim();
  if (text === 'json') return jsonFormat([]);
  const preset = accessPresets().get(text.toLowerCase());
  if (preset) return preset;
  if (!text.includes('$')) {
    const names = [...accessPresets().keys(), 'json'].sort().join(', ');
    throw new Error(
      `Unknown log format ${JSON.stringify(text)}: give one of ${names}, or the format itself as in nginx's log_format ($remote_addr …).`,
    );
  }
  const stated = /^escape=(default|json|none)\s+/.exec(text);
  const format = unquote(stated === null ? text : text.slice(stated[0].length));
  const escaping = (stated?.[1] ?? (format.startsWith('{') ? 'json' : 'default')) as LogEscape;
  return compileLogFormat(format, escaping);
}

/** A format pasted with the quotes it has in nginx.conf. */
function unquote(text: string): string {
  const quote = text[0];
  if ((quote !== "'" && quote !== '"') || text.at(-1) !== quote || text.length < 2) return text;
  return quote === "'" || !text.includes('" "') ? text.slice(1, -1) : text;
}

/** Readers for lines of no known format, as far as the sample shows what they log. */
function guessedFormats(lines: readonly string[]): readonly AccessFormat[] {
  const startsCombined = lines.length > 0 && lines.every((line) => PLAIN_COMBINED.parse(line) !== null);
  const combined = combinedLikeFormat(variablesIn(lines, parseCombinedLike), startsCombined);
  return [combined, jsonFormat(variablesIn(lines, parseAccessJson))];
}

/** Matches every line that begins as combined does. */
const PLAIN_COMBINED = compileLogFormat(`${COMBINED_PREFIX} $tail`, 'default', 'combined-prefix');

/** Variables whose values some line of the sample carries. */
function variablesIn(lines: readonly string[], parse: (line: string) => AccessRecord | null): readonly string[] {
  const records = lines.map(parse).filter((record) => record !== null);
  return [...VARIABLE_OF_MEMBER]
    .filter(([member]) => records.some((record) => record[member] !== null))
    .map(([, variable]) => variable);
}

const VARIABLE_OF_MEMBER: ReadonlyMap<keyof AccessRecord, string> = new Map<keyof AccessRecord, string>([
  ['client', 'remote_addr'],
  ['time', 'time_local'],
  ['request', 'request'],
  ['path', 'request_uri'],
  ['status', 'status'],
  ['bodyBytes', 'body_bytes_sent'],
  ['bytesSent', 'bytes_sent'],
  ['requestTime', 'request_time'],
  ['upstreamAddr', 'upstream_addr'],
  ['upstreamStatus', 'upstream_status'],
  ['upstreamResponseTime', 'upstream_response_time'],
  ['upstreamHeaderTime', 'upstream_header_time'],
  ['upstreamConnectTime', 'upstream_connect_time'],
  ['upstreamResponseLength', 'upstream_response_length'],
  ['referrer', 'http_referer'],
  ['userAgent', 'http_user_agent'],
  ['host', 'host'],
  ['server', 'server_name'],
  ['upgrade', 'http_upgrade'],
  ['completion', 'request_completion'],
  ['connection', 'connection'],
  ['pid', 'pid'],
]);

/** `2026/11/22 12:06:41 [`: the beginning of an error-log line. */
function isErrorLine(line: string): boolean {
  return line[4] === '/' && line[7] === '/' && line[10] === ' ' && line[13] === ':' && line.startsWith(' [', 19);
}
