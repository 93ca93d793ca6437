/** Verdicts on handshakes that were accepted, and on what became of the tunnel. */
import type { TunnelEnd } from './attempt.ts';
import type { Case } from './case.ts';
import { endText, upgradeChecks } from './checks.ts';
import { placeOf } from './config-view.ts';
import type { ProbeFacts } from './verdict.ts';

const NGINX_DEFAULT_SECONDS = 60;

/** @returns what to say when no cause of the catalogue is suspected */
export function judgeTunnel(facts: ProbeFacts, suspects: Case): string | null {
  const { through, direct, hold } = facts;
  const wrong =
    through.answer === null ? [] : upgradeChecks(through, through.answer).filter(({ state }) => state === 'wrong');
  if (wrong.length > 0) {
    const [first] = wrong;
    return `The answer is 101, but clients refuse it: ${first?.name ?? ''} ${first?.text ?? ''}`;
  }
  const end = through.opening?.end ?? null;
  if (end !== null) judgeDrop(end, direct?.opening?.end ?? null, direct !== null, suspects);
  else if (hold?.idle?.end != null) judgeCut(facts, hold.idle.end, suspects);
  return 'The handshake is accepted, and the tunnel does not last';
}

/** Accepted, then dropped within moments. */
function judgeDrop(end: TunnelEnd, directEnd: TunnelEnd | null, hasDirect: boolean, suspects: Case): void {
  const says = endText(end);
  const [closed, reset] = ['backend-closed-tunnel', 'backend-reset-tunnel'];
  if (end.how === 'close-frame') suspects.speak(closed, 3.5, says);
  else if (end.how === 'not-frames') suspects.speak('backend-bad-response', 2.5, says);
  else {
    suspects.speak(closed, end.how === 'reset' ? 0.5 : 2, says);
    suspects.speak(reset, end.how === 'reset' ? 2.5 : 1, says);
  }
  if (directEnd !== null)
    suspects.speak(
      directEnd.how === 'reset' ? reset : closed,
      2.5,
      `past nginx the same happens: ${endText(directEnd)}`,
    );
  else if (hasDirect && end.how !== 'close-frame') {
    suspects.speak(closed, -2, 'past nginx the connection stays open');
    suspects.speak('idle-timeout', 1.5, 'past nginx the connection stays open, so nginx or something before it cuts');
  }
}

/** A silent tunnel was cut: by whom is told by the time, by the way past nginx and by what pings do. */
function judgeCut({ hold, location }: ProbeFacts, end: TunnelEnd, suspects: Case): void {
  const { silent } = end;
  const says = `a silent connection was cut after ${silent.toFixed(1)} s`;
  if (end.how === 'close-frame') {
    suspects.speak('backend-closed-tunnel', 3.5, `${endText(end)}, which nginx never does`);
    return;
  }
  const near = (seconds: number) => Math.abs(silent - seconds) <= Math.max(1, seconds * 0.03);
  suspects.speak('idle-timeout', 1, `${says}, without a close frame, as nginx does it`);
  suspects.speak('front-proxy-cut', 0.4, says);
  suspects.speak('backend-closed-tunnel', 0.4, says);
  if (end.how === 'reset')
    suspects.speak('backend-reset-tunnel', 1.5, 'it was reset, which nginx does not do to a client');
  const direct = hold?.direct ?? null;
  if (direct !== null) {
    if (direct.end !== null && Math.abs(direct.end.silent - silent) <= Math.max(1, silent * 0.1))
      suspects.speak(
        'backend-closed-tunnel',
        3.5,
        `past nginx it is cut after ${direct.end.silent.toFixed(1)} s as well`,
      );
    else if (direct.end === null) {
      suspects.speak(
        'backend-closed-tunnel',
        -3,
        `past nginx it stays open for ${direct.seconds.toFixed(0)} s and more`,
      );
      suspects.speak('idle-timeout', 0.8, `past nginx it stays open for ${direct.seconds.toFixed(0)} s and more`);
    }
  }
  const stated = location?.proxyPass == null ? null : location.readTimeout;
  if (stated === null) {
    if (near(NGINX_DEFAULT_SECONDS)) suspects.speak('idle-timeout', 2, "60 s is nginx's default proxy_read_timeout");
  } else if (near(stated.value))
    suspects.speak('idle-timeout', 3, `proxy_read_timeout is ${stated.value} s (${placeOf(stated)})`);
  else {
    suspects.speak(
      'idle-timeout',
      -2.5,
      `proxy_read_timeout is ${stated.value} s (${placeOf(stated)}), not ${silent.toFixed(0)} s`,
    );
    suspects.speak('front-proxy-cut', 1.2, `proxy_read_timeout is ${stated.value} s, so another timer cuts`);
  }
  judgePings(hold?.pinged ?? null, silent, suspects);
}

function judgePings(pinged: NonNullable<ProbeFacts['hold']>['pinged'], silent: number, suspects: Case): void {
  if (pinged === null) return;
  const every = `a ping every ${pinged.every.toFixed(1)} s`;
  if (pinged.end === null) {
    suspects.speak('idle-timeout', 0.8, `${every} keeps it open (for ${pinged.seconds.toFixed(0)} s and more)`);
    suspects.speak('front-proxy-cut', -0.3, `${every} keeps it open, so it is silence that counts`);
  } else if (pinged.every < silent) {
    const text = `${every} does not keep it open: it ended after ${pinged.end.after.toFixed(1)} s`;
    suspects.speak('front-proxy-cut', 2, text);
    suspects.speak('idle-timeout', -1.5, text);
  }
}
