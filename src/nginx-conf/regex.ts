/** Runs nginx's regular expressions (PCRE) where JavaScript's mean the same and cannot take long. */

const LONGEST_PATTERN = 1000;

/**
 * Whether a text matches; null when that cannot be told: the pattern uses what JavaScript lacks, or could take too
 * long on this text.
 */
export function matchesPcre(pattern: string, text: string, caseless: boolean): boolean | null {
  const regex = translate(pattern, caseless);
  if (regex === null || text.length > longestText(pattern)) return null;
  return regex.test(text);
}

const compiled = new Map<string, RegExp | null>();

function translate(pattern: string, caseless: boolean): RegExp | null {
  const key = (caseless ? 'i' : '-') + pattern;
  const known = compiled.get(key);
  if (known !== undefined) return known;
  const regex = compile(pattern, caseless);
  if (compiled.size > 1000) compiled.clear();
  compiled.set(key, regex);
  return regex;
}

function compile(pattern: string, caseless: boolean): RegExp | null {
  const inline = /^\(\?(i)\)/.exec(pattern);
  const body = inline === null ? pattern : pattern.slice(inline[0].length);
  if (body.length > LONGEST_PATTERN || FOREIGN.test(body) || hasNestedRepeat(body)) return null;
  const source = body
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replace(/\\[zZ]/g, '$')
    .replaceAll('[[:alnum:]]', '[0-9A-Za-z]')
    .replaceAll('[[:alpha:]]', '[A-Za-z]')
    .replaceAll('[[:digit:]]', '[0-9]');
  try {
    return new RegExp(source, caseless || inline !== null ? 'i' : '');
  } catch {
    return null;
  }
}

/** Atomic groups, possessive repeats, recursion, conditions, callouts, `\K`, `\Q…\E`, named classes, flags. */
const FOREIGN =
  /\(\?(?:>|\||&|R|P[=>]|\(|#|[a-zA-Z-]{1,8}[:)])|[*+?}]\+|\\[GKQEXRhHvV]|\(\*|\[\[:(?!alnum|alpha|digit)/;

/** A repeated group that holds a repeat, as `(a+)+`: its time may grow exponentially. */
function hasNestedRepeat(pattern: string): boolean {
  const groups: boolean[] = [];
  let inClass = false;
  let closedRepeat = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    const wasRepeat = closedRepeat;
    closedRepeat = false;
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else if (char === '(') groups.push(false);
    else if (char === ')') {
      closedRepeat = groups.pop() ?? false;
      // A group around a repeating group repeats as well.
      if (closedRepeat && groups.length > 0) groups[groups.length - 1] = true;
    } else if (isRepeat(pattern, at)) {
      if (wasRepeat) return true;
      if (groups.length > 0) groups[groups.length - 1] = true;
    }
  }
  return false;
}

/** `*`, `+`, and `{…}` where it allows many. */
function isRepeat(pattern: string, at: number): boolean {
  if (pattern[at] === '*' || pattern[at] === '+') return true;
  const counted = pattern[at] === '{' ? /^\{(\d{1,6})?(,)?(\d{1,6})?\}/.exec(pattern.slice(at, at + 16)) : null;
  if (counted === null) return false;
  const most = counted[3] ?? (counted[2] === undefined ? counted[1] : undefined);
  return most === undefined || Number(most) > 20;
}

/** Repeats side by side cost a power of the length: the more of them, the shorter the text may be. */
function longestText(pattern: string): number {
  const repeats = pattern.split(/[*+{]/).length - 1;
  if (repeats <= 1) return 8192;
  return repeats === 2 ? 1024 : repeats === 3 ? 256 : 100;
}
