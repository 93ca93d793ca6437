/**
 * Directives that nginx takes once a level and that stand there twice: it then refuses the whole configuration
 * (`"proxy_read_timeout" directive is duplicate`). Often one of the two came with an include.
 */
import { type Conf, type Directive, everyDirective } from './tree.ts';

/**
 * Single-valued directives that matter to a proxied request. Others, such as `proxy_set_header` or `access_log`, may
 * stand any number of times. Checked against nginx by test/lab/fix-trial.test.ts.
 */
export const SINGLE_VALUED: ReadonlySet<string> = new Set([
  'auth_basic',
  'auth_request',
  'client_body_timeout',
  'client_header_timeout',
  'client_max_body_size',
  'default_type',
  'gzip',
  'keepalive_timeout',
  'large_client_header_buffers',
  'proxy_bind',
  'proxy_buffer_size',
  'proxy_buffering',
  'proxy_buffers',
  'proxy_busy_buffers_size',
  'proxy_connect_timeout',
  'proxy_http_version',
  'proxy_ignore_client_abort',
  'proxy_intercept_errors',
  'proxy_pass',
  'proxy_read_timeout',
  'proxy_request_buffering',
  'proxy_send_timeout',
  'proxy_socket_keepalive',
  'proxy_ssl_name',
  'proxy_ssl_server_name',
  'proxy_ssl_verify',
  'resolver',
  'resolver_timeout',
  'root',
  'satisfy',
  'send_timeout',
  'tcp_nodelay',
  'try_files',
]);

export interface Duplicate {
  readonly first: Directive;
  /** The one nginx complains about. */
  readonly again: Directive;
}

/** In the order nginx meets them; a third of a name makes two pairs, both with the first. */
export function duplicatesOf(conf: Conf): readonly Duplicate[] {
  const firsts = new Map<Directive | null, Map<string, Directive>>();
  const found: Duplicate[] = [];
  for (const directive of everyDirective(conf.directives)) {
    if (directive.block !== null || !SINGLE_VALUED.has(directive.name)) continue;
    let ofBlock = firsts.get(directive.parent);
    if (ofBlock === undefined) {
      ofBlock = new Map();
      firsts.set(directive.parent, ofBlock);
    }
    const first = ofBlock.get(directive.name);
    if (first === undefined) ofBlock.set(directive.name, directive);
    else found.push({ first, again: directive });
  }
  return found;
}
