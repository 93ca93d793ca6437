/** What a probe is aimed at: a URL taken apart into where to connect and what to ask for. */

/** Where a handshake goes and what its request line and Host header say. */
export interface Target {
  /** As shown to people; may hold secrets in its query. */
  readonly url: string;
  readonly tls: boolean;
  /** Name or address to connect to, without brackets; empty for a unix socket. */
  readonly host: string;
  readonly port: number;
  readonly socketPath: string | null;
  /** Value of the Host header that belongs to the URL: the port only where it is not the scheme's own. */
  readonly authority: string;
  /** Request target with its query, latin1. */
  readonly path: string;
}

/** `--resolve`: connect there, whatever the name resolves to. */
export interface Override {
  readonly host: string;
  /** Null: the URL's own port. */
  readonly port: number | null;
}

const SCHEMES: ReadonlyMap<string, boolean> = new Map([
  ['ws:', false],
  ['http:', false],
  ['wss:', true],
  ['https:', true],
]);
/** nginx's way to write a socket in proxy_pass: `http://unix:/run/app.sock:/ws`. */
const UNIX = /^(https?|wss?):\/\/unix:([^:]+)(?::(\/.*)?)?$/i;

/**
 * Reads a URL. Without a scheme it is taken for `http://`, as addresses of backends are written.
 *
 * @param pathOtherwise request target to use when the URL names no path of its own
 * @returns a sentence fragment that says what is wrong, where the text is no such URL
 */
export function readTarget(text: string, pathOtherwise: string | null): Target | string {
  const unix = UNIX.exec(text);
  if (unix !== null) {
    const [, scheme = '', socketPath = '', path] = unix;
    return {
      url: text,
      tls: SCHEMES.get(`${scheme.toLowerCase()}:`) === true,
      host: '',
      port: 0,
      socketPath,
      authority: 'localhost',
      path: path ?? pathOtherwise ?? '/',
    };
  }
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return 'is not a URL such as wss://chat.example.com/ws';
  const url = new URL(full);
  const tls = SCHEMES.get(url.protocol);
  if (tls === undefined) return `has the scheme ${url.protocol.slice(0, -1)}; use ws, wss, http or https`;
  if (url.username !== '' || url.password !== '')
    return 'holds a user name or password, which every process list shows; send it with --cookie-file or --header';
  if (url.hostname === '') return 'names no host';
  const own = url.pathname === '/' && url.search === '' && !/[^/:]\/(?:$|[?#])/.test(full);
  const path = own && pathOtherwise !== null ? pathOtherwise : `${url.pathname}${url.search}`;
  return {
    url: own && pathOtherwise !== null ? `${full.replace(/[#].*$/s, '')}${path}` : full.replace(/#.*$/s, ''),
    tls,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
    socketPath: null,
    authority: url.host,
    path,
  };
}

/** `10.0.0.5`, `10.0.0.5:8443`, `[::1]:8443` or a name; null when it is none of these. */
export function readOverride(text: string): Override | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s/[\]]+)|([0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*))(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return null;
  const port = match[4] === undefined ? null : Number(match[4]);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  return { host: match[1] ?? match[2] ?? match[3] ?? '', port };
}

/** The Origin a page of the target's own site would send. */
export function siteOrigin(target: Target): string {
  return `${target.tls ? 'https' : 'http'}://${target.authority}`;
}

/** The same place over the other kind of transport. */
export function withTls(target: Target, tls: boolean): Target {
  return {
    ...target,
    tls,
    url: target.url.replace(/^(ws|http)s?:/i, (_, scheme: string) => `${scheme}${tls ? 's' : ''}:`),
  };
}

/** Path of the target without its query. */
export function pathOf(target: Target): string {
  return target.path.split('?', 1)[0] ?? '/';
}
