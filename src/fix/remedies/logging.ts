/** Logs that show what happens to WebSockets: tunnel messages are `info`, and `combined` has no durations. */

import { LEVELS } from '../../nginx/record.ts';
import { logSettings } from '../../nginx-conf/logs.ts';
import { effective } from '../../nginx-conf/settings.ts';
import type { Conf, Directive } from '../../nginx-conf/tree.ts';
import { type Edit, insertBefore, replaceArgs } from '../edit.ts';
import { insertInHttp } from '../http-level.ts';
import type { Place } from '../places.ts';
import { type FixChange, type Mending, nothing, type Remedy } from '../types.ts';

/** Starts like `combined`, so that programs that read that go on working. */
const FORMAT = `'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" rt=$request_time us=$upstream_status ua=$upstream_addr up=$http_upgrade c=$connection'`;
/** What a diagnosis needs of a request. */
const NEEDED = ['request_time', 'upstream_status', 'http_upgrade', 'connection'];

export const visibleLogs: Remedy = {
  at: 'place',
  reach: 'websocket-or-all',
  mend(conf, place) {
    const error = lowerLevel(conf, place);
    const access = tellMore(conf, place);
    return {
      edits: [...error.edits, ...access.edits],
      changes: [...error.changes, ...access.changes],
      notes: [...error.notes, ...access.notes],
    };
  },
};

function lowerLevel(conf: Conf, { location }: Place): Mending {
  const lines = effective(conf, location, 'error_log');
  const [line] = lines;
  if (line === undefined) {
    return nothing('no error_log is set, so nginx logs errors only: add "error_log FILE info;" to nginx.conf');
  }
  const shows = (words: readonly string[]) => words.includes('info') || words.some((word) => word.startsWith('debug'));
  if (lines.some(({ args }) => shows(args.slice(1)))) return nothing(`${at(line)}: the error log shows info already`);
  if (line.args[0] === '/dev/null') {
    return nothing(`${at(line)}: the error log goes to /dev/null; give it a file and the level info`);
  }
  const [target = ''] = wordsOf(conf, line);
  const stated = LEVELS.find((level) => line.args.includes(level)) ?? 'error';
  const change: FixChange = {
    file: line.file,
    line: line.line,
    what: `error_log ${line.args[0]}: level ${stated} -> info`,
    why: 'nginx logs what happens in a tunnel, idle cuts above all, at info',
  };
  return { edits: [replaceArgs(line, `${target} info`)], changes: [change], notes: [] };
}

function tellMore(conf: Conf, { location }: Place): Mending {
  const [line] = effective(conf, location, 'access_log');
  if (line === undefined) {
    return nothing('no access_log is set: add one with a format that has $request_time and $upstream_status');
  }
  if (line.args[0] === 'off') return nothing(`${at(line)}: access_log is off; give it a file`);
  const { formats, accessLogs } = logSettings(conf);
  const telling = formats.filter(({ format }) => tells(format));
  const inForce = accessLogs.filter((log) => log.file === line.file && log.line === line.line);
  if (inForce.some((log) => telling.some(({ name }) => name === log.format))) {
    return nothing(`${at(line)}: the access log has what is needed already`);
  }
  const name = telling[0]?.name ?? ['ws', 'wslog'].find((free) => formats.every((known) => known.name !== free));
  if (name === undefined) return nothing(`${at(line)}: the formats "ws" and "wslog" are taken and tell too little`);
  const edits: Edit[] = [];
  const changes: FixChange[] = [];
  if (telling.length === 0) {
    const format = [`log_format ${name} ${FORMAT};`];
    // nginx wants a format before the log that uses it.
    const inHttp = line.parent?.name === 'http' && line.file === line.parent.file;
    const { edit, line: number } = inHttp
      ? { edit: insertBefore(conf, line, format), line: line.line }
      : insertInHttp(conf, format);
    edits.push(edit);
    changes.push({
      file: edit.file,
      line: number,
      what: `+ log_format ${name} …`,
      why: 'combined, with what tells a cut tunnel from a refused handshake behind it',
    });
  }
  edits.push(replaceArgs(line, withFormat(conf, line, name)));
  const what = `access_log ${line.args[0]}: format ${inForce[0]?.format ?? 'combined'} -> ${name}`;
  changes.push({
    file: line.file,
    line: line.line,
    what,
    why: 'durations and the status of the backend itself are logged',
  });
  return { edits, changes, notes: [] };
}

/** The second word is the format, except where it is an option. */
function withFormat(conf: Conf, line: Directive, name: string): string {
  const [target = '', ...rest] = wordsOf(conf, line);
  const options = /^(?:buffer=|gzip(?:=|$)|flush=|if=)/.test(line.args[1] ?? 'if=') ? rest : rest.slice(1);
  return [target, name, ...options].join(' ');
}

function tells(format: string): boolean {
  const variables = new Set([...format.matchAll(/\$\{?(\w+)/g)].map((match) => match[1]));
  return NEEDED.every((name) => variables.has(name));
}

/** Arguments as written. */
function wordsOf(conf: Conf, { file, words }: Directive): readonly string[] {
  const text = conf.files.get(file) ?? '';
  return words.slice(1).map(({ start, end }) => text.slice(start, end));
}

function at({ file, line }: Directive): string {
  return `${file}:${line}`;
}
