/** Recognises secrets by their look alone, wherever they stand: in a path, a header, a message. */

const MASK = '***';

/** Signed tokens: `eyJ` is base64 of `{"`. Their dots may be percent-encoded, and a cut line may end anywhere. */
const JWT = /eyJ[A-Za-z0-9_-]{5,}(?:(?:\.|%2[Ee])[A-Za-z0-9_-]*)*/g;

/** Prefixes that issuers give their keys: AWS, GitHub, GitLab, Stripe, Slack, Google, npm, SendGrid, OpenAI and others. */
const ISSUED =
  /(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}|(?:gh[opsur]_|github_pat_|glpat-|[spr]k_(?:live|test)_|whsec_|xox[a-z]-|xapp-|AIza|ya29\.|dop_v1_|shp(?:at|ss|ca|pa)_|hv[sb]\.|AGE-SECRET-KEY-)[A-Za-z0-9_.-]{8,}|(?:npm_|pypi-|hf_|sk-|SG\.)[A-Za-z0-9_.-]{20,})/g;

/** A hash, a session id or a raw key in hexadecimal. UUIDs keep their hyphens and so stay readable. */
const LONG_HEX = /(?<![A-Za-z0-9])[0-9A-Fa-f]{24,}(?![A-Za-z0-9])/g;

/** Runs that are long enough to hold a random token. */
const LONG_RUN = /[A-Za-z0-9_-]{20,}={0,2}/g;

/** Private keys in PEM form, cut or whole, on one line or several. */
const PEM = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"]*/g;

function characterClass(code: number): 'digit' | 'lower' | 'upper' | 'other' {
  if (code >= 48 && code <= 57) return 'digit';
  if (code >= 97 && code <= 122) return 'lower';
  if (code >= 65 && code <= 90) return 'upper';
  return 'other';
}

/**
 * Random tokens change between digits, lower and upper case all the time; names made of words and numbers
 * (`Getting-Started-2024`, `CamelCaseName`) do not. Counts the changes.
 */
function changesLikeRandom(run: string): boolean {
  let changes = 0;
  let withDigit = 0;
  let previous = characterClass(run.charCodeAt(0));
  for (let i = 1; i < run.length; i++) {
    const current = characterClass(run.charCodeAt(i));
    // Upper to lower is how a capitalised word starts, so it says nothing.
    const counts = current !== previous && current !== 'other' && previous !== 'other';
    if (counts && !(previous === 'upper' && current === 'lower')) {
      changes++;
      if (current === 'digit' || previous === 'digit') withDigit++;
    }
    previous = current;
  }
  return withDigit >= 3 && changes * 6 >= run.length;
}

const UUIDS = /[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}/g;

/**
 * A run with all three classes is judged as a whole. One without capitals is judged between its hyphens, since names
 * of pods and hosts (`chat-7d9f8b6c5d-x2x4z`) are random only in short pieces. UUIDs name things and stay readable.
 */
function looksRandom(run: string): boolean {
  const rest = run.replace(UUIDS, '');
  if (/[A-Z]/.test(rest) && /[a-z]/.test(rest)) return rest.length >= 20 && changesLikeRandom(rest);
  return rest.split(/[-_=]/).some((piece) => piece.length >= 20 && changesLikeRandom(piece));
}

/** Masks what looks like a secret. Linear in the length of the text. */
export function maskSecretShapes(text: string): string {
  return text
    .replace(PEM, MASK)
    .replace(JWT, MASK)
    .replace(ISSUED, MASK)
    .replace(LONG_HEX, MASK)
    .replace(LONG_RUN, (run) => (looksRandom(run) ? MASK : run));
}
