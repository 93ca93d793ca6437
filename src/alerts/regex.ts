/** Regular expressions in linear time, loaded only where a matcher has one. */
import type { CompileRegex } from './matchers.ts';

/** RE2's syntax; a text is matched whole. */
export async function loadRegex(): Promise<CompileRegex> {
  const { RE2JS } = await import('re2js');
  return (source) => {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.matches(text);
  };
}
