/** The map behind a variable in `proxy_set_header Connection`, where none defines it. */
import { type Conf, type Directive, everyDirective } from '../../nginx-conf/tree.ts';
import { insertInHttp } from '../http-level.ts';
import { nothing, type Remedy } from '../types.ts';

/** Directives that define the variable named in their first, second or last argument. */
const DEFINING: ReadonlySet<string> = new Set([
  'auth_request_set',
  'geo',
  'js_set',
  'js_var',
  'map',
  'perl_set',
  'set',
  'set_by_lua_block',
  'set_by_lua_file',
  'split_clients',
]);
/** Variables nginx itself has for this header, by their beginning. */
const BUILT_IN = /^(?:http_|arg_|cookie_|proxy_|sent_http_|upstream_|connection$|connections_)/;

export const connectionMap: Remedy = {
  at: 'whole',
  mend(conf) {
    const missing = undefinedVariables(conf);
    const [first] = missing.values();
    if (first === undefined) return nothing('every variable that a Connection header uses is defined');
    const edits = [];
    const changes = [];
    for (const [name, user] of missing) {
      const map = [`map $http_upgrade $${name} {`, '    default upgrade;', "    ''      '';", '}'];
      const { edit, line } = insertInHttp(conf, map);
      edits.push(edit);
      const why = `${user.file}:${user.line} uses $${name}, which nothing defines`;
      changes.push({ file: edit.file, line, what: `+ map $http_upgrade $${name} { … }`, why });
    }
    return { edits, changes, notes: [] };
  },
};

/** Undefined variables of Connection headers, each with a line that uses it. */
function undefinedVariables(conf: Conf): ReadonlyMap<string, Directive> {
  const defined = new Set<string>();
  const used = new Map<string, Directive>();
  for (const directive of everyDirective(conf.directives)) {
    const { name, args } = directive;
    if (DEFINING.has(name)) for (const arg of args) if (arg.startsWith('$')) defined.add(arg.slice(1));
    if (name !== 'proxy_set_header' || args[0]?.toLowerCase() !== 'connection') continue;
    for (const match of (args[1] ?? '').matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
      const variable = match[1] ?? match[2]!;
      if (!used.has(variable)) used.set(variable, directive);
    }
  }
  return new Map([...used].filter(([name]) => !defined.has(name) && !BUILT_IN.test(name)));
}
