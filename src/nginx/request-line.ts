/** Takes a logged request line apart. Clients write it, so only the exact shape of HTTP/1 is believed. */

export interface RequestLine {
  readonly method: string;
  /** The request target, with its query. */
  readonly path: string;
  readonly protocol: string;
}

/**
 * `METHOD SP TARGET SP HTTP/x` or null. The target may hold spaces (nginx before 1.21.1 let them through), the method
 * is upper-case letters, `-` and `_` as nginx's own parser demands, the protocol ends the line.
 */
export function splitRequestLine(request: string): RequestLine | null {
  const first = request.indexOf(' ');
  if (first < 1) return null;
  const last = request.lastIndexOf(' ');
  if (last <= first + 1 || !request.startsWith('HTTP/', last + 1) || request.length === last + 6) return null;
  for (let at = 0; at < first; at++) {
    const code = request.charCodeAt(at);
    if ((code < 65 || code > 90) && code !== 45 && code !== 95) return null;
  }
  for (let at = last + 6; at < request.length; at++) {
    const code = request.charCodeAt(at);
    if ((code < 48 || code > 57) && code !== 46) return null;
  }
  return {
    method: request.substring(0, first),
    path: request.substring(first + 1, last),
    protocol: request.substring(last + 1),
  };
}
