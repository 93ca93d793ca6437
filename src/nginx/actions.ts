/** The actions nginx names after ` while ` (`c->log->action` in its source), and which of its handlers use them. */

export type LogContext = 'http' | 'stream' | 'mail' | 'resolver' | 'ocsp' | 'none';

const HTTP = [
  'waiting for request',
  'reading PROXY protocol',
  'SSL handshaking',
  'reading client request line',
  'reading client request headers',
  'reading client pipelined request line',
  'reading client request',
  'processing HTTP/2 connection',
  'processing SPDY',
  'connecting to upstream',
  'connecting to upstream(proxy_connect)',
  'SSL handshaking to upstream',
  'sending request to upstream',
  'reading response header from upstream',
  'reading response header from upstream(proxy_connect)',
  'sending early hints to client',
  'proxying upgraded connection',
  'reading upstream',
  'sending to client',
  'sending to upstream',
  'sending response to client',
  'sending flv to client',
  'sending mp4 to client',
  'keepalive',
  'closing request',
  'logging request',
  'reading request body',
  'handling quic input',
  'parsing quic packet',
  'handling quic packet',
  'handling initial packet',
  'creating quic connection',
  'decrypting packet',
  'handling decrypted packet',
  'handling payload',
  'parsing frames',
  'handling frames',
  'preparing ack',
  'sending frames',
  'updating keys',
  'parsing quic long header',
];

const STREAM = [
  'initializing session',
  'prereading client data',
  'proxying connection',
  'proxying and reading from upstream',
  'proxying and sending to client',
  'proxying and reading from client',
  'proxying and sending to upstream',
  'passing connection to port',
  'returning text',
];

const MAIL = [
  'sending client greeting line',
  'in starttls state',
  'in auth state',
  'in http auth state',
  'in resolving client address',
  'in resolving client hostname',
  'in delay pipelining state',
  'sending user name to upstream',
  'sending password to upstream',
  'sending LOGIN command to upstream',
  'sending HELO/EHLO to upstream',
  'sending XCLIENT to upstream',
  'sending client HELO/EHLO to upstream',
  'sending AUTH to upstream',
  'sending MAIL FROM to upstream',
  'sending RCPT TO to upstream',
  'sending PROXY protocol header to upstream',
  'reading response from upstream',
  'proxying',
];

/** Every known action, with the handler that an entry carrying it belongs to where the tail does not tell. */
export const ACTIONS: ReadonlyMap<string, LogContext> = new Map<string, LogContext>([
  ...HTTP.map((action): [string, LogContext] => [action, 'http']),
  ...STREAM.map((action): [string, LogContext] => [action, 'stream']),
  ...MAIL.map((action): [string, LogContext] => [action, 'mail']),
  ['resolving', 'resolver'],
  ['requesting certificate status', 'ocsp'],
  ['logging to syslog', 'none'],
]);

/**
 * The action that a text cut short must have been: the text is its beginning and that of no other.
 * @param beginning what stands after ` while `.
 * @returns the action, `unclear` when several begin so, or null when none does.
 */
export function completeAction(beginning: string): { action: string } | 'unclear' | null {
  const found = [...ACTIONS.keys()].filter((action) => action.startsWith(beginning));
  if (found.length === 0) return null;
  // A third-party module lengthens nginx's own action in brackets; nginx's own is the likelier.
  const shortest = found.reduce((a, b) => (a.length <= b.length ? a : b));
  const one = found.every((action) => action === shortest || action.startsWith(`${shortest}(`));
  return one && beginning.length >= 4 ? { action: shortest } : 'unclear';
}
