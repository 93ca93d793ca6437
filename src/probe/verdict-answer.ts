/** Verdicts on handshakes that were answered by something else than a 101. */
import { type Answer, headerOf, isUpgraded } from './attempt.ts';
import type { Case } from './case.ts';
import { complaintOf, isNginxMade, isSameAnswer, meaningOf, nginxVersionOf, staticFile } from './maker.ts';
import { explains, type TrialId } from './trials.ts';
import type { ProbeFacts } from './verdict.ts';
import { judgeGateway } from './verdict-gateway.ts';
import { judgeSilence } from './verdict-unanswered.ts';

/** An nginx 504 faster than this was no wait for anything. */
const AT_ONCE_SECONDS = 1;
/** From this release on nginx speaks HTTP/1.1 to backends by itself. */
const HTTP_11_SINCE = [1, 29, 7] as const;

/** @returns what to say when no cause of the catalogue is suspected */
export function judgeAnswer(facts: ProbeFacts, answer: Answer, suspects: Case): string | null {
  const { through, direct } = facts;
  const { status } = answer;
  const isBackends = direct?.answer != null && isSameAnswer(answer, direct.answer);
  if (status >= 300 && status < 400) judgeRedirect(facts, answer, isBackends, suspects);
  else if (complaintOf(answer) !== null) judgeComplaint(facts, answer, isBackends, suspects);
  else if (status === 414 || status === 494 || status === 431)
    suspects.speak(
      'request-header-too-large',
      3,
      `the answer is ${status}: the handshake's headers or its URI are too large`,
    );
  else if (status === 421)
    suspects.speak(
      'client-tls-failed',
      3,
      'the answer is 421: the TLS server name and the Host header do not fit together',
    );
  else if (status === 502 && !isBackends) judgeGateway(facts, suspects);
  else if (status === 504 && !isBackends) judgeTimeout(facts, suspects);
  else if (isNginxMade(answer) && !isBackends) judgeOwnPage(facts, answer, suspects);
  else judgeBackends(facts, answer, isBackends, suspects);
  return `The handshake is answered ${status} through nginx (${through.target.authority}), and nothing tells why`;
}

function judgeRedirect({ through, direct }: ProbeFacts, answer: Answer, isBackends: boolean, suspects: Case): void {
  const to = headerOf(answer, 'location');
  const about = to === null ? '' : ` to ${to}`;
  suspects.speak(
    'handshake-redirected',
    4.5,
    `the handshake is answered ${answer.status}${about}, and WebSocket clients do not follow redirects`,
  );
  if (to?.endsWith(`${through.target.path.split('?', 1)[0]}/`) === true)
    suspects.speak(
      'handshake-redirected',
      0.3,
      'only a slash at the end is added: connect to that path, or give the location without it',
    );
  else if (to?.startsWith('https:') === true && !through.target.tls)
    suspects.speak('handshake-redirected', 0.3, 'it leads to TLS: connect with wss://');
  if (isBackends) suspects.speak('handshake-redirected', 0.3, 'past nginx the backend redirects as well');
  else if (direct !== null && isUpgraded(direct))
    suspects.speak('handshake-redirected', 0.3, 'past nginx the backend accepts it, so it is nginx that redirects');
}

function judgeComplaint(facts: ProbeFacts, answer: Answer, isBackends: boolean, suspects: Case): void {
  const { through, trials } = facts;
  switch (complaintOf(answer)) {
    case 'plain-http-to-tls': {
      const page = 'the answer is nginx\'s page "The plain HTTP request was sent to HTTPS port"';
      const other = trials.find(({ id }) => id === 'other-scheme')?.attempt ?? null;
      const fromBehind = isBackends || through.target.tls || other?.failure?.kind === 'not-tls';
      if (fromBehind) suspects.speak('upstream-tls-mismatch', 4, `${page}, and it comes from behind the front nginx`);
      else suspects.speak('plain-http-to-tls-port', 4, page);
      if (other?.tls != null) suspects.speak('plain-http-to-tls-port', 1, 'with TLS the same port answers');
      return;
    }
    case 'header-too-large':
      suspects.speak('request-header-too-large', 4, 'nginx answers that the request line or a header is too large');
      return;
    default:
      suspects.speak('client-tls-failed', 4, 'nginx wants a certificate from the client');
  }
}

function judgeTimeout(facts: ProbeFacts, suspects: Case): void {
  const seconds = facts.through.timings.answer ?? 0;
  if (seconds < AT_ONCE_SECONDS)
    suspects.speak(
      'read-timeout-zero',
      4,
      `nginx answers 504 after ${Math.round(seconds * 1000)} ms: no real timeout is over so fast`,
    );
  else judgeSilence(facts, suspects, `nginx answers 504 after ${seconds.toFixed(1)} s`);
}

/** Answers that nginx makes itself, without a backend. */
function judgeOwnPage({ through, direct, trials }: ProbeFacts, answer: Answer, suspects: Case): void {
  const { status } = answer;
  const page = `the ${status} is nginx's own page`;
  const file = staticFile(answer);
  if (file !== null && status === 200)
    suspects.speak(
      'route-not-proxied',
      4,
      `nginx serves a file of ${file.bytes} bytes from its disk in place of a handshake`,
    );
  else if (status === 404 || status === 405 || status === 200) suspects.speak('route-not-proxied', 3.5, page);
  else if (status === 401) suspects.speak('denied-by-nginx', 4, page);
  else if (status === 403) {
    // A folder without an index is refused with the same page.
    const isFolder = through.target.path.split('?', 1)[0]?.endsWith('/') === true;
    suspects.speak('denied-by-nginx', isFolder ? 1.5 : 3.5, page);
    if (isFolder) suspects.speak('route-not-proxied', 1.5, `${page}, as for a folder that it may not list`);
  } else if (status === 503 || status === 429) {
    suspects.speak('rate-limited', 2.5, page);
    const again = trials.find(({ id }) => id === 'again')?.attempt;
    if (again !== undefined && isUpgraded(again))
      suspects.speak('rate-limited', 1.5, 'a second later the same handshake is accepted');
  } else if (status === 500) {
    suspects.speak('auth-subrequest-failed', 0.8, `${page}, as for an auth_request that fails`);
    suspects.speak('worker-connections-exhausted', 0.2, `${page}, as when worker_connections are used up`);
  }
  if (direct !== null && isUpgraded(direct))
    for (const cause of ['route-not-proxied', 'denied-by-nginx', 'rate-limited'])
      if (suspects.suspects().some((each) => each.cause === cause))
        suspects.speak(cause, 0.5, 'past nginx the backend accepts the same handshake');
}

/** Answers that a backend made, or that cannot be told from one's. */
function judgeBackends(facts: ProbeFacts, answer: Answer, isBackends: boolean, suspects: Case): void {
  const { through, direct, trials } = facts;
  const { status } = answer;
  const meaning = meaningOf(answer, through.target.path);
  if (meaning === 'says-session-unknown')
    suspects.speak('sticky-session-missing', 3.5, 'the body says that the session is unknown to this backend');
  if (meaning === 'says-origin-refused')
    suspects.speak('backend-rejected-handshake', 2.5, 'the body says that the Origin is refused');
  for (const id of ['site-origin', 'no-origin'] as const) {
    const trial = trials.find((each) => each.id === id);
    if (trial !== undefined && isUpgraded(trial.attempt))
      suspects.speak(
        'backend-rejected-handshake',
        3,
        `${trial.words} the same handshake is accepted: the Origin ${through.handshake.origin ?? ''} is not allowed`,
      );
  }
  if (isBackends) {
    suspects.speak(
      'backend-rejected-handshake',
      3.5,
      `past nginx, the backend gives the same ${status} to the same handshake`,
    );
    return;
  }
  const isMatched = judgeTrials(facts, answer, suspects);
  if (meaning === 'says-upgrade-missing')
    suspects.speak('upgrade-headers-missing', isMatched ? 1 : 2, 'the body says that no upgrade was asked for');
  if (meaning === 'says-version-refused')
    suspects.speak('proxy-http-version', 1, 'the body says that the version is refused');
  const plain = trials.find(({ id }) => id === 'plain-get')?.attempt.answer ?? null;
  if (plain !== null && isSameAnswer(answer, plain))
    suspects.speak(
      'upgrade-headers-missing',
      0.8,
      'an ordinary GET gets the very same answer, as if no upgrade were asked for',
    );
  else if (plain !== null)
    suspects.speak(
      'backend-rejected-handshake',
      1,
      `an ordinary GET is answered otherwise (${plain.status}), so the upgrade does arrive`,
    );
  if (!isMatched) judgeStatus(facts, status, direct !== null && isUpgraded(direct), suspects);
}

/** The trial past nginx that is answered like the handshake through nginx shows what nginx takes away. */
function judgeTrials({ through, trials }: ProbeFacts, answer: Answer, suspects: Case): boolean {
  const met = (id: TrialId) => trials.some((trial) => trial.id === id && explains(through, trial.attempt));
  const same = `past nginx, the same handshake %s is answered ${answer.status} just like that`;
  const say = (cause: string, weight: number, what: string): void =>
    suspects.speak(cause, weight, same.replace('%s', what));
  const stripped = met('stripped');
  const version = met('http-1.0');
  const version11 = speaksHttp11(answer);
  if (stripped) say('upgrade-headers-missing', version ? 3 : 4, 'without Upgrade and Connection');
  if (version) say('proxy-http-version', (stripped ? 1.5 : 4) - (version11 ? 2 : 0), 'over HTTP/1.0');
  if (!stripped && !version) {
    if (met('stripped-1.0')) say('upgrade-headers-missing', 2.5, 'over HTTP/1.0 without Upgrade and Connection');
    if (met('no-connection')) say('upgrade-headers-missing', 3, 'without Connection: Upgrade');
    if (met('no-upgrade')) say('upgrade-headers-missing', 3, 'without Upgrade');
  }
  const host = trials.find(({ id }) => id === 'proxy-host');
  if (host !== undefined && !stripped && met('proxy-host'))
    say('backend-rejected-handshake', 4, `${host.words}, which is what nginx sends without proxy_set_header Host,`);
  return stripped || version || met('stripped-1.0') || met('no-connection') || met('no-upgrade') || met('proxy-host');
}

function speaksHttp11(answer: Answer): boolean {
  const [major = 0, minor = 0, patch = 0] = (nginxVersionOf(answer) ?? '').split('.').map(Number);
  const [a, b, c] = HTTP_11_SINCE;
  return major > a || (major === a && (minor > b || (minor === b && patch >= c)));
}

/** What the bare status makes likely. */
function judgeStatus({ direct }: ProbeFacts, status: number, acceptsPast: boolean, suspects: Case): void {
  const says = `the status is ${status}`;
  const past = acceptsPast ? `${says}, while past nginx the backend accepts the handshake` : says;
  if (status === 426) suspects.speak('upgrade-headers-missing', 1.8, says);
  else if (status === 505) suspects.speak('proxy-http-version', 3, says);
  else if (status === 429) suspects.speak('rate-limited', 1.5, says);
  else if (status === 400) {
    suspects.speak('upgrade-headers-missing', 0.8, says);
    suspects.speak('backend-rejected-handshake', 0.4, says);
  } else if (status === 401 || status === 403) {
    suspects.speak('denied-by-nginx', acceptsPast ? 2 : 0.3, past);
    suspects.speak('backend-rejected-handshake', acceptsPast ? 0.7 : 1.5, says);
  } else if (status === 200) {
    suspects.speak('route-not-proxied', acceptsPast ? 2 : 1, past);
    suspects.speak('upgrade-headers-missing', 0.7, says);
  } else if (status === 404 || status === 405) {
    suspects.speak('route-not-proxied', acceptsPast ? 1.5 : 0.5, past);
    suspects.speak('backend-rejected-handshake', 0.8, says);
    if (direct === null) suspects.speak('upgrade-headers-missing', 0.4, says);
  } else if (status >= 500) suspects.speak('backend-rejected-handshake', 1.5, says);
  else suspects.speak('backend-rejected-handshake', 0.5, says);
}
