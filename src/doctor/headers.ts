/** How a request header gets lost on its way to the backend, and the lines that bring the handshake through. */

import { effective } from '../nginx-conf/settings.ts';
import { type Directive, everyDirective, httpDirectives, named } from '../nginx-conf/tree.ts';
import { write } from './findings.ts';
import type { Fix, LocationSubject } from './types.ts';

interface HiddenHeader {
  /** The line that would set the header. */
  readonly hidden: Directive;
  /** A line further in that makes nginx drop all lines of the level above. */
  readonly by: Directive;
}

/**
 * A `proxy_set_header` of an outer level that does not count, because an inner level has such lines of its own: nginx
 * inherits them all or none.
 * @param name in lower case
 */
export function hiddenHeader(block: Directive, name: string): HiddenHeader | null {
  let by: Directive | null = null;
  for (let at: Directive | null = block; at !== null; at = at.parent) {
    const lines = named(at.block, 'proxy_set_header');
    const own = lines.find(({ args }) => args[0]?.toLowerCase() === name);
    if (own !== undefined) return by === null ? null : { hidden: own, by };
    by ??= lines[0] ?? null;
  }
  return null;
}

/** The lines that this location lacks for a handshake to reach the backend as one. */
export function handshakeFix(subject: LocationSubject): Fix {
  const { place, conf } = subject;
  const lines: string[] = [];
  if (!speaksHttp11(place.httpVersion.value)) lines.push('proxy_http_version 1.1;');
  if (place.upgrade.forwarded !== true) lines.push('proxy_set_header Upgrade $http_upgrade;');
  if (place.connection.forwarded !== true) lines.push(`proxy_set_header Connection ${connectionValue(conf)};`);
  const adds = lines.some((line) => line.startsWith('proxy_set_header'));
  if (adds) lines.push(...inheritedHeaders(subject));
  const where = place.location === null ? 'the server' : `location ${place.pattern ?? ''}`;
  const replaced = [
    ['proxy_http_version', place.httpVersion],
    ['Upgrade', place.upgrade],
    ['Connection', place.connection],
  ] as const;
  const wrongLines = replaced.flatMap(([name, setting]) => {
    const needed = lines.some((line) => line.includes(` ${name} `) || line.startsWith(name));
    return needed && !setting.default ? [`${setting.file}:${setting.line}`] : [];
  });
  const instead = wrongLines.length === 0 ? '' : ` (instead of ${wrongLines.join(', ')})`;
  return write(`Write in ${where}${instead}:`, 'location', lines.join('\n'));
}

/** Other headers that the location inherits and would lose with its first line of its own, as they are written. */
function inheritedHeaders({ block, conf }: LocationSubject): readonly string[] {
  if (named(block.block, 'proxy_set_header').length > 0) return [];
  return effective(conf, block, 'proxy_set_header')
    .filter(({ args }) => !/^(?:upgrade|connection)$/i.test(args[0] ?? ''))
    .flatMap(({ file, start, end }) => {
      const written = conf.files.get(file)?.slice(start, end) ?? '';
      return written.includes('\n') ? [] : [written];
    });
}

export function speaksHttp11(version: string): boolean {
  return version === '1.1';
}

/** The map of `$http_upgrade` if the configuration has one, else the literal. */
function connectionValue(conf: LocationSubject['conf']): string {
  const map = named(httpDirectives(conf), 'map').find(
    ({ args }) => args[0] === '$http_upgrade' && args[1]?.startsWith('$'),
  );
  return map?.args[1] ?? '"upgrade"';
}

/** Names of variables, without `$`, that a text uses. */
export function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** An `include` around this place that could not be read; what it sets is not known. */
export function unreadInclude({ conf, block }: LocationSubject): Directive | null {
  const unread = new Set(conf.problems.map(({ file, line }) => `${file}:${line}`));
  if (unread.size === 0) return null;
  for (let at: Directive | null = block; at !== null; at = at.parent) {
    for (const include of named(at.block, 'include')) {
      // These never hold proxy settings.
      if (/mime\.types|fastcgi|letsencrypt|ssl|cert/i.test(include.args[0] ?? '')) continue;
      if (unread.has(`${include.file}:${include.line}`)) return include;
    }
  }
  return null;
}

/** Directives that define the variable they name first. */
const DEFINING: ReadonlySet<string> = new Set(['auth_request_set', 'js_set', 'js_var', 'perl_set', 'set']);

const defined = new WeakMap<LocationSubject['conf'], ReadonlySet<string>>();

/** The variables that the configuration defines, without `$`. */
export function definedVariables(conf: LocationSubject['conf']): ReadonlySet<string> {
  const before = defined.get(conf);
  if (before !== undefined) return before;
  const names = new Set<string>();
  for (const { name, args } of everyDirective(conf.directives)) {
    if (name === 'map' || name === 'split_clients') names.add(bare(args[1]));
    else if (name === 'geo') names.add(bare(args.at(-1)));
    else if (DEFINING.has(name) || name.startsWith('set_by_lua')) names.add(bare(args[0]));
  }
  defined.set(conf, names);
  return names;
}

function bare(variable: string | undefined): string {
  return (variable ?? '').replace(/^\$/, '');
}
