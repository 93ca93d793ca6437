/** Lines of `proxy_set_header`, and what it takes to add one without losing the others. */
import { effective } from '../nginx-conf/settings.ts';
import { type Conf, type Directive, everyDirective } from '../nginx-conf/tree.ts';
import type { Draft } from './draft.ts';
import { enclosing, type Place } from './places.ts';

export interface Header {
  readonly name: string;
  /** As it is written in the configuration. */
  readonly value: string;
  readonly why: string;
}

/** New lines of a location follow the first of these that it has. */
export const BESIDE_PROXY = ['proxy_set_header', 'proxy_http_version', 'proxy_pass'];

/** More lines than this are not copied from an outer level while a change there would do. */
const MOST_COPIED = 2;

/**
 * Sets a header in a block whose own lines are given. A line that sets it already is corrected; an empty one in a
 * shared file is left alone, since nginx does not send empty headers.
 */
export function setHeader(conf: Conf, draft: Draft, { name, value, why }: Header, own: readonly Directive[]): void {
  const [first, ...more] = own.filter((line) => line.args[0]?.toLowerCase() === name.toLowerCase());
  const isShared = first !== undefined && first.parent !== null && first.file !== first.parent.file;
  if (first === undefined || (isShared && first.args[1] === '' && more.length === 0)) {
    draft.add(`proxy_set_header ${name} ${value};`, why);
    return;
  }
  draft.change(first, `${textOf(conf, first, 1)} ${value}`, why);
  for (const line of more) draft.drop(line, `${name} is set above`);
}

/** Repeats an inherited line, unless it sets one of the headers that get a new value. */
export function copyHeader(conf: Conf, draft: Draft, line: Directive, replaced: readonly Header[]): void {
  const name = line.args[0]?.toLowerCase();
  if (replaced.some((header) => header.name.toLowerCase() === name)) return;
  const words = line.words.map((_, index) => textOf(conf, line, index));
  draft.add(`${words.join(' ')};`, `repeats ${line.file}:${line.line}, which a header set here hides`);
}

/**
 * Inherited headers are lost where a level has a line of its own. They are copied along when they are few, or when a
 * change at their level would reach subrequests, which an Upgrade header breaks; otherwise their set is completed
 * where it stands.
 * @param level the block that sets the inherited headers
 */
export function areCopied(conf: Conf, place: Place, inherited: readonly Directive[], level: Directive): boolean {
  const heirs = heirsOf(conf, level).filter((location) => location !== place.location);
  if (heirs.length === 0) return false;
  if (inherited.length <= MOST_COPIED) return true;
  const subrequests = subrequestTargets(conf);
  return heirs.some((location) => subrequests.has(location.args.at(-1) ?? ''));
}

/** Found once for each level: a thousand servers may inherit from one. */
const KNOWN_HEIRS = new WeakMap<Directive, readonly Directive[]>();

/** The proxying locations that get their headers from a level. */
function heirsOf(conf: Conf, level: Directive): readonly Directive[] {
  const known = KNOWN_HEIRS.get(level);
  if (known !== undefined) return known;
  const heirs = new Set<Directive>();
  for (const directive of everyDirective(level.block ?? [])) {
    const location = directive.name === 'proxy_pass' ? enclosing(directive, 'location') : null;
    if (location !== null && effective(conf, location, 'proxy_set_header')[0]?.parent === level) heirs.add(location);
  }
  const found = [...heirs];
  KNOWN_HEIRS.set(level, found);
  return found;
}

const KNOWN_TARGETS = new WeakMap<Conf, ReadonlySet<string>>();

/** The URIs that `auth_request` and `mirror` call. */
function subrequestTargets(conf: Conf): ReadonlySet<string> {
  const known = KNOWN_TARGETS.get(conf);
  if (known !== undefined) return known;
  const targets = new Set<string>();
  KNOWN_TARGETS.set(conf, targets);
  for (const { name, args } of everyDirective(conf.directives)) {
    if ((name === 'auth_request' || name === 'mirror') && args[0] !== undefined) targets.add(args[0]);
  }
  return targets;
}

/** A word of a directive as written, quotes included. */
function textOf(conf: Conf, { file, words }: Directive, index: number): string {
  const word = words[index]!;
  return (conf.files.get(file) ?? '').slice(word.start, word.end);
}
