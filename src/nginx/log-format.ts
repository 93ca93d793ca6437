/** Compiles nginx's `log_format` strings, literals with variables between them, into parsers. */
import { type AccessField, AccessFields, type AccessFormat, FIELD_OF_VARIABLE, toAccessRecord } from './access-line.ts';
import { FormatMatcher, type Shape, type Slot } from './format-matcher.ts';
import { type LogEscape, unescapeDefault, unescapeJson } from './log-escapes.ts';
import type { AccessRecord } from './record.ts';

const NUMBERS: ReadonlySet<string> = new Set([
  'status',
  'body_bytes_sent',
  'bytes_sent',
  'request_length',
  'request_time',
  'msec',
  'connection',
  'connection_requests',
  'connection_time',
  'pid',
  'server_port',
  'remote_port',
]);

const LISTS: ReadonlySet<string> = new Set([
  'upstream_addr',
  'upstream_status',
  'upstream_response_time',
  'upstream_header_time',
  'upstream_connect_time',
  'upstream_response_length',
  'upstream_bytes_received',
  'upstream_bytes_sent',
  'upstream_queue_time',
]);

const WORDS: ReadonlySet<string> = new Set([
  'remote_addr',
  'realip_remote_addr',
  'proxy_protocol_addr',
  'the_real_ip',
  'server_addr',
  'time_iso8601',
  'scheme',
  'host',
  'request_id',
  'server_protocol',
  'server_name',
  'ssl_protocol',
  'ssl_cipher',
  'pipe',
  'request_completion',
  'hostname',
]);

/** nginx's predefined format; the prefix decides whether a scanner may read the status at a fixed place. */
export const COMBINED_PREFIX = '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent';

/**
 * A parser for lines of the given format, in nginx's own syntax (`$name`, `${name}`, everything else literal).
 * @param format the strings of the directive, already joined and unquoted
 * @throws Error, one sentence, when the format has no variable or a `${` without its `}`
 */
export function compileLogFormat(format: string, escaping: LogEscape, name = 'custom'): AccessFormat {
  const { lead, slots } = cutFormat(format, escaping);
  const fields = slots.map((slot) => slot.variables.map((variable) => FIELD_OF_VARIABLE.get(variable) ?? null));
  const matcher = new FormatMatcher(lead, slots, escaping);
  const emptyIsAbsent = escaping !== 'default';
  const unescaped = UNESCAPERS[escaping];

  const parse = (line: string): AccessRecord | null => {
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    if (!matcher.match(text)) return null;
    const values = new AccessFields();
    for (let index = 0; index < slots.length; index++) {
      const targets = fields[index]!;
      if (targets.length === 1) {
        const field = targets[0];
        if (field) values[field] = unescaped(text.substring(matcher.starts[index]!, matcher.ends[index]!));
      } else {
        assignRun(values, slots[index]!.variables, targets, unescaped(matcher.value(index)));
      }
    }
    return toAccessRecord(values, emptyIsAbsent);
  };
  return {
    name,
    variables: slots.flatMap((slot) => slot.variables),
    isCombinedPrefix: startsCombined(format),
    lead,
    slots,
    recipe: { kind: 'written', name, format, escaping },
    parse,
  };
}

const UNESCAPERS: Readonly<Record<LogEscape, (text: string) => string>> = {
  default: unescapeDefault,
  json: unescapeJson,
  none: (text) => text,
};

/** The format as a leading literal and slots, each with the literal behind it. */
function cutFormat(format: string, escaping: LogEscape): { lead: string; slots: readonly Slot[] } {
  const pieces: { names: string[]; after: string }[] = [];
  let lead = '';
  let at = 0;
  while (at < format.length) {
    const dollar = format.indexOf('$', at);
    const variable = dollar < 0 ? null : variableAt(format, dollar);
    const literal = format.slice(at, dollar < 0 ? format.length : dollar);
    const previous = pieces.at(-1);
    if (previous) previous.after += literal;
    else lead += literal;
    if (dollar < 0 || variable === null) break;
    if (previous !== undefined && previous.after === '') previous.names.push(variable.name);
    else pieces.push({ names: [variable.name], after: '' });
    at = variable.end;
  }
  if (pieces.length === 0) {
    throw new Error(`The log format has no variable: ${JSON.stringify(format)}; write it as in nginx's log_format.`);
  }
  const slots = pieces.map((piece, index) => {
    const before = index === 0 ? lead : pieces[index - 1]!.after;
    return {
      variables: piece.names,
      shape: shapeOf(piece.names),
      quoted: escaping !== 'none' && before.endsWith('"') && piece.after.startsWith('"'),
      after: piece.after,
    };
  });
  return { lead, slots };
}

function variableAt(format: string, dollar: number): { name: string; end: number } {
  const braced = format[dollar + 1] === '{';
  const start = dollar + (braced ? 2 : 1);
  let end = start;
  while (isNameByte(format.charCodeAt(end))) end++;
  if (end === start) {
    throw new Error(`The log format has a "$" without a variable name at character ${dollar + 1}.`);
  }
  if (!braced) return { name: format.slice(start, end), end };
  if (format[end] !== '}') {
    throw new Error(`The log format lacks the closing "}" of the variable at character ${dollar + 1}.`);
  }
  return { name: format.slice(start, end), end: end + 1 };
}

function shapeOf(names: readonly string[]): Shape {
  const [name] = names;
  if (name === undefined || names.length > 1) return 'text';
  if (name === 'time_local') return 'time';
  if (NUMBERS.has(name)) return 'number';
  if (LISTS.has(name)) return 'list';
  return WORDS.has(name) ? 'word' : 'text';
}

/** Splits the joined value of variables that no literal separates, where a first byte tells them apart. */
function assignRun(
  fields: AccessFields,
  variables: readonly string[],
  targets: readonly (AccessField | null)[],
  value: string,
): void {
  let rest = value;
  for (let index = 0; index < variables.length; index++) {
    const next = variables[index + 1];
    const cut = next === undefined ? rest.length : boundaryBefore(next, rest);
    const field = targets[index];
    if (field) fields[field] = rest.slice(0, cut);
    rest = rest.slice(cut);
  }
}

function boundaryBefore(variable: string, text: string): number {
  const mark = variable === 'request_uri' || variable.endsWith('uri') ? '/' : variable === 'is_args' ? '?' : null;
  // `$is_args` is "?" or nothing, and what follows it starts right behind.
  if (mark === null) return text.startsWith('?') ? 1 : text.length;
  const at = text.indexOf(mark);
  return at < 0 ? text.length : at;
}

function startsCombined(format: string): boolean {
  const plain = format.replaceAll('${', '$').replaceAll('}', '');
  return plain.startsWith(COMBINED_PREFIX) && !isNameByte(plain.charCodeAt(COMBINED_PREFIX.length));
}

function isNameByte(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;
}
