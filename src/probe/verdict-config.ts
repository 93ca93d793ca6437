/** What the configuration of the probed location adds. It may not be the one that runs, so it speaks beside the rest. */
import type { Case } from './case.ts';
import { placeOf } from './config-view.ts';
import { isNginxMade, isSameAnswer } from './maker.ts';
import type { ProbeFacts } from './verdict.ts';

export function judgeConfig(facts: ProbeFacts, suspects: Case): void {
  const { location, through, direct } = facts;
  const { answer } = through;
  if (location === null || answer === null) return;
  const { status } = answer;
  if (status >= 300 && status < 400) {
    if (location.returns !== null)
      suspects.speak(
        'handshake-redirected',
        0.5,
        `the configuration has "return ${location.returns.value}" (${placeOf(location.returns)})`,
      );
    else if (location.autoRedirect)
      suspects.speak(
        'handshake-redirected',
        0.5,
        `location ${location.pattern ?? ''} ends in a slash, so nginx redirects the path without it`,
      );
    return;
  }
  if (location.returns !== null) {
    const cause = /^(?:401|403|444)\b/.test(location.returns.value) ? 'denied-by-nginx' : 'route-not-proxied';
    suspects.speak(
      cause,
      2.5,
      `the configuration has "return ${location.returns.value}" for this path (${placeOf(location.returns)})`,
    );
    return;
  }
  if (location.proxyPass === null) {
    if ([200, 403, 404, 405].includes(status))
      suspects.speak(
        'route-not-proxied',
        2.5,
        `${location.pattern === null ? 'no location' : `location ${location.pattern}`} proxies this path`,
      );
    return;
  }
  const isOwn = isNginxMade(answer) && !(direct?.answer != null && isSameAnswer(answer, direct.answer));
  if (isOwn && (status === 401 || status === 403) && location.authRequest.value !== null)
    suspects.speak(
      'denied-by-nginx',
      0.5,
      `auth_request ${location.authRequest.value} decides who may pass (${placeOf(location.authRequest)})`,
    );
  if (status === 500 && location.authRequest.value !== null)
    suspects.speak(
      'auth-subrequest-failed',
      3,
      `the location asks auth_request ${location.authRequest.value} first (${placeOf(location.authRequest)})`,
    );
  if (status === 503 || status === 429) judgeLimits(facts, suspects);
  if (status === 504) judgeTimeouts(facts, suspects);
  if (status === 502) judgeScheme(facts, suspects);
  if (isOwn && status !== 502) return;
  judgeForwarding(facts, status, suspects);
}

function judgeLimits({ location }: ProbeFacts, suspects: Case): void {
  const limits = [...(location?.limitReq ?? []), ...(location?.limitConn ?? [])];
  const [first] = limits;
  if (first === undefined) suspects.speak('rate-limited', -2, 'the configuration limits nothing here');
  else suspects.speak('rate-limited', 1.5, `the configuration limits this path (${placeOf(first)})`);
}

function judgeTimeouts({ location }: ProbeFacts, suspects: Case): void {
  for (const [name, setting] of [
    ['proxy_read_timeout', location?.readTimeout],
    ['proxy_connect_timeout', location?.connectTimeout],
  ] as const) {
    if (setting?.value === 0) suspects.speak('read-timeout-zero', 2, `${name} is 0 (${placeOf(setting)})`);
  }
}

/** The scheme of proxy_pass against what the backend's port was seen to speak. */
function judgeScheme({ location, direct, trials }: ProbeFacts, suspects: Case): void {
  const pass = location?.proxyPass ?? null;
  if (pass === null || pass.value.scheme === null) return;
  const other = trials.find(({ id }) => id === 'other-scheme-direct')?.attempt ?? null;
  const plain = [direct, other].some((each) => each !== null && !each.target.tls && each.answer !== null);
  const secure = [direct, other].some((each) => each !== null && each.tls !== null);
  if (pass.value.scheme === 'https' && plain)
    suspects.speak(
      'upstream-tls-mismatch',
      3.5,
      `proxy_pass says https (${placeOf(pass)}), and the backend speaks plain HTTP`,
    );
  if (pass.value.scheme === 'http' && secure)
    suspects.speak('upstream-tls-mismatch', 3.5, `proxy_pass says http (${placeOf(pass)}), and the backend speaks TLS`);
}

function judgeForwarding({ location }: ProbeFacts, status: number, suspects: Case): void {
  if (location === null) return;
  const { upgrade, connection, httpVersion } = location;
  // Without the headers a backend mostly answers; only now and then it closes, which nginx turns into 502.
  const weight = status === 502 ? 0.3 : 2;
  const missing = [
    ...(upgrade.forwarded === false ? [`Upgrade (${placeOf(upgrade)})`] : []),
    ...(connection.forwarded === false ? [`Connection: upgrade (${placeOf(connection)})`] : []),
  ];
  if (missing.length > 0)
    suspects.speak('upgrade-headers-missing', weight, `the location does not send ${missing.join(' and ')}`);
  else if (upgrade.forwarded === true && connection.forwarded === true) {
    suspects.speak('upgrade-headers-missing', -3, 'the location forwards Upgrade and Connection');
    if (status !== 502)
      suspects.speak('backend-rejected-handshake', 0.5, 'the location forwards Upgrade and Connection');
  }
  const isSuspected = suspects.suspects().some(({ cause }) => cause === 'proxy-http-version');
  if (!isSuspected) return;
  const isOld = httpVersion.value === '1.0';
  suspects.speak(
    'proxy-http-version',
    isOld ? 0.8 : -3,
    `the location speaks HTTP/${httpVersion.value} to the backend (${placeOf(httpVersion)})`,
  );
}
