/**
 * The form of an error line's context: all of it that a gist tells. Contexts with identifiers in their paths never come
 * again, their forms do: 1 µs a line, against 8. Only the plainest contexts have one, such in which every value ends
 * where it seems to: the order is nginx's, and no value holds a blank, a comma or a quote.
 */
import type { PathFolder } from './endpoint.ts';

/** Forms that are remembered. */
export const MAX_FORMS = 8192;

const CONTEXT =
  /^, server: ([^\s",]*), request: "([A-Z]+ ([^\s",]+) HTTP\/\d\.\d)"(?:, upstream: "([a-z]+:\/\/(?!unix:)[^\s",/?]+)(?:[/?][^\s",]*)?")?(?:, host: "([^\s",]*)")?(?:, referrer: "[^\s",]*")?$/;

export interface ErrorForm {
  /** Equal for contexts that say the same. */
  readonly text: string;
  readonly request: string;
}

/** @param context from the comma behind the client to the end of the line; null when it is not a plain one */
export function errorFormOf(context: string, folder: PathFolder): ErrorForm | null {
  const found = CONTEXT.exec(context);
  if (found === null) return null;
  const [, server, request = '', target = '', upstream = '', host] = found;
  const { path, hint, kind, sid } = folder.fold(target);
  const method = request.slice(0, request.length - target.length - PROTOCOL);
  const protocol = request.slice(-PROTOCOL);
  // A name that is not there is another than one that is empty.
  const named = host === undefined ? '' : `"${host}`;
  return {
    text: `${server} ${method}${protocol} ${hint ?? ''} ${kind} ${sid ? 1 : 0} ${path} ${upstream} ${named}`,
    request,
  };
}

/** Bytes of ` HTTP/1.1`. */
const PROTOCOL = 9;
