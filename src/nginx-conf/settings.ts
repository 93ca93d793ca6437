/** Which directives hold at a place: nginx's inheritance from `http` over `server` to nested locations. */
import { type Conf, type Directive, named } from './tree.ts';

/** A value in force, with the line that sets it; without one it is nginx's default. */
export interface Setting<T> {
  readonly value: T;
  readonly file: string | null;
  readonly line: number | null;
  readonly default: boolean;
}

/** Directives that hold where they stand and not in blocks inside. */
const NOT_INHERITED: ReadonlySet<string> = new Set([
  'alias',
  'break',
  'empty_gif',
  'fastcgi_pass',
  'grpc_pass',
  'internal',
  'location',
  'memcached_pass',
  'proxy_pass',
  'return',
  'rewrite',
  'scgi_pass',
  'set',
  'stub_status',
  'try_files',
  'tunnel_pass',
  'uwsgi_pass',
]);

/**
 * The directives of a name that are in force in a block: those of the innermost level that has any. So it is for
 * single values, and so it is for lists (`proxy_set_header`, `add_header`, `access_log`, `limit_req`, …): one line of
 * a list at a level hides all lines of the levels around it.
 * @param block a location, server or other block of the configuration; null for the top of the file
 */
export function effective(conf: Conf, block: Directive | null, name: string): readonly Directive[] {
  for (let at = block; at !== null; at = at.parent) {
    const found = named(at.block, name);
    if (found.length > 0) return found;
    // What is inside an `if` is still in the location around it.
    if (NOT_INHERITED.has(name) && at.name !== 'if' && at.name !== 'limit_except') return [];
  }
  return named(conf.directives, name);
}

/**
 * The value of a directive that takes one.
 * @param read its value from its arguments; null when they make no sense, which nginx would refuse
 */
export function settingOf<T>(
  conf: Conf,
  block: Directive | null,
  name: string,
  byDefault: T,
  read: (args: readonly string[]) => T | null,
): Setting<T> {
  const directive = effective(conf, block, name).at(-1);
  const value = directive === undefined ? null : read(directive.args);
  if (directive === undefined || value === null) return { value: byDefault, file: null, line: null, default: true };
  return placed(value, directive);
}

/** A value with the place of the directive that states it. */
export function placed<T>(value: T, { file, line }: Directive): Setting<T> {
  return { value, file, line, default: false };
}
