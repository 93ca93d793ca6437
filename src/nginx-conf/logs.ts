/** What the configuration says about logs: formats, and where access and error lines go. */
import type { LogEscape } from '../nginx/log-escapes.ts';
import { LEVELS, type Level } from '../nginx/record.ts';
import { type Conf, contextOf, type Directive, everyDirective } from './tree.ts';

interface Placed {
  readonly file: string;
  readonly line: number;
}

export interface LogFormatSetting extends Placed {
  readonly name: string;
  readonly escape: LogEscape;
  /** The directive's strings, joined as nginx joins them. */
  readonly format: string;
}

/** Level of the configuration that a directive stands at. */
type LogContext = 'main' | 'http' | 'server' | 'location' | 'stream' | 'mail';

export interface AccessLogSetting extends Placed {
  readonly kind: 'file' | 'syslog' | 'off';
  /** Absolute path, the syslog target, or '' for `off`. May hold variables. */
  readonly path: string;
  /** Name of the `log_format`, as declared where it is declared; `combined` when none is given. */
  readonly format: string;
  readonly context: LogContext;
  /** Value of `if=`. */
  readonly condition: string | null;
  /** Lines reach the file late and out of order. */
  readonly buffered: boolean;
}

export interface ErrorLogSetting extends Placed {
  readonly kind: 'file' | 'syslog' | 'stderr' | 'memory';
  readonly path: string;
  readonly level: Level;
  readonly context: LogContext;
}

export interface LogSettings {
  readonly formats: readonly LogFormatSetting[];
  readonly accessLogs: readonly AccessLogSetting[];
  readonly errorLogs: readonly ErrorLogSetting[];
}

const LOG_DIRECTIVES: ReadonlySet<string> = new Set(['log_format', 'access_log', 'error_log']);

/** Every log setting of `http {}` and above, in nginx's order. `stream {}` and `mail {}` have their own formats. */
export function logSettings(conf: Conf): LogSettings {
  const formats: LogFormatSetting[] = [];
  const accessLogs: Directive[] = [];
  const errorLogs: ErrorLogSetting[] = [];
  for (const directive of everyDirective(conf.directives)) {
    if (!LOG_DIRECTIVES.has(directive.name)) continue;
    const context = logContext(directive);
    if (directive.name === 'error_log') errorLogs.push(errorLog(directive, context, conf));
    else if (context === 'stream' || context === 'mail') continue;
    else if (directive.name === 'log_format') formats.push(...logFormat(directive));
    else accessLogs.push(directive);
  }
  return { formats, accessLogs: accessLogs.map((log) => accessLog(log, formats, conf)), errorLogs };
}

function logFormat(directive: Directive): readonly LogFormatSetting[] {
  const [name, ...rest] = directive.args;
  if (name === undefined) return [];
  const stated = /^escape=(default|json|none)$/.exec(rest[0] ?? '')?.[1];
  const strings = stated === undefined ? rest : rest.slice(1);
  const escaping = stated === 'json' || stated === 'none' ? stated : 'default';
  return [{ name, escape: escaping, format: strings.join(''), file: directive.file, line: directive.line }];
}

function accessLog(directive: Directive, formats: readonly LogFormatSetting[], conf: Conf): AccessLogSetting {
  const [target = '', ...rest] = directive.args;
  const kind = target === 'off' ? 'off' : target.startsWith('syslog:') ? 'syslog' : 'file';
  const options = rest.filter((word) => /^(?:buffer=|gzip(?:=|$)|flush=|if=)/.test(word));
  const name = rest.find((word) => !options.includes(word)) ?? 'combined';
  // nginx compares the names without regard to case.
  const declared = formats.find((format) => format.name.toLowerCase() === name.toLowerCase());
  return {
    kind,
    path: kind === 'file' ? absolute(target, conf) : kind === 'off' ? '' : target,
    format: declared?.name ?? name,
    context: logContext(directive),
    condition: options.find((word) => word.startsWith('if='))?.slice(3) ?? null,
    buffered: options.some((word) => word.startsWith('buffer=') || word.startsWith('gzip')),
    file: directive.file,
    line: directive.line,
  };
}

function errorLog(directive: Directive, context: LogContext, conf: Conf): ErrorLogSetting {
  const [target = '', ...words] = directive.args;
  const kind =
    target === 'stderr'
      ? 'stderr'
      : target.startsWith('syslog:')
        ? 'syslog'
        : target.startsWith('memory:')
          ? 'memory'
          : 'file';
  return {
    kind,
    path: kind === 'file' ? absolute(target, conf) : target,
    // Without a level nginx logs `error` and above; `debug_http` and its like imply debug.
    level:
      LEVELS.find((level) => words.includes(level)) ??
      (words.some((word) => word.startsWith('debug')) ? 'debug' : 'error'),
    context,
    file: directive.file,
    line: directive.line,
  };
}

function logContext(directive: Directive): LogContext {
  const around = contextOf(directive);
  if (around.includes('stream')) return 'stream';
  if (around.includes('mail')) return 'mail';
  if (around.includes('location')) return 'location';
  if (around.includes('server')) return 'server';
  // A file of server blocks on its own stands for a piece of http {}.
  return around.includes('http') ? 'http' : 'main';
}

function absolute(path: string, conf: Conf): string {
  return path.startsWith('/') ? path : `${conf.prefix}/${path}`;
}
