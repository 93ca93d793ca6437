/** Masks secrets in anything that came from a log, before it is shown, stored or sent. */
import { maskNamedValues } from './redact-named.ts';
import { maskQueries, maskRequestLines, maskUserinfo } from './redact-url.ts';
import { maskSecretShapes } from './secret-shapes.ts';

/** `Bearer x`, `Basic x` and the like without a header name before them. */
const SCHEME = /\b(Bearer|Basic|Negotiate|Digest)((?:[ \t]|%20|\+){1,4})([A-Za-z0-9._~+/=%-]{6,})/gi;

/** Path segments right behind a telling segment, when they are not plain words or numbers. */
const TOLD_SEGMENT =
  /(\/(?:token|access[_-]token|auth[_-]?token|secret|password|passwd|api[_-]?key|jwt|sid|session|session[_-]?id)\/)([^/\s"'?#]{8,})/gi;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/**
 * Masks secrets with `***` in a log line, a request line, a URL, a header or a JSON line: every query value that is
 * not known to be harmless, userinfo, values under telling names (headers, cookies, form fields, JSON keys),
 * authorization schemes, and whatever looks like a token or key. UUIDs and plain numbers in paths stay: they tell
 * rooms and users apart. Works on latin1 and decoded text, is linear in its length, and doing it twice changes nothing.
 */
export function redact(text: string): string {
  const urls = maskUserinfo(maskQueries(maskRequestLines(text)));
  const named = maskNamedValues(urls)
    .replace(SCHEME, (all, scheme: string, gap: string, value: string) =>
      // "for basic authentication" is English, not a credential.
      /^basic$/i.test(scheme) && /^[a-z]+$/.test(value) ? all : `${scheme}${gap}***`,
    )
    .replace(TOLD_SEGMENT, (all, told: string, segment: string) =>
      /^\d+$|^[A-Za-z_-]+$/.test(segment) || UUID.test(segment) ? all : `${told}***`,
    );
  return maskSecretShapes(named);
}
