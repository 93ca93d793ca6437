/**
 * Messages by which a text without a header is known to be nginx's. Not the catalogue: nothing is explained here, and
 * messages that other programs write in the same words are left out or marked as weak.
 */

// `*` stands for any run of characters. These words are nginx's alone.
const TELLING = [
  'upstream prematurely closed connection',
  'upstream prematurely closed FastCGI request',
  'upstream prematurely closed FastCGI stdout',
  'upstream prematurely sent response',
  'upstream server temporarily disabled',
  'upstream sent no valid HTTP/1.0 header',
  'upstream sent invalid header*',
  'upstream sent too big header',
  'upstream sent too large http2 frame: *',
  'upstream sent duplicate header line: *',
  'upstream sent invalid chunked response',
  'upstream sent more data than specified in "Content-Length" header',
  'upstream sent data after final chunk',
  'upstream sent unexpected *',
  'upstream sent unsupported *',
  'upstream sent invalid "*" header*',
  'upstream sent "Content-Length" and "Transfer-Encoding" headers at the same time',
  'upstream rejected request with error *',
  'upstream SSL certificate verify error: (*)',
  'upstream SSL certificate does not match "*"',
  'an upstream response is buffered to a temporary file*',
  'a client request body is buffered to a temporary file*',
  'no live upstreams',
  'connection upgrade in subrequest',
  'zero length URI to proxy',
  'invalid port in upstream "*"',
  'invalid host in upstream "*"',
  'no host in upstream "*"',
  'upstream disconnected, bytes from/to client:*',
  'client disconnected, bytes from/to client:*',
  'upstream closed prematurely FastCGI stdout',
  'wrong ident * in DNS response for *',
  'unexpected DNS response for *',
  'no resolver defined to resolve *',
  'no port in upstream "*"',
  'invalid URL prefix in "*"',
  'peer closed connection in SSL handshake',
  'SSL_do_handshake() failed (SSL: *)',
  'SSL_do_handshake() failed',
  'SSL_read() failed (SSL: *)',
  'SSL_write() failed (SSL: *)',
  'SSL_shutdown() failed (SSL: *)',
  'FastCGI sent in stderr: *',
  'access forbidden by rule',
  'user "*" was not found in "*"',
  'user "*": password mismatch',
  'no user/password was provided for basic authentication',
  'the value of the "*" key is more than * bytes: "*"',
  'could not find named location "*"',
  'unsafe URI "*" was detected',
  'could not allocate node* zone "*"',
  'ngx_slab_alloc() failed: no memory*',
  'OCSP responder *',
  '[lua] *.lua:*: *',
  'lua entry thread aborted: *',
  'lua tcp socket * timed out',
  'auth request unexpected status: *',
  'directory index of "*" is forbidden',
  'limiting connections* by zone "*"',
  'limiting requests*, excess: * by zone "*"',
  'delaying request*, excess: *, by zone "*"',
  'client intended to send too large *body: *',
  'client sent invalid header line*',
  'client sent too large request',
  'client sent too long header line*',
  'client sent too long URI',
  'client sent invalid method',
  'client sent invalid request',
  'client sent invalid version',
  'client sent invalid host header',
  'client sent invalid chunked body',
  'client sent plain HTTP request to HTTPS port',
  'client sent no required SSL certificate',
  'client sent HTTP/1.1 request without "Host" header',
  'client sent "*" header',
  'client SSL certificate verify error: (*)',
  'client attempted to request the server name different from *',
  '*client prematurely closed connection, so upstream connection is closed too',
  '*wait() reported that client *',
  'client * closed keepalive connection',
  'rewrite or internal redirection cycle while *',
  'using uninitialized "*" variable',
  '* worker_connections are not enough*',
  'worker_connections are not enough*',
  '* worker_connections exceed open file resource limit: *',
  'worker process * exited on signal *',
  'worker process * exited with code *',
  'worker process * exited with fatal code *',
  'using the "*" event method',
  '*open socket #* left in connection *',
  'kevent() reported *',
  'host not found in upstream "*"*',
  'unknown directive "*" in *',
  'unknown "*" variable',
  'invalid number of arguments in "*" directive*',
  '"*" directive is *',
  'conflicting server name "*" on *, ignored',
  'duplicate upstream "*"*',
  'directive "*" is not terminated by ";"*',
  'could not build *, you should increase *',
  'a duplicate default server for *',
  'protocol options redefined for *',
  'the "listen ... http2" directive is deprecated, *',
  '"ssl_stapling" ignored, *',
  'SSL_CTX_*("*") failed (SSL: *)',
  'zero size shared memory zone "*"',
  'no "events" section in configuration',
  'no servers are inside upstream*',
  'cannot load certificate* "*": *() failed (SSL: *)',
  'configuration file * test failed',
  'configuration file * test is successful',
  'the configuration file * syntax is ok',
  'signal * (SIG*) received from *',
  'no "Upgrade" header found in request',
];

// Other programs say these too: nginx's errno part, its action or its tail must stand beside them.
const WEAK = [
  'upstream sent *',
  'client sent *',
  'client closed prematurely connection*',
  'broken header: "*"',
  'shutdown() failed',
  'malloc(*) failed',
  'write() to "*" failed',
  'upstream timed out',
  'upstream disconnected*',
  'client timed out',
  'client closed connection',
  'client prematurely closed connection',
  'connection timed out',
  'connect() failed',
  'connect() to * failed',
  'recv() failed',
  'recv() not completed*',
  'send() failed',
  'readv() failed',
  'writev() failed',
  'sendfile() failed',
  'sendfile64() failed',
  'WSARecv() failed',
  'WSASend() failed',
  'writev() not completed*',
  'accept() failed',
  'accept4() failed',
  'socket() failed',
  'bind() to * failed',
  'bind() failed',
  'bind(*) failed',
  'listen() to * failed',
  'epoll_ctl(*) failed',
  'setsockopt(*) failed',
  'open() "*" failed',
  'CreateFile() "*" failed',
  'stat() "*" failed',
  'mkdir() "*" failed',
  'handshake rejected',
  '"*" is not found',
  '"*" is forbidden',
  'unlink() "*" failed',
  'SSL_*(*) failed*',
  'no handler found',
];

type Pattern = readonly string[];
const compile = (texts: readonly string[]): Pattern[] => texts.map((text) => text.split('*'));
const TELLING_PATTERNS = compile(TELLING);
const WEAK_PATTERNS = compile(WEAK);

/** `api.test could not be resolved (3: Host not found)`, with a code of nginx's resolver. */
const RESOLVER = /^(?:service \S{1,64} of )?[^\s:]{1,255} could not be resolved \((?:[1-5]|110): [A-Z][a-z ]+\)$/;

/** Whether a message ends with the place of a configuration error, in a path that has nginx in it. */
function isInConfiguration(message: string): boolean {
  const at = message.lastIndexOf(' in /');
  if (at === -1 || message.length - at > 1000) return false;
  const place = message.slice(at + 4);
  return place.includes('nginx') && /^[^ :]+:\d+$/.test(place);
}

/** Whether a message (without errno part and action) is known: in words of nginx's own, or in common ones. */
export function knownMessage(message: string): 'telling' | 'weak' | null {
  const telling = TELLING_PATTERNS.some((pattern) => matches(pattern, message));
  if (telling || RESOLVER.test(message) || isInConfiguration(message)) return 'telling';
  return WEAK_PATTERNS.some((pattern) => matches(pattern, message)) ? 'weak' : null;
}

/** Whether a text that stops early begins a message that is nginx's alone. Needs three words to go by. */
export function beginsTellingMessage(text: string): boolean {
  return text.length >= 20 && TELLING.some((known) => !known.startsWith('*') && known.startsWith(text));
}

/** Matches literal segments in order, the first and last one anchored: linear in the text. */
function matches(pattern: Pattern, text: string): boolean {
  const first = pattern[0]!;
  if (!text.startsWith(first)) return false;
  if (pattern.length === 1) return text.length === first.length;
  const last = pattern[pattern.length - 1]!;
  const end = text.length - last.length;
  if (end < first.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (let i = 1; i < pattern.length - 1; i++) {
    const found = text.indexOf(pattern[i]!, at);
    if (found === -1) return false;
    at = found + pattern[i]!.length;
  }
  return at <= end;
}
