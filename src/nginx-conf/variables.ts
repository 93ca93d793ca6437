/** Works out variables as far as the configuration and what is known of a request tell: `map`, `set`, literals. */
import { matchesPcre } from './regex.ts';
import { type Conf, type Directive, httpDirectives, named } from './tree.ts';

/** Values of values may grow without end; no header is this long. */
const LONGEST_VALUE = 8192;

/** A `map` block. */
interface ValueMap {
  /** Without `$`. */
  readonly variable: string;
  /** The text that is looked up, with variables. */
  readonly source: string;
  readonly directive: Directive;
}

/** Worked out once for each configuration, which may have thousands of locations. */
const KNOWN_MAPS = new WeakMap<Conf, ReadonlyMap<string, ValueMap>>();

/** The `map` blocks of a configuration by the variable they define; of two, nginx keeps the last. */
function valueMaps(conf: Conf): ReadonlyMap<string, ValueMap> {
  const known = KNOWN_MAPS.get(conf);
  if (known !== undefined) return known;
  const maps = new Map<string, ValueMap>();
  KNOWN_MAPS.set(conf, maps);
  for (const directive of named(httpDirectives(conf), 'map')) {
    const [source, target] = directive.args;
    if (source === undefined || !target?.startsWith('$')) continue;
    const variable = target.slice(1);
    maps.set(variable, { variable, source, directive });
  }
  return maps;
}

/**
 * What a map gives for a value: exact texts first (in any letter case), then host masks, then regular expressions in
 * order, then `default`, else ''. Null when a regular expression cannot be tried.
 */
function lookUp(map: ValueMap, value: string): string | null {
  const entries = (map.directive.block ?? []).filter((entry) => entry.name !== 'include');
  const hostnames = entries.some((entry) => entry.name === 'hostnames' && entry.args.length === 0);
  const literal = (name: string) => (name.startsWith('\\') ? name.slice(1) : name).toLowerCase();
  const wanted = value.toLowerCase();
  const plain = entries.filter(
    (entry) => entry.args.length > 0 && !entry.name.startsWith('~') && entry.name !== 'default',
  );
  const exact = plain.find((entry) => literal(entry.name) === wanted);
  if (exact) return exact.args[0]!;
  if (hostnames) {
    const mask = bestMask(plain, wanted);
    if (mask) return mask.args[0]!;
  }
  for (const entry of entries) {
    if (!entry.name.startsWith('~') || entry.args.length === 0) continue;
    const caseless = entry.name.startsWith('~*');
    const matches = matchesPcre(entry.name.slice(caseless ? 2 : 1), value, caseless);
    if (matches === null) return null;
    if (matches) return entry.args[0]!;
  }
  return entries.find((entry) => entry.name === 'default')?.args[0] ?? '';
}

function bestMask(entries: readonly Directive[], host: string): Directive | undefined {
  const masks = entries.filter(({ name }) => matchesMask(name.toLowerCase(), host));
  return masks.sort((a, b) => b.name.length - a.name.length)[0];
}

/** `*.example.com`, `.example.com` (also the name itself), `www.example.*`. */
export function matchesMask(mask: string, host: string): boolean {
  if (mask.startsWith('*.')) return host.endsWith(mask.slice(1)) && host.length > mask.length - 1;
  if (mask.startsWith('.')) return host.endsWith(mask) || host === mask.slice(1);
  return mask.endsWith('.*') && host.startsWith(mask.slice(0, -1)) && host.length > mask.length - 1;
}

/** What is known of a request, by variable without `$`. */
type KnownVariables = ReadonlyMap<string, string>;

export class Variables {
  readonly #maps: ReadonlyMap<string, ValueMap>;
  readonly #values: Map<string, string | null>;
  readonly #sets: ReadonlyMap<string, string | null>;

  /**
   * @param stages the blocks the request goes through, whose `set` lines are carried out in this order: its server,
   * its location, and the named location that `try_files` leads to. A location around its location is none of them.
   */
  constructor(conf: Conf, stages: readonly Directive[], known: KnownVariables) {
    this.#maps = valueMaps(conf);
    this.#values = new Map(known);
    this.#sets = setsIn(stages);
  }

  /** A text with its variables replaced, or null when one of them cannot be told. */
  evaluate(text: string): string | null {
    if (!text.includes('$')) return text;
    const parts: string[] = [];
    let from = 0;
    let length = 0;
    for (const match of text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
      const value = this.#value(match[1] ?? match[2]!);
      if (value === null) return null;
      parts.push(text.slice(from, match.index), value);
      length += value.length;
      if (length > LONGEST_VALUE) return null;
      from = match.index + match[0].length;
    }
    parts.push(text.slice(from));
    return parts.join('');
  }

  /** Whether an `if (…)` holds; null when it cannot be told. */
  holds(condition: readonly string[]): boolean | null {
    const words = condition
      .join(' ')
      .replace(/^\(\s*/, '')
      .replace(/\s*\)$/, '')
      .split(' ')
      .filter((word) => word !== '');
    const [subject, operator] = words;
    if (subject === undefined || !subject.startsWith('$')) return null;
    const value = this.evaluate(subject);
    if (value === null) return null;
    if (operator === undefined) return value !== '' && value !== '0';
    const operand = words
      .slice(2)
      .join(' ')
      .replace(/^(["'])(.*)\1$/, '$2');
    switch (operator) {
      case '=':
        return value === operand;
      case '!=':
        return value !== operand;
      case '~':
      case '~*':
        return matchesPcre(operand, value, operator === '~*');
      case '!~':
      case '!~*': {
        const matches = matchesPcre(operand, value, operator === '!~*');
        return matches === null ? null : !matches;
      }
      default:
        return null;
    }
  }

  /** Each variable is worked out once; one that leads back to itself cannot be. */
  #value(name: string): string | null {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    this.#values.set(name, null);
    const value = this.#workOut(name);
    this.#values.set(name, value);
    return value;
  }

  #workOut(name: string): string | null {
    const set = this.#sets.get(name);
    if (set !== undefined) return set === null ? null : this.evaluate(set);
    const map = this.#maps.get(name);
    if (map === undefined) return null;
    const source = this.evaluate(map.source);
    const found = source === null ? null : lookUp(map, source);
    return found === null ? null : this.evaluate(found);
  }
}

/** Values of `set`, the last one counts; null for a variable that is also set under an `if`. */
function setsIn(stages: readonly Directive[]): ReadonlyMap<string, string | null> {
  const sets = new Map<string, string | null>();
  for (const { block } of stages) {
    for (const directive of block ?? []) {
      if (directive.name === 'set') remember(directive, sets, true);
      if (directive.name === 'if') for (const set of named(directive.block, 'set')) remember(set, sets, false);
    }
  }
  return sets;
}

function remember(directive: Directive, sets: Map<string, string | null>, certain: boolean): void {
  const [name, value] = directive.args;
  if (name?.startsWith('$') && value !== undefined) sets.set(name.slice(1), certain ? value : null);
}
