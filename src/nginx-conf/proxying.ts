/** What a location sends to its backend, and where that is. */
import { effective, placed, type Setting } from './settings.ts';
import type { Conf, Directive } from './tree.ts';
import { findUpstream, type Upstream, type UpstreamServer } from './upstreams.ts';
import type { Variables } from './variables.ts';

export interface ProxyPass {
  readonly raw: string;
  /** Null when a variable decides. */
  readonly scheme: 'http' | 'https' | null;
  /** Host and port, socket or upstream name; null when a variable that cannot be worked out decides. */
  readonly target: string | null;
  /** The part that replaces the location's own path; null when the path is passed on as it came. */
  readonly uri: string | null;
  /** The block of that name, or null when the target is an address. */
  readonly upstream: Upstream | null;
  /** The servers behind it: the block's, or the one address. Empty when it cannot be worked out. */
  readonly servers: readonly UpstreamServer[];
}

export function readProxyPass(conf: Conf, directive: Directive, variables: Variables): Setting<ProxyPass> {
  const raw = directive.args[0] ?? '';
  const url = variables.evaluate(raw);
  const match = url === null ? null : /^(https?):\/\/(unix:[^:]+|[^/]+):?(\/.*)?$/i.exec(url);
  const scheme = /^(https?):\/\//i.exec(raw)?.[1] ?? match?.[1] ?? null;
  const target = match === null ? null : match[2]!;
  const upstream = target === null ? null : findUpstream(conf, target);
  const alone =
    target === null
      ? []
      : [{ address: target, backup: false, down: false, file: directive.file, line: directive.line }];
  return placed(
    {
      raw,
      scheme: scheme === null ? null : scheme.toLowerCase() === 'https' ? 'https' : 'http',
      target,
      uri: match?.[3] ?? null,
      upstream,
      servers: upstream?.servers ?? alone,
    },
    directive,
  );
}

/** A request header as nginx sends it to the backend. */
export interface SentHeader {
  /** As written in `proxy_set_header`; nginx's own default otherwise. */
  readonly value: string;
  /** Worked out for a WebSocket handshake; null when a variable cannot be. */
  readonly sent: string | null;
}

/**
 * The header a `proxy_set_header` of the name sets for a WebSocket handshake. An empty value means that nginx leaves
 * the header out.
 */
export function sentHeader(
  conf: Conf,
  block: Directive,
  name: string,
  byDefault: string,
  variables: Variables,
): Setting<SentHeader> {
  const lines = effective(conf, block, 'proxy_set_header').filter((line) => line.args[0]?.toLowerCase() === name);
  const [directive] = lines;
  if (directive === undefined) {
    return { value: { value: byDefault, sent: variables.evaluate(byDefault) }, file: null, line: null, default: true };
  }
  // Lines of one name are all sent, and the backend reads them as one list.
  const value = lines.map((line) => line.args[1] ?? '').join(', ');
  return placed({ value, sent: variables.evaluate(value) }, directive);
}

/** Whether a list header has a token, in any case; null when the value cannot be worked out. */
export function hasToken(sent: string | null, token: string): boolean | null {
  if (sent === null) return null;
  return sent.split(',').some((part) => part.trim().toLowerCase() === token);
}
