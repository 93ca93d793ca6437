/** Which `location {}` serves a path, by the steps of nginx's own search. */
import { matchesPcre } from './regex.ts';
import { type Directive, named } from './tree.ts';

interface LocationMatch {
  readonly directive: Directive;
  /** nginx answers with a redirect to the same path with a slash at its end. */
  readonly autoRedirect: boolean;
}

export interface LocationSearch {
  /** Null when no location fits: the server's own level serves the request. */
  readonly match: LocationMatch | null;
  /** Regex locations that might have matched but could not be tried. */
  readonly untried: readonly Directive[];
}

interface Pattern {
  readonly directive: Directive;
  readonly kind: 'exact' | 'prefix' | 'regex' | 'named';
  /** `^~`: no regex is tried once this prefix is the longest. */
  readonly final: boolean;
  readonly caseless: boolean;
  readonly text: string;
}

/** `location` arguments as nginx reads them: the modifier may stand apart or touch the pattern. */
export function patternOf(directive: Directive): Pattern {
  const joined = directive.args.length > 1 ? directive.args : splitModifier(directive.args[0] ?? '');
  const [modifier, text] = joined.length > 1 ? [joined[0]!, joined[1]!] : ['', joined[0] ?? ''];
  const kind =
    modifier === '=' ? 'exact' : modifier.startsWith('~') ? 'regex' : text.startsWith('@') ? 'named' : 'prefix';
  return { directive, kind, final: modifier === '^~', caseless: modifier === '~*', text };
}

function splitModifier(text: string): readonly string[] {
  const modifier = ['=', '^~', '~*', '~'].find((mark) => text.startsWith(mark));
  return modifier === undefined ? [text] : [modifier, text.slice(modifier.length)];
}

/** @param path a request target, with or without its query */
export function findLocation(server: Directive, path: string): LocationSearch {
  const untried: Directive[] = [];
  const result = search(server, normalizePath(path), untried);
  const match =
    result.directive === null ? null : { directive: result.directive, autoRedirect: result.outcome === 'redirect' };
  return { match, untried };
}

interface Step {
  /** `none` is nginx's NGX_DECLINED, `prefix` NGX_AGAIN, `final` NGX_OK, `redirect` NGX_DONE. */
  readonly outcome: 'none' | 'prefix' | 'final' | 'redirect';
  readonly directive: Directive | null;
}

/** Static locations, then those nested in the best of them, then this level's regexes and what is nested there. */
function search(block: Directive, uri: string, untried: Directive[]): Step {
  const patterns = named(block.block, 'location').map(patternOf);
  let step = searchStatic(patterns, uri);
  let final = false;
  if (step.outcome === 'prefix') {
    final = patterns.some((pattern) => pattern.directive === step.directive && pattern.final);
    step = orOuter(search(step.directive!, uri, untried), step);
  }
  if (step.outcome === 'final' || step.outcome === 'redirect' || final) return step;
  for (const { kind, text, caseless, directive } of patterns) {
    if (kind !== 'regex') continue;
    const matches = matchesPcre(text, uri, caseless);
    if (matches === null) untried.push(directive);
    if (matches !== true) continue;
    const inner = search(directive, uri, untried);
    return { outcome: 'final', directive: inner.directive ?? directive };
  }
  return step;
}

/** Where nothing nested fits, the location around it stays. */
function orOuter(inner: Step, outer: Step): Step {
  return inner.directive === null ? outer : inner;
}

function searchStatic(patterns: readonly Pattern[], uri: string): Step {
  const exact = patterns.find(({ kind, text }) => kind === 'exact' && text === uri);
  if (exact) return { outcome: 'final', directive: exact.directive };
  let best: Pattern | null = null;
  for (const pattern of patterns) {
    if (pattern.kind !== 'prefix' || !uri.startsWith(pattern.text)) continue;
    if (best === null || pattern.text.length > best.text.length) best = pattern;
  }
  if (best?.text !== uri) {
    const slashed = patterns.filter(({ kind, text }) => (kind === 'prefix' || kind === 'exact') && text === `${uri}/`);
    const target = slashed.find(({ kind }) => kind === 'exact') ?? slashed[0];
    if (target && slashed.some(({ directive }) => passesOn(directive))) {
      return { outcome: 'redirect', directive: target.directive };
    }
  }
  return best === null ? { outcome: 'none', directive: null } : { outcome: 'prefix', directive: best.directive };
}

function passesOn(location: Directive): boolean {
  return (location.block ?? []).some(({ name }) => /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass$/.test(name));
}

/** The path as nginx compares it: no query, `%XX` decoded, slashes merged, `.` and `..` resolved. */
export function normalizePath(target: string): string {
  const absolute = /^[a-z]{2,10}:\/\/[^/?#]*/i.exec(target);
  const path = (absolute === null ? target : target.slice(absolute[0].length)).split(/[?#]/, 1)[0]!;
  const decoded = path.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const parts: string[] = [];
  const given = decoded.split('/');
  given.forEach((part, index) => {
    const last = index === given.length - 1;
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
    if (last && (part === '' || part === '.' || part === '..') && parts.at(-1) !== '') parts.push('');
  });
  return `/${parts.join('/')}`;
}
