/**
 * Takes off what container runtimes, syslog, journald and platforms put around a line of nginx's. The envelope's own
 * time, zone and stream are kept, since an error line states no zone and some lines no time.
 */
import { looksLikeHeader } from './error-header.ts';
import type { LineTime } from './record.ts';
import { parseIso8601, parseMsec, parseSyslogTime, SYSLOG_TIME_LENGTH, scanIso8601 } from './time.ts';

type EnvelopeKind =
  | 'docker-json'
  | 'compose'
  | 'cri'
  | 'kubectl'
  | 'timestamps'
  | 'syslog'
  | 'syslog-5424'
  | 'journal-json'
  | 'platform'
  | 'json';

export interface Envelope {
  readonly text: string;
  readonly time: LineTime | null;
  readonly stream: 'stdout' | 'stderr' | null;
  /** The runtime split the line; its end comes with the next one. */
  readonly partial: boolean;
  /** The outermost one. */
  readonly kind: EnvelopeKind;
}

/** Envelopes are nested at most this deep: a runtime's around syslog's around a platform's. */
const DEEPEST = 3;

/**
 * Removes the envelopes of a line.
 * @param year the year that syslog's times are in; without it they are not read.
 * @returns null when the line has none.
 */
export function stripEnvelope(line: string, year: number | null = null): Envelope | null {
  return stripLayers(line, year, DEEPEST);
}

function stripLayers(text: string, year: number | null, depth: number): Envelope | null {
  const outer = depth === 0 || looksLikeHeader(text) ? null : peel(text, year);
  const inner = outer === null ? null : stripLayers(outer.text, year, depth - 1);
  if (outer === null || inner === null) return outer;
  return {
    text: inner.text,
    time: bestTime(outer.time, inner.time),
    stream: outer.stream ?? inner.stream,
    partial: outer.partial || inner.partial,
    kind: outer.kind,
  };
}

/** Inner times are closer to the event, but one that states its zone beats one that does not. */
function bestTime(outer: LineTime | null, inner: LineTime | null): LineTime | null {
  return inner === null || (outer !== null && outer.offset !== null && inner.offset === null) ? outer : inner;
}

function layer(kind: EnvelopeKind, text: string, rest: Partial<Envelope> = {}): Envelope {
  return { text, time: null, stream: null, partial: false, kind, ...rest };
}

function peel(text: string, year: number | null): Envelope | null {
  const first = text.charCodeAt(0);
  if (first === 0x1b) return peelCompose(stripColours(text)) ?? null;
  if (first === 0x7b) return peelJson(text);
  if (first === 0x3c) return peelPriority(text, year);
  if (first === 0x5b) return peelKubectl(text);
  if (first >= 0x30 && first <= 0x39) return peelIsoTime(text) ?? peelCompose(text);
  return peelSyslog(text, year) ?? peelCompose(text);
}

const COLOUR = /\x1b\[[0-9;]{0,20}m/g;

/** Removes colour codes of terminals. */
export function stripColours(text: string): string {
  return text.includes('\x1b[') ? text.replace(COLOUR, '') : text;
}

/** `web-1  | text` of docker compose, `web.1.x8f@node1    | text` of swarm services; names are never long. */
function peelCompose(text: string): Envelope | null {
  const bar = text.indexOf('|');
  if (bar < 2 || bar > 160 || text.charCodeAt(bar - 1) !== 32) return null;
  const name = stripColours(text.slice(0, bar)).trimEnd();
  if (!/^[A-Za-z0-9][\w.@-]*$/.test(name)) return null;
  const rest = stripColours(text.slice(bar + 1));
  return layer('compose', rest.startsWith(' ') ? rest.slice(1) : rest);
}

/** `[pod/ingress-abc/controller] text` of `kubectl logs --prefix`. */
function peelKubectl(text: string): Envelope | null {
  const match = /^\[(?:pod\/)?[a-z0-9][a-z0-9.-]{0,253}\/[a-z0-9][a-z0-9.-]{0,62}\] /.exec(text);
  return match ? layer('kubectl', text.slice(match[0].length)) : null;
}

/** Lines that start with an ISO time: CRI, `--timestamps`, journald and rsyslog with ISO times, Heroku. */
function peelIsoTime(text: string): Envelope | null {
  const iso = scanIso8601(text);
  if (iso === null || text.charCodeAt(10) === 32 || text.charCodeAt(iso.end) !== 32) return null;
  const { time } = iso;
  const rest = text.slice(iso.end + 1);
  const cri = /^(stdout|stderr) ([FP])(?::[\w:]{1,40})? /.exec(rest) ?? /^(stdout|stderr) ([FP])$/.exec(rest);
  if (cri) {
    const stream = cri[1] === 'stdout' ? 'stdout' : 'stderr';
    return layer('cri', rest.slice(cri[0].length), { time, stream, partial: cri[2] === 'P' });
  }
  const tagged = /^(?:[\w.:-]{1,255} )?([\w./-]{1,64})(?:\[[\w.-]{1,40}\])?: /.exec(rest);
  // `nginx: [emerg]` is how nginx itself talks to a console, not a tag.
  if (tagged && !isLevelWord(tagged[1]!) && !rest.startsWith('nginx: ['))
    return layer('platform', rest.slice(tagged[0].length), { time });
  return layer('timestamps', rest, { time });
}

/** `error: `, `WARN: `: a message that starts with its level, not with a program's name. */
function isLevelWord(word: string): boolean {
  return /^(?:error|err|warn|warning|info|notice|debug|fatal|crit|critical|alert|emerg|trace)$/i.test(word);
}

/** `<187>` and what syslog puts after it, in either of its forms. */
function peelPriority(text: string, year: number | null): Envelope | null {
  const match = /^<\d{1,3}>/.exec(text);
  if (!match) return null;
  const rest = text.slice(match[0].length);
  return rest.startsWith('1 ') ? peelSyslog5424(rest.slice(2)) : peelSyslog(rest, year);
}

/** RFC 5424: `TIME HOST APP PROCID MSGID STRUCTURED-DATA MESSAGE`. */
function peelSyslog5424(text: string): Envelope | null {
  const words = text.split(' ', 5);
  if (words.length < 5) return null;
  let at = words.reduce((sum, word) => sum + word.length + 1, 0);
  if (text[at] === '-') at += 1;
  else {
    while (text[at] === '[') {
      const close = closingBracket(text, at);
      if (close === -1) return null;
      at = close + 1;
    }
  }
  if (at < text.length && text[at] !== ' ') return null;
  const message = text.slice(at + 1);
  return layer('syslog-5424', message.startsWith('\xef\xbb\xbf') ? message.slice(3) : message, {
    time: parseIso8601(words[0]!),
  });
}

/** The end of a structured-data element, in whose quoted values a backslash escapes. */
function closingBracket(text: string, open: number): number {
  let quoted = false;
  for (let at = open + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '\\' && quoted) at++;
    else if (char === '"') quoted = !quoted;
    else if (char === ']' && !quoted) return at;
  }
  return -1;
}

/** RFC 3164 as nginx, rsyslog and journald write it: `Nov 22 12:10:26 [host] tag[pid]: text`. */
function peelSyslog(text: string, year: number | null): Envelope | null {
  const time = parseSyslogTime(text, year ?? 2000);
  if (time === null || text[SYSLOG_TIME_LENGTH] !== ' ') return null;
  const rest = text.slice(SYSLOG_TIME_LENGTH + 1);
  const match = /^(?:[\w.:-]{1,255} )?[\w./@-]{1,128}(?:\[\d{1,10}\])?: ?/.exec(rest);
  return match ? layer('syslog', rest.slice(match[0].length), { time: year === null ? null : time }) : null;
}

/** One JSON object a line: docker's json-file, journald's export, log shippers. Only known keys are read. */
function peelJson(text: string): Envelope | null {
  const members = parseObject(text);
  if (members === null) return null;
  const log = textOf(members, 'log');
  const stream = textOf(members, 'stream');
  if (log !== null && (stream !== null || Object.hasOwn(members, 'time'))) {
    return layer('docker-json', withoutFeed(log), {
      time: parseIso8601(textOf(members, 'time') ?? ''),
      stream: stream === 'stdout' || stream === 'stderr' ? stream : null,
      partial: !log.endsWith('\n'),
    });
  }
  const message = textOf(members, 'MESSAGE') ?? bytesOf(members, 'MESSAGE');
  if (message !== null) return layer('journal-json', withoutFeed(message), { time: journalTime(members) });
  for (const key of ['message', 'msg', 'textPayload', 'line', 'log']) {
    const value = textOf(members, key);
    // These keys are everybody's: an access line in JSON may have one too. Only a line of nginx's inside is taken.
    if (value !== null && (looksLikeHeader(value) || isCombined(value))) {
      const time = textOf(members, '@timestamp') ?? textOf(members, 'timestamp') ?? textOf(members, 'time');
      return layer('json', withoutFeed(value), { time: parseIso8601(time ?? '') });
    }
  }
  return null;
}

function parseObject(text: string): object | null {
  if (!text.trimEnd().endsWith('}')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}

function member(members: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(members, key)?.value;
}

/** A string member as bytes: escapes above 0xFF become the UTF-8 they stand for, like the bytes beside them. */
function textOf(members: object, key: string): string | null {
  const value = member(members, key);
  if (typeof value !== 'string') return null;
  return value.replace(/[\u0100-\uffff]+/g, (wide) => Buffer.from(wide, 'utf8').toString('latin1'));
}

/** journald writes a message that is not clean text as an array of its bytes. */
function bytesOf(members: object, key: string): string | null {
  const value = member(members, key);
  if (!Array.isArray(value) || value.length > 1 << 20) return null;
  const bytes: unknown[] = value;
  return bytes.every((byte) => typeof byte === 'number') ? Buffer.from(bytes).toString('latin1') : null;
}

/** Microseconds since 1970, as text. */
function journalTime(members: object): LineTime | null {
  const micros = textOf(members, '__REALTIME_TIMESTAMP') ?? textOf(members, '_SOURCE_REALTIME_TIMESTAMP') ?? '';
  return micros.length > 6 ? parseMsec(`${micros.slice(0, -6)}.${micros.slice(-6)}`) : null;
}

function withoutFeed(text: string): string {
  return text.endsWith('\n') ? text.slice(0, text.endsWith('\r\n') ? -2 : -1) : text;
}

/** The start of a line in the combined format. */
function isCombined(text: string): boolean {
  return /^\S{1,80} - \S{1,80} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:/.test(text);
}
