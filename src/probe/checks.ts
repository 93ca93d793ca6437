/** An attempt as a list of checks in the order in which a connection comes about. */
import { type Answer, type Attempt, headerOf } from './attempt.ts';
import { isNginxMade } from './maker.ts';

export type CheckState = 'ok' | 'wrong' | 'note';

export interface Check {
  readonly name: string;
  readonly state: CheckState;
  /** May hold text from the network. */
  readonly text: string;
}

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;
/** Characters of a certificate's list of names that are shown. */
const MAX_NAMES = 120;

/** @param now epoch ms, to tell how long a certificate still lasts */
export function checksOf(attempt: Attempt, now: number): Check[] {
  const { target, failure, timings, answer } = attempt;
  const checks: Check[] = [];
  const add = (name: string, state: CheckState, text: string): void => {
    checks.push({ name, state, text });
  };
  if (failure?.kind === 'name-unknown') {
    add('DNS', 'wrong', failure.text);
    return checks;
  }
  if (attempt.addresses.length > 0 && attempt.addresses[0] !== target.host)
    add('DNS', 'ok', `${target.host} is ${attempt.addresses.join(', ')}${took(timings.dns)}`);
  if (attempt.address === null) {
    add('TCP', 'wrong', failure?.text ?? 'no connection');
    return checks;
  }
  add('TCP', 'ok', `connected to ${attempt.address}${took(timings.connect)}`);
  for (const passed of attempt.passedOver) add('TCP', 'note', `${passed}; clients that try it first are slowed down`);
  if (target.tls) addTls(attempt, now, add);
  if (answer === null) {
    if (failure !== null && !target.tls) add('Answer', 'wrong', `the other side ${failure.text}`);
    else if (failure !== null && attempt.tls !== null && failure.kind !== 'certificate')
      add('Answer', 'wrong', `the other side ${failure.text}`);
    return checks;
  }
  addAnswer(attempt, answer, add);
  return checks;
}

type Add = (name: string, state: CheckState, text: string) => void;

function addTls({ tls, failure, timings, target }: Attempt, now: number, add: Add): void {
  if (tls === null) {
    add('TLS', 'wrong', `the other side ${failure?.text ?? 'did not finish the handshake'}`);
    return;
  }
  add('TLS', 'ok', `${tls.protocol}, ALPN ${tls.alpn ?? 'not used'}${took(timings.tls)}`);
  const all = tls.names === '' ? tls.subject : tls.names;
  const names = all.length > MAX_NAMES ? `${all.slice(0, MAX_NAMES)}...` : all;
  const left = Math.floor((tls.validTo - now) / DAY_MS);
  const lasts = Number.isNaN(left) ? '' : left < 0 ? `, expired ${-left} days ago` : `, lasts ${left} more days`;
  const about = `for ${names === '' ? 'no name' : names}, from ${tls.issuer === '' ? 'unknown' : tls.issuer}${lasts}`;
  if (tls.problem !== null) {
    const state = failure?.kind === 'certificate' ? 'wrong' : 'note';
    add('Certificate', state, `${tls.problem} (${about}; asked for ${target.host || 'the socket'})`);
  } else add('Certificate', left < SOON_DAYS ? 'note' : 'ok', about);
}

function addAnswer(attempt: Attempt, answer: Answer, add: Add): void {
  const line = `${answer.status} ${answer.reason}`.trim();
  const server = headerOf(answer, 'server');
  const from = server === null ? '' : `, Server: ${server}`;
  if (answer.status !== 101) {
    const location = headerOf(answer, 'location');
    const to = location === null ? '' : `, to ${location}`;
    const by = isNginxMade(answer) ? ', made by nginx' : '';
    add('Status', 'wrong', `${line} in place of 101${to}${by}${from}${took(attempt.timings.answer)}`);
    return;
  }
  add('Status', 'ok', `${line}${from}${took(attempt.timings.answer)}`);
  for (const { name, state, text } of upgradeChecks(attempt, answer)) add(name, state, text);
  const { opening } = attempt;
  if (opening === null) return;
  if (opening.end !== null) add('Tunnel', 'wrong', endText(opening.end));
  else if (opening.pong) add('Tunnel', 'ok', 'a ping was answered, so bytes pass both ways');
  else add('Tunnel', 'note', 'open, but a ping got no answer; some servers do not answer them');
}

/** What a client checks in a 101 (RFC 6455, 4.1); each that is wrong makes it fail the connection. */
export function upgradeChecks({ expectedAccept, handshake }: Attempt, answer: Answer): Check[] {
  const checks: Check[] = [];
  const expect = (name: string, good: boolean, value: string | null, wanted: string): void => {
    const shown = value === null ? 'is missing' : `is "${value}"`;
    checks.push(
      good
        ? { name, state: 'ok', text: value ?? 'none' }
        : { name, state: 'wrong', text: `${shown}; clients want ${wanted}` },
    );
  };
  const upgrade = headerOf(answer, 'upgrade');
  expect('Upgrade', upgrade?.toLowerCase() === 'websocket', upgrade, '"websocket"');
  const connection = headerOf(answer, 'connection');
  const tokens = (connection ?? '').toLowerCase().split(/[\s,]+/);
  expect('Connection', tokens.includes('upgrade'), connection, '"Upgrade"');
  const accept = headerOf(answer, 'sec-websocket-accept');
  // The value is as random as the key, and tells a reader nothing.
  const fits = accept === expectedAccept;
  const told = accept === null ? 'is missing' : 'belongs to another key than the one that was sent';
  checks.push({ name: 'Accept', state: fits ? 'ok' : 'wrong', text: fits ? 'belongs to the key that was sent' : told });
  const extensions = headerOf(answer, 'sec-websocket-extensions');
  if (extensions !== null) expect('Extensions', extensions === '', extensions, 'none, as none was offered');
  const protocol = headerOf(answer, 'sec-websocket-protocol');
  if (protocol !== null || handshake.protocols.length > 0) {
    const wanted =
      handshake.protocols.length === 0 ? 'none, as none was offered' : `one of ${handshake.protocols.join(', ')}`;
    expect('Subprotocol', protocol !== null && handshake.protocols.includes(protocol), protocol, wanted);
  }
  return checks;
}

/** How a tunnel ended, as a clause. */
export function endText({ how, code, reason, after }: NonNullable<Attempt['opening']>['end'] & object): string {
  const when = `${after.toFixed(1)} s after the 101`;
  if (how === 'close-frame')
    return `the application closed it ${when} with code ${code ?? 1005}${reason === '' ? '' : ` "${reason}"`}`;
  if (how === 'reset') return `it was reset ${when}`;
  if (how === 'not-frames') return `what came ${when} is no WebSocket frame`;
  return `it was closed ${when} without a close frame`;
}

function took(seconds: number | null): string {
  return seconds === null ? '' : `, ${seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`}`;
}
