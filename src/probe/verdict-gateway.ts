/** Verdicts on nginx's 502: it asked a backend and got nothing it could use. The way past nginx tells what. */
import type { Attempt, FailureKind } from './attempt.ts';
import type { Case } from './case.ts';
import { explains, type Trial, type TrialId } from './trials.ts';
import type { ProbeFacts } from './verdict.ts';

/** nginx takes the answer's header into one buffer: a page of memory unless it is told otherwise. */
const DEFAULT_BUFFER_BYTES = 4096;

export function judgeGateway(facts: ProbeFacts, suspects: Case): void {
  const { direct } = facts;
  if (direct === null) {
    suspects.speak(
      'backend-refused',
      0.6,
      'nginx answers 502; without --upstream it cannot be seen what the backend does',
    );
    suspects.speak('backend-closed-handshake', 0.2, 'nginx answers 502');
    suspects.speak('upstream-tls-mismatch', 0.2, 'nginx answers 502');
    return;
  }
  if (direct.answer === null) judgeFailure(direct, facts.trials, suspects);
  else judgeAnswered(facts, direct, suspects);
}

/** What a failure past nginx says of itself, by its kind. */
const FAILURES: ReadonlyMap<FailureKind, readonly (readonly [cause: string, weight: number])[]> = new Map<
  FailureKind,
  readonly (readonly [string, number])[]
>([
  ['refused', [['backend-refused', 4]]],
  ['socket-missing', [['backend-socket-missing', 4]]],
  ['denied', [['connect-denied', 3.5]]],
  ['backlog-full', [['backend-backlog-full', 4]]],
  ['unreachable', [['backend-unreachable', 3.5]]],
  ['connect-timeout', [['backend-unreachable', 2.5]]],
  ['name-unknown', [['upstream-name-unresolved', 3.5]]],
  ['not-tls', [['upstream-tls-mismatch', 4]]],
  ['speaks-tls', [['upstream-tls-mismatch', 4]]],
  [
    'tls-refused',
    [
      ['upstream-tls-name', 1.5],
      ['upstream-tls-verify-failed', 0.3],
    ],
  ],
  ['tls-closed', [['upstream-tls-name', 1]]],
  ['tls-timeout', [['upstream-tls-name', 1]]],
  ['closed', [['backend-closed-handshake', 3.5]]],
  ['reset', [['backend-closed-handshake', 3.5]]],
  ['header-too-large', [['upstream-header-too-big', 3]]],
  ['not-http', [['backend-bad-response', 3.5]]],
  ['speaks-http2', [['backend-bad-response', 3.5]]],
]);
/** These come of speaking the wrong one of plain HTTP and TLS, where the other one is answered. */
const WRONG_SCHEME: ReadonlySet<FailureKind> = new Set(['tls-closed', 'tls-timeout', 'closed', 'reset', 'not-http']);

function judgeFailure({ failure, target, address }: Attempt, trials: readonly Trial[], suspects: Case): void {
  if (failure === null) return;
  const says = `past nginx, ${address === null ? '' : 'the backend '}${failure.text}`;
  const other = trials.find(({ id }) => id === 'other-scheme-direct')?.attempt ?? null;
  const answersOther = other !== null && (target.tls ? other.answer !== null : other.tls !== null);
  if (answersOther) {
    const [spoken, asked] = target.tls ? ['plain HTTP', 'TLS'] : ['TLS', 'plain HTTP'];
    suspects.speak('upstream-tls-mismatch', 4, `past nginx, the backend's port answers ${spoken}, not ${asked}`);
  }
  if (answersOther && WRONG_SCHEME.has(failure.kind)) return;
  for (const [cause, weight] of FAILURES.get(failure.kind) ?? [['backend-closed-handshake', 0.5]])
    suspects.speak(cause, weight, says);
}

function judgeAnswered({ through, trials, location }: ProbeFacts, direct: Attempt, suspects: Case): void {
  const { answer } = direct;
  if (answer === null) return;
  const met = (id: TrialId) => trials.some((trial) => trial.id === id && explains(through, trial.attempt));
  const buffer = location?.bufferSize.value ?? DEFAULT_BUFFER_BYTES;
  const byDefault = location === null ? ' unless proxy_buffer_size says otherwise' : '';
  let isExplained = true;
  if (answer.badLines.length > 0)
    suspects.speak(
      'backend-bad-response',
      3.5,
      `past nginx, the backend's answer has a header line that is not HTTP: ${(answer.badLines[0] ?? '').slice(0, 60)}`,
    );
  else if (answer.headBytes > buffer)
    suspects.speak(
      'upstream-header-too-big',
      4,
      `past nginx, the backend's header has ${answer.headBytes} bytes; nginx's buffer holds ${buffer}${byDefault}`,
    );
  else if (met('no-server-name'))
    suspects.speak(
      'upstream-tls-name',
      4,
      'past nginx, the backend ends the TLS handshake when no server name is sent, and nginx by default sends none',
    );
  else if (met('http-1.0') || met('stripped')) {
    const [version, stripped] = [met('http-1.0'), met('stripped')];
    if (version)
      suspects.speak(
        'proxy-http-version',
        stripped ? 1.5 : 3.5,
        'past nginx, the backend ends the connection without an answer when asked over HTTP/1.0',
      );
    if (stripped)
      suspects.speak(
        'upgrade-headers-missing',
        version ? 2 : 3.5,
        'past nginx, the backend ends the connection without an answer when Upgrade and Connection are missing',
      );
  } else if (met('stripped-1.0'))
    suspects.speak(
      'upgrade-headers-missing',
      2,
      'past nginx, the backend ends the connection when asked over HTTP/1.0 without Upgrade and Connection',
    );
  else isExplained = false;
  judgeCertificate(direct, location, isExplained, suspects);
  if (isExplained) return;
  // The backend's address is open from here, so that it is refused to nginx is less likely than a wrong scheme.
  const elsewhere = `past nginx, the backend answers ${answer.status}, so nginx asks elsewhere or in another way`;
  suspects.speak('upstream-tls-mismatch', direct.target.tls ? 0.5 : 1.2, elsewhere);
  suspects.speak('backend-refused', 0.4, elsewhere);
  suspects.speak('upstream-name-unresolved', 0.1, elsewhere);
  suspects.speak('connect-denied', 0.1, elsewhere);
}

/** nginx looks at the backend's certificate only with proxy_ssl_verify, and may trust another root than this machine. */
function judgeCertificate(
  { tls }: Attempt,
  location: ProbeFacts['location'],
  isExplained: boolean,
  suspects: Case,
): void {
  if (tls === null || tls.problem === null) return;
  const isVerified = location?.sslVerify.value === true;
  const weight = isVerified ? 2 : isExplained ? 0.1 : 1.2;
  suspects.speak(
    'upstream-tls-verify-failed',
    weight,
    `the backend's certificate would not stand a check: ${tls.problem}`,
  );
  const asked = location?.sslName.value.replace(/:\d+$/, '') ?? '';
  if (isVerified && !tls.names.split(', ').includes(asked))
    suspects.speak(
      'upstream-tls-name',
      1.5,
      `the backend's certificate is for ${tls.names}, and nginx asks for ${asked}`,
    );
}
