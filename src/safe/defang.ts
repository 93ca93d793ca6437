/**
 * Takes the life out of addresses in text that a mail program shows: it makes links of whatever looks like one, and
 * what stands in a log may have been written by a stranger who would like to have a link in an operator's mail.
 */

/** Schemes that mail programs make links of. */
const SCHEME = /\b(https?|wss?|ftps?|file|javascript|data|vbscript|mailto|tel|sms|smb):(?=\S)/gi;
const DEFANGED_SCHEME: ReadonlyMap<string, string> = new Map([
  ['http', 'hxxp:'],
  ['https', 'hxxps:'],
]);
const HOST_BEHIND_SCHEME = /(?<=:\/\/)[^\s/"'<>?#]{1,300}/g;
const LAST_DOT = /(?<!\[)\.(?=\p{L}[^.]*$)/u;
const WWW = /\bwww\.(\w[^\s/"'<>?#]{0,300})/gi;
const AT = /(?<=[\w.+-])@([\w-]{1,63}\.[\w.-]{1,300})/g;
/** A host name with a top-level domain of letters, where a host may stand: not behind a slash of a path. */
const HOST =
  /(?<![\p{L}\p{N}_./~%-])((?:[\p{L}\p{N}_-]{1,63}\.){1,8})(\p{L}{2,24}|xn--[a-z0-9-]{2,30})(?![\p{L}\p{N}_-]|\.\w|\[)/giu;

/**
 * `hxxp://evil[.]example/x`, `www[.]evil.example`, `a[@]evil.example`: no address in it is a link any more, and a reader
 * still sees what it was. Doing it twice changes nothing.
 */
export function defangUrls(text: string): string {
  if (!/[:@]|www/i.test(text)) return text;
  return text
    .replace(HOST_BEHIND_SCHEME, broken)
    .replace(SCHEME, (_, scheme: string) => DEFANGED_SCHEME.get(scheme.toLowerCase()) ?? `${scheme}[:]`)
    .replace(WWW, (_, host: string) => `www[.]${broken(host)}`)
    .replace(AT, (_, host: string) => `[@]${broken(host)}`);
}

function broken(host: string): string {
  return host.replace(LAST_DOT, '[.]');
}

/** The same for text that strangers wrote: in it, bare host names (`evil[.]example`) are no links either. */
export function defang(text: string): string {
  return defangUrls(text).replace(HOST, (_, labels: string, top: string) => `${labels.slice(0, -1)}[.]${top}`);
}

/**
 * Lines of configuration, to be copied: addresses of numbers and plain names (`http://10.0.0.5:8080`, `http://backend`)
 * stay, since they lead nowhere but into one's own network.
 */
export function defangSnippet(text: string): string {
  return text.replace(/\S+/g, (word) =>
    /:\/\/(?:[\d.]+|\[[\da-f:.]+\]|[\w-]+)(?![\w.-])/i.test(word) ? word : defangUrls(word),
  );
}

/**
 * A command, to be copied, that has no link in it and does the same: curl takes an address without a scheme for http,
 * and is told where it is https.
 */
export function defangCommand(command: string): string {
  return command
    .split('\n')
    .map((line) => {
      if (!/(?:^|[\s;|(])curl\s/.test(line)) return defangSnippet(line);
      return line
        .replace(/(?<=\s)(['"]?)http:\/\/(?=\S)/g, '$1')
        .replace(/(?<=\s)(['"]?)https:\/\/(?=\S)/g, '--proto-default https $1');
    })
    .join('\n');
}
