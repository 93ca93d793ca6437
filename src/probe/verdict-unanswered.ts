/** Verdicts on handshakes that got no HTTP answer at all. */
import type { Case } from './case.ts';
import { explains } from './trials.ts';
import type { ProbeFacts } from './verdict.ts';

/** @returns what to say when no cause of the catalogue is suspected */
export function judgeUnanswered(facts: ProbeFacts, suspects: Case): string | null {
  const { through, direct, trials } = facts;
  const { failure, target } = through;
  const where = target.socketPath ?? `${target.host}:${target.port}`;
  const other = trials.find(({ id }) => id === 'other-scheme')?.attempt ?? null;
  const says = `the other side ${failure?.text ?? 'gave no answer'}`;
  switch (failure?.kind) {
    case 'name-unknown':
      return `${capital(failure.text)}: clients get no further`;
    case 'certificate':
      suspects.speak('client-tls-failed', 4, failure.text);
      return null;
    case 'tls-refused':
      suspects.speak('client-tls-failed', 3.5, says);
      return null;
    case 'not-tls':
    case 'tls-closed':
    case 'tls-timeout': {
      if (failure.kind === 'not-tls') suspects.speak('tls-to-plain-port', 3, `${where} does not speak TLS`);
      else suspects.speak('client-tls-failed', 2, says);
      if (other?.answer != null)
        suspects.speak('tls-to-plain-port', 3, `without TLS the same port answers ${other.answer.status}`);
      return null;
    }
    case 'speaks-http2':
      suspects.speak('upgrade-over-http2', 3, `${where} speaks HTTP/2 to a client that asked in HTTP/1.1`);
      return null;
    case 'speaks-tls':
      // A port that cannot do TLS itself passes on what a TLS backend said to plain HTTP.
      if (other?.failure?.kind === 'not-tls')
        suspects.speak(
          'upstream-tls-mismatch',
          3.5,
          `${where} is a plain port, yet TLS bytes came back: they are the backend's`,
        );
      else suspects.speak('plain-http-to-tls-port', 3, `${where} answered a plain request in TLS`);
      return null;
    case 'closed':
    case 'reset':
      judgeClosed(facts, suspects, says);
      return null;
    case 'not-http':
    case 'header-too-large':
      suspects.speak('backend-bad-response', 1.5, says);
      if (direct?.failure?.kind === failure.kind)
        suspects.speak('backend-bad-response', 2.5, `past nginx it ${direct.failure.text} as well`);
      return null;
    case 'answer-timeout':
      judgeSilence(facts, suspects, `no answer came within ${through.timings.answer?.toFixed(0) ?? 'the'} s`);
      return null;
    default:
      return `Nothing takes connections at ${where}: ${failure?.text ?? 'no connection'}`;
  }
}

function judgeClosed({ through, direct, trials, location }: ProbeFacts, suspects: Case, says: string): void {
  const other = trials.find(({ id }) => id === 'other-scheme')?.attempt ?? null;
  if (other !== null && other.tls !== null && !through.target.tls)
    suspects.speak('plain-http-to-tls-port', 3.5, `${says}, and with TLS the same port answers`);
  if (direct !== null && direct.failure?.kind === through.failure?.kind)
    suspects.speak('backend-closed-handshake', 2, `past nginx it ${direct.failure?.text ?? ''} as well`);
  if (location?.returns?.value.startsWith('444') === true)
    suspects.speak('denied-by-nginx', 4, 'the location has "return 444", which closes without an answer');
  else suspects.speak('denied-by-nginx', 0.7, `${says}, as nginx does on "return 444"`);
  suspects.speak('worker-connections-exhausted', 0.3, `${says}, as nginx does when worker_connections are used up`);
}

/** Nothing came in time, or nginx's own 504 did. */
export function judgeSilence({ through, direct, trials }: ProbeFacts, suspects: Case, says: string): void {
  const met = (id: string) => trials.some((trial) => trial.id === id && explains(through, trial.attempt));
  if (direct === null) {
    suspects.speak('handshake-timeout', 1.2, says);
    suspects.speak('backend-unreachable', 0.7, says);
    return;
  }
  switch (direct.failure?.kind) {
    case 'connect-timeout':
    case 'unreachable':
      suspects.speak('backend-unreachable', 3.5, `past nginx, ${direct.failure.text}`);
      return;
    case 'answer-timeout': {
      const secured = trials.find(({ id }) => id === 'other-scheme-direct')?.attempt ?? null;
      if (secured?.tls != null && !direct.target.tls)
        suspects.speak('upstream-tls-mismatch', 3.5, 'past nginx, the backend is silent to plain HTTP and answers TLS');
      else
        suspects.speak(
          'handshake-timeout',
          3.5,
          'past nginx, the backend takes the connection and does not answer either',
        );
      return;
    }
    default:
  }
  if (met('stripped'))
    suspects.speak(
      'upgrade-headers-missing',
      3,
      'past nginx, the backend is silent to a handshake without Upgrade and Connection',
    );
  if (met('http-1.0')) suspects.speak('proxy-http-version', 3, 'past nginx, the backend is silent to HTTP/1.0');
  suspects.speak('handshake-timeout', 0.8, says);
  suspects.speak('backend-unreachable', 0.8, says);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
