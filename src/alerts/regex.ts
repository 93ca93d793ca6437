/** Regular expressions in linear time, loaded only where a matcher has one. */
import type { CompileRegex } from './matchers.ts';

/** The same texts are compared a few times a second; so many are remembered. */
const MAX_KNOWN = 5000;

/** RE2's syntax; a text is matched whole. */
export async function loadRegex(): Promise<CompileRegex> {
  const { RE2JS } = await import('re2js');
  return (source) => {
    const compiled = RE2JS.compile(source);
    const known = new Map<string, boolean>();
    return (text) => {
      const found = known.get(text) ?? compiled.matches(text);
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(text, found);
      return found;
    };
  };
}
