/** Which names of parameters, headers, cookies and JSON keys announce a secret, and which are known to be harmless. */

/** Names that are a secret's whole name or one of its parts: `api_key`, `connect.sid`, `X-Auth`. */
const SECRET_PARTS = new Set(
  (
    'key auth oauth authn authz authorization authentication sid sig hmac pin otp totp pass pw psk salt nonce ticket ' +
    'cred creds sso assertion csrf xsrf license'
  ).split(' '),
);

/** Written together with other words these still announce a secret: `accessToken`, `PHPSESSID`, `AWSAccessKeyId`. */
const SECRET_STEMS =
  /token|secret|passw|passphrase|pwd|api-?key|access-?key|private-?key|sess|jwt|signature|credential|cookie|bearer|saml|otpcode|authcode/;

/** Secret only as the whole name: `status_code` and `body_bytes_sent` are plain facts. */
const SECRET_NAMES = new Set(['code', 'body', 'request_body', 'req_body', 'resp_body']);

/** nginx variables that only sound like secrets. */
const PLAIN_FACTS = new Set(['session_time', 'ssl_session_reused']);

/** Parts of a name in lower case: split at `.`, `_`, `-`, brackets and camelCase humps. */
function nameParts(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
}

/** True when a value under this name is to be masked wherever it stands. Linear in the name. */
export function isSecretName(name: string): boolean {
  if (name.length > 256) return true;
  const lower = name.toLowerCase();
  if (PLAIN_FACTS.has(lower)) return false;
  if (SECRET_STEMS.test(lower.replaceAll('_', '-'))) return true;
  if (SECRET_NAMES.has(lower) || lower.startsWith('arg_')) return true;
  return nameParts(name).some((part) => SECRET_PARTS.has(part));
}

const SHORT_VERSION = /^\d{1,3}(?:\.\d{1,3}){0,3}$/;

/** Names of log fields that hold a whole query string. */
const QUERY_FIELDS = new Set(['args', 'query', 'query_string', 'querystring', 'uri_args']);

/** True when the value under this name is a query string. */
export function isQueryField(name: string): boolean {
  return QUERY_FIELDS.has(name.toLowerCase());
}

/** Query parameters that tell about the protocol and carry no secret, with the only values believed to be harmless. */
const HARMLESS = new Map<string, RegExp>([
  ['EIO', /^\d{1,2}$/],
  ['transport', /^(?:websocket|polling|webtransport|webSockets|serverSentEvents|longPolling|xhr|sse)$/],
  ['b64', /^[01]$/],
  ['v', SHORT_VERSION],
  ['vsn', SHORT_VERSION],
  ['version', SHORT_VERSION],
  ['protocol', SHORT_VERSION],
  ['protocol_version', SHORT_VERSION],
  ['clientProtocol', SHORT_VERSION],
]);

/** True when a query parameter may be shown with its value. */
export function isHarmlessParameter(name: string, value: string): boolean {
  return HARMLESS.get(name)?.test(value) ?? false;
}
