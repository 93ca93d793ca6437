/** One handshake, from the name to the answer; after a 101 also the first moments of the tunnel. */
import { randomBytes } from 'node:crypto';
import { answerOf, framingOf, type Head, isEnough, readHead } from './answer.ts';
import {
  type Answer,
  type Attempt,
  type Failure,
  type FailureKind,
  type Handshake,
  headerOf,
  type Opening,
} from './attempt.ts';
import { ByteStream, type Patience } from './byte-stream.ts';
import { connect } from './connect.ts';
import { acceptFor, requestText } from './request.ts';
import type { Override, Target } from './target.ts';
import { Tunnel } from './tunnel.ts';

/** What all handshakes of one probe share. */
export interface ProbeSettings {
  readonly userAgent: string;
  /** Patience with each step: connecting, TLS, the answer. */
  readonly timeoutMs: number;
  /** Go on over a certificate that clients would refuse. */
  readonly insecure: boolean;
  readonly signal: AbortSignal;
  /** ms, never jumping. */
  readonly clock: () => number;
}

export interface Way {
  readonly target: Target;
  readonly override: Override | null;
  /** A certificate that is not trusted ends the attempt, as it does for clients. nginx by default looks at none. */
  readonly checksCertificate: boolean;
}

/** A body is waited for no longer than this, behind a head that came. */
const BODY_PATIENCE_MS = 1000;
/** What accepts a handshake and drops it, such as a failed sign-in, does so within moments. */
const OPENING_MS = 300;
/** A server that answers pings does so within this time, unless the network is very slow. */
const PONG_MS = 1500;
const MAX_INTERIM_ANSWERS = 5;

/** Tries one handshake. Never throws. */
export async function tryHandshake(way: Way, handshake: Handshake, settings: ProbeSettings): Promise<Attempt> {
  const { attempt, tunnel } = await openTunnel(way, handshake, settings);
  if (tunnel === null) return attempt;
  const opening = await firstMoments(tunnel, settings);
  if (opening.end === null) await tunnel.close();
  return { ...attempt, opening };
}

/** The same, keeping the tunnel of a 101 open. */
export async function openTunnel(
  way: Way,
  handshake: Handshake,
  settings: ProbeSettings,
): Promise<{ readonly attempt: Attempt; readonly tunnel: Tunnel | null }> {
  const { target, override } = way;
  const key = randomBytes(16).toString('base64');
  const patience: Patience = { ms: settings.timeoutMs, signal: settings.signal };
  const certificateName = handshake.serverName ?? (target.host === '' ? 'localhost' : target.host);
  const made = await connect(
    { target, override, serverName: handshake.serverName, certificateName },
    patience,
    settings.clock,
  );
  const base = {
    target,
    handshake,
    addresses: made.addresses,
    address: made.address,
    passedOver: made.passedOver,
    tls: made.tls,
    expectedAccept: acceptFor(key),
    opening: null,
  };
  const until = { dns: made.dns, connect: made.connect, tls: made.handshake };
  const failed = (failure: Failure, answer: number | null = null): Attempt => ({
    ...base,
    failure,
    answer: null,
    timings: { ...until, answer },
  });
  const { socket } = made;
  if (socket === null) {
    const failure = made.failure ?? { kind: 'connect-failed', text: 'does not take the connection' };
    return { attempt: failed(failure), tunnel: null };
  }
  const distrust = made.tls?.problem ?? null;
  if (distrust !== null && way.checksCertificate && !settings.insecure) {
    // Cookies and headers may be secrets, and whoever answers here has not shown to be the site.
    socket.destroy();
    return {
      attempt: failed({ kind: 'certificate', text: `clients refuse the certificate: ${distrust}` }),
      tunnel: null,
    };
  }
  const stream = new ByteStream(socket);
  const since = settings.clock();
  stream.write(requestText(target.path, handshake, key, settings.userAgent));
  const got = await readAnswer(stream, patience);
  const seconds = (settings.clock() - since) / 1000;
  if ('kind' in got) {
    stream.destroy();
    return { attempt: failed(got, seconds), tunnel: null };
  }
  const attempt: Attempt = { ...base, failure: null, answer: got, timings: { ...until, answer: seconds } };
  if (got.status === 101 && headerOf(got, 'sec-websocket-accept') === base.expectedAccept) {
    return { attempt, tunnel: new Tunnel(stream, settings.clock) };
  }
  stream.destroy();
  return { attempt, tunnel: null };
}

async function firstMoments(tunnel: Tunnel, { signal }: ProbeSettings): Promise<Opening> {
  const start = await tunnel.watch(OPENING_MS, signal);
  if (start !== null) return { pong: false, end: start === 'stopped' ? null : start };
  tunnel.ping();
  const end = await tunnel.watch(PONG_MS, signal, () => tunnel.pongs > 0);
  return { pong: tunnel.pongs > 0, end: end === 'stopped' ? null : end };
}

const WITHOUT_ANSWER: Readonly<Record<'closed' | 'reset' | 'timeout' | 'stopped', Failure>> = {
  closed: { kind: 'closed', text: 'closed the connection without an answer' },
  reset: { kind: 'reset', text: 'reset the connection instead of answering' },
  timeout: { kind: 'answer-timeout', text: 'did not answer in time' },
  stopped: { kind: 'stopped', text: 'was stopped' },
};

const FOREIGN: ReadonlyMap<FailureKind, string> = new Map([
  ['speaks-tls', 'answered in TLS, not in HTTP'],
  ['speaks-http2', 'answered in HTTP/2, which this port speaks without being asked'],
  ['header-too-large', 'sent more than 64 KiB of headers'],
  ['not-http', 'answered something that is not HTTP'],
]);

async function readAnswer(stream: ByteStream, { ms, signal }: Patience): Promise<Answer | Failure> {
  const deadline = Date.now() + ms;
  let bytes = '';
  for (let interim = 0; interim < MAX_INTERIM_ANSWERS; ) {
    const head = readHead(bytes);
    if (typeof head === 'object') {
      if (head.status >= 200 || head.status === 101) return readBody(stream, head, bytes.slice(head.bytes), signal);
      bytes = bytes.slice(head.bytes);
      interim++;
      continue;
    }
    if (head !== 'more') return { kind: head, text: FOREIGN.get(head) ?? 'answered something else' };
    const arrived = await stream.next({ ms: deadline - Date.now(), signal });
    if (typeof arrived === 'string') {
      // A TLS server's alert after the handshake, such as for a missing client certificate, ends the connection.
      const alert = / alert ([a-z ]+)/.exec(stream.problem)?.[1];
      if (alert !== undefined) return { kind: 'tls-refused', text: `ended the connection with the TLS alert ${alert}` };
      if (bytes !== '' && arrived !== 'stopped')
        return { kind: 'not-http', text: 'broke off in the middle of its answer' };
      return WITHOUT_ANSWER[arrived];
    }
    bytes += arrived.toString('latin1');
  }
  return { kind: 'not-http', text: 'sent interim answers without end' };
}

async function readBody(stream: ByteStream, head: Head, first: string, signal: AbortSignal): Promise<Answer> {
  const framing = framingOf(head);
  if (head.status === 101) {
    // What follows are frames of the tunnel.
    stream.unread(Buffer.from(first, 'latin1'));
    return answerOf(head, '', framing);
  }
  const deadline = Date.now() + BODY_PATIENCE_MS;
  let raw = first;
  while (!isEnough(raw, framing)) {
    const arrived = await stream.next({ ms: deadline - Date.now(), signal });
    if (typeof arrived === 'string') break;
    raw += arrived.toString('latin1');
  }
  return answerOf(head, raw, framing);
}
