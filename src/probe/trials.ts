/**
 * Further handshakes that tell causes apart. Past nginx, each leaves out what a fault in nginx takes away: the one that
 * gets the same answer as the handshake through nginx names the fault.
 */
import type { Attempt, FailureKind, Handshake } from './attempt.ts';
import { complaintOf, isNginxMade, isSameAnswer } from './maker.ts';
import { siteOrigin, type Target, withTls } from './target.ts';

export type TrialId =
  | 'stripped'
  | 'http-1.0'
  | 'stripped-1.0'
  | 'no-upgrade'
  | 'no-connection'
  | 'proxy-host'
  | 'no-server-name'
  | 'other-scheme-direct'
  | 'other-scheme'
  | 'plain-get'
  | 'site-origin'
  | 'no-origin'
  | 'again';

export interface TrialSpec {
  readonly id: TrialId;
  readonly way: 'through' | 'direct';
  /** What is different, to be read behind "past nginx" or "through nginx". */
  readonly words: string;
  readonly target: Target;
  readonly handshake: Handshake;
  /** Left out when an earlier trial on the same way has explained the answer. */
  readonly isFallback: boolean;
}

export interface Trial extends TrialSpec {
  readonly attempt: Attempt;
}

/** A connection that nginx took and that ended like this may have ended so because of the backend. */
const FROM_BEHIND: ReadonlySet<FailureKind> = new Set(['closed', 'reset', 'not-http', 'speaks-tls', 'answer-timeout']);
/** Finer distinctions than are needed once a coarser one has hit. */
const FALLBACKS: ReadonlySet<TrialId> = new Set(['stripped-1.0', 'no-upgrade', 'no-connection', 'proxy-host']);

/** Trials through nginx that this first attempt calls for. */
export function trialsThrough({ target, handshake, answer, failure, tls }: Attempt): TrialSpec[] {
  const specs: TrialSpec[] = [];
  const add = (id: TrialId, words: string, change: Partial<Handshake>, at: Target = target): void => {
    specs.push({
      id,
      way: 'through',
      words,
      target: at,
      handshake: { ...handshake, ...change },
      isFallback: FALLBACKS.has(id),
    });
  };
  if (answer === null) {
    const kinds = target.tls
      ? ['not-tls', 'tls-closed', 'tls-timeout']
      : ['closed', 'reset', 'not-http', 'speaks-tls', 'answer-timeout'];
    if (tls === null && target.socketPath === null && failure !== null && kinds.includes(failure.kind)) {
      const other = withTls(target, !target.tls);
      add('other-scheme', target.tls ? 'without TLS' : 'with TLS', { serverName: serverNameOf(other) }, other);
    }
    return specs;
  }
  const { status } = answer;
  if (status === 101 || (status >= 300 && status < 400)) return specs;
  if (complaintOf(answer) === 'plain-http-to-tls' && !target.tls) {
    const secured = withTls(target, true);
    add('other-scheme', 'with TLS', { serverName: serverNameOf(secured) }, secured);
    return specs;
  }
  if (!isNginxMade(answer)) {
    add('plain-get', 'as an ordinary GET', { upgrade: false, connection: 'close' });
    const own = siteOrigin(target);
    if ((status === 403 || status === 401 || status === 400) && handshake.origin !== null) {
      if (handshake.origin !== own) add('site-origin', `with the site's own Origin, ${own}`, { origin: own });
      else add('no-origin', 'without an Origin', { origin: null });
    }
  }
  if (status === 429 || status === 503) add('again', 'once more, after a second', {});
  return specs;
}

/** Trials past nginx, when the handshake past nginx was answered otherwise than the one through it. */
export function trialsPast(through: Attempt, direct: Attempt): TrialSpec[] {
  const specs: TrialSpec[] = [];
  const { target, handshake } = direct;
  const add = (id: TrialId, words: string, change: Partial<Handshake>, at: Target = target): void => {
    specs.push({
      id,
      way: 'direct',
      words,
      target: at,
      handshake: { ...handshake, ...change },
      isFallback: FALLBACKS.has(id),
    });
  };
  if (!mayBeBackends(through)) return specs;
  if (direct.answer === null) {
    const kinds = [
      ...['not-tls', 'tls-closed', 'tls-timeout'],
      ...['closed', 'reset', 'not-http', 'speaks-tls', 'answer-timeout'],
    ];
    if (direct.failure !== null && kinds.includes(direct.failure.kind)) {
      const other = withTls(target, !target.tls);
      const words = target.tls ? 'without TLS' : 'with TLS';
      add('other-scheme-direct', words, { serverName: target.tls ? null : nameOf(handshake.host) }, other);
    }
    return specs;
  }
  if (through.answer !== null && isSameAnswer(through.answer, direct.answer)) return specs;
  add('stripped', 'without Upgrade and Connection', { upgrade: false, connection: 'close' });
  add('http-1.0', 'over HTTP/1.0', { httpVersion: '1.0' });
  add('stripped-1.0', 'over HTTP/1.0 without both headers', {
    upgrade: false,
    connection: 'close',
    httpVersion: '1.0',
  });
  add('no-upgrade', 'without Upgrade', { upgrade: false });
  add('no-connection', 'without Connection: Upgrade', { connection: 'close' });
  if (handshake.host !== target.authority)
    add('proxy-host', `with Host: ${target.authority}`, { host: target.authority });
  if (target.tls && handshake.serverName !== null)
    add('no-server-name', 'without a TLS server name', { serverName: null });
  return specs;
}

/** False when the front alone decided, so that no trial past nginx can say more. */
function mayBeBackends({ answer, failure }: Attempt): boolean {
  if (answer === null) return failure !== null && FROM_BEHIND.has(failure.kind);
  const { status } = answer;
  if (status === 101 || (status >= 300 && status < 400)) return false;
  return status === 502 || status === 504 || !isNginxMade(answer);
}

/** Whether a trial past nginx met what the handshake through nginx met. */
export function explains(through: Attempt, trial: Attempt): boolean {
  if (trial.answer !== null) return through.answer !== null && isSameAnswer(through.answer, trial.answer);
  const kind = trial.failure?.kind;
  const status = through.answer?.status;
  if (kind === 'answer-timeout') return status === 504 || through.failure?.kind === 'answer-timeout';
  if (kind === 'not-http' || kind === 'speaks-tls') return status === 502 || through.failure?.kind === kind;
  const ended = kind === 'closed' || kind === 'reset' || kind === 'tls-refused' || kind === 'tls-closed';
  return ended && status === 502;
}

/** A TLS server name for a target; null for an address, which has none. */
export function serverNameOf(target: Target): string | null {
  return nameOf(target.host);
}

function nameOf(host: string): string | null {
  const bare = host.replace(/:\d{1,5}$/, '');
  return bare === '' || /^[\d.]+$|[:[\]]/.test(bare) ? null : bare;
}
