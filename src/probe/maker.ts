/** Who made an answer, and what its body says: told by the page itself, since the Server header is nginx's own always. */
import { type BodyMeaning, bodyMeaning } from '../diagnosis/bodies.ts';
import { type Answer, headerOf } from './attempt.ts';

/** The footer of nginx's built-in pages, and of its relatives'. */
const NGINX_PAGE = /<center>(?:nginx|openresty|angie|tengine|freenginx)(?:\/[\w.]+)?<\/center>/i;

/** True for a page that nginx makes itself. It may be a backend's own nginx that did. */
export function isNginxMade(answer: Answer): boolean {
  return NGINX_PAGE.test(answer.body) || staticFile(answer) !== null;
}

/** The ETag of a file that nginx serves is its time and its size in hexadecimal; null for anything else. */
export function staticFile(answer: Answer): { readonly bytes: number } | null {
  const size = /^(?:W\/)?"[0-9a-f]{8,}-([0-9a-f]{1,12})"$/.exec(headerOf(answer, 'etag') ?? '')?.[1];
  if (size === undefined || headerOf(answer, 'last-modified') === null) return null;
  const bytes = Number.parseInt(size, 16);
  return bytes === answer.bodyBytes || headerOf(answer, 'content-encoding') !== null ? { bytes } : null;
}

/** What nginx's own 400 pages say of the request. */
export type NginxComplaint = 'plain-http-to-tls' | 'header-too-large' | 'client-certificate' | null;

export function complaintOf({ body }: Answer): NginxComplaint {
  if (/plain HTTP request was sent to HTTPS port/i.test(body)) return 'plain-http-to-tls';
  if (/Request Header Or Cookie Too Large|Request Line Too Large|Request-URI Too Large/i.test(body))
    return 'header-too-large';
  if (/SSL certificate error|No required SSL certificate/i.test(body)) return 'client-certificate';
  return null;
}

/** What a backend's body says, told by its words where they are known, else by its length. */
export function meaningOf(answer: Answer, path: string): BodyMeaning | null {
  const { body, reason } = answer;
  if (/session id unknown|no connection with that id/i.test(body)) return 'says-session-unknown';
  if (/origin/i.test(body) && answer.status === 403) return 'says-origin-refused';
  if (/unsupported (?:websocket )?(?:protocol )?version|sec-websocket-version/i.test(body))
    return 'says-version-refused';
  if (/upgrade/i.test(body) && answer.status >= 400 && body.length < 512) return 'says-upgrade-missing';
  if (/no (?:websocket )?(?:upgrade|connection)/i.test(reason)) return 'says-upgrade-missing';
  if (isNginxMade(answer)) return 'nginx-error-page';
  return bodyMeaning(answer.status, answer.bodyBytes, path.startsWith('/socket.io'));
}

/** True for two answers that can only come from the same hand: same status, same body. */
export function isSameAnswer(a: Answer, b: Answer): boolean {
  return a.status === b.status && (a.body === b.body || (a.body !== '' && a.bodyBytes === b.bodyBytes));
}

/** `1.22.1` of a Server header that tells it; null otherwise. */
export function nginxVersionOf(answer: Answer): string | null {
  return /^(?:nginx|openresty)\/(\d+\.\d+\.\d+)/i.exec(headerOf(answer, 'server') ?? '')?.[1] ?? null;
}
