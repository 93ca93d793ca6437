/** A probe from start to end: handshakes through nginx, the same past it, the trials these call for, the hold. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Attempt, type Handshake, isUpgraded } from './attempt.ts';
import { openTunnel, type ProbeSettings, tryHandshake, type Way } from './handshake.ts';
import { type HoldResult, hold } from './hold.ts';
import { nginxVersionOf } from './maker.ts';
import type { Override, Target } from './target.ts';
import { explains, serverNameOf, type Trial, type TrialSpec, trialsPast, trialsThrough } from './trials.ts';
import type { LoggedLine } from './verdict.ts';

export interface ProbePlan {
  readonly target: Target;
  readonly override: Override | null;
  /** The backend, for the same handshake past nginx. */
  readonly upstream: Target | null;
  /** Null: the origin of the target's own site, as a browser on it sends. */
  readonly origin: string | null;
  readonly protocols: readonly string[];
  readonly cookie: string | null;
  readonly headers: Handshake['headers'];
  /** Handshakes through nginx, and the least time between their starts. */
  readonly count: number;
  readonly intervalMs: number;
  /** 0: no connection is held. */
  readonly holdMs: number;
  readonly pingMs: number | null;
  /** What nginx's error log says of the handshakes until now. */
  readonly readLines: () => Promise<readonly LoggedLine[]>;
  readonly settings: ProbeSettings;
  /** Told what goes on, for somebody who waits. */
  readonly say: (text: string) => void;
}

export interface ProbeResult {
  /** Every handshake through nginx, in order. */
  readonly attempts: readonly Attempt[];
  /** The first that failed, else the first: the one to explain. */
  readonly through: Attempt;
  readonly direct: Attempt | null;
  readonly trials: readonly Trial[];
  readonly hold: HoldResult | null;
  readonly lines: readonly LoggedLine[];
  /** `1.22.1` where the Server header tells it. */
  readonly nginxVersion: string | null;
}

/** Before a limit is asked again; limits count by the second. */
const AGAIN_AFTER_MS = 1100;
/** A trial that is silent for so long is silent. */
const TRIAL_PATIENCE_MS = 3000;

/** Runs the plan, one connection at a time. What is there when the signal comes is returned. Never throws. */
export async function runProbe(plan: ProbePlan): Promise<ProbeResult> {
  const { target, settings, upstream } = plan;
  const { signal } = settings;
  const handshake = firstHandshake(plan);
  const way: Way = { target, override: plan.override, checksCertificate: true };
  const attempts = await repeated(plan, way, handshake);
  const through = attempts.find((each) => !works(each)) ?? attempts[0]!;
  let lines = signal.aborted ? [] : await plan.readLines();
  let direct: Attempt | null = null;
  const past = upstream === null ? null : pastNginx(handshake, upstream);
  if (past !== null && !signal.aborted) direct = await tryHandshake(past.way, past.handshake, settings);
  const specs = [...trialsThrough(through), ...(direct === null ? [] : trialsPast(through, direct))];
  const trials = works(through) ? [] : await tryAll(specs, through, plan);
  let held: HoldResult | null = null;
  if (plan.holdMs > 0 && works(through) && !signal.aborted) {
    const { holdMs, pingMs } = plan;
    held = await hold({ through: way, handshake, direct: past, holdMs, pingMs }, settings, plan.say);
    if (held.idle?.end != null) lines = await plan.readLines();
  }
  return {
    attempts,
    through,
    direct,
    trials,
    hold: held,
    lines,
    nginxVersion: through.answer === null ? null : nginxVersionOf(through.answer),
  };
}

/** Accepted and not dropped at once. */
export function works(attempt: Attempt): boolean {
  return isUpgraded(attempt) && attempt.opening !== null && attempt.opening.end === null;
}

function firstHandshake({ target, origin, protocols, cookie, headers }: ProbePlan): Handshake {
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? target.authority;
  const others = headers.filter(([name]) => name.toLowerCase() !== 'host');
  return {
    httpVersion: '1.1',
    host,
    origin: origin ?? `${target.tls ? 'https' : 'http'}://${host}`,
    upgrade: true,
    connection: 'Upgrade',
    protocols,
    cookie,
    headers: others,
    serverName: serverNameOf(target),
  };
}

/** The same handshake to the backend. nginx looks at no certificate there unless it is told to. */
function pastNginx(handshake: Handshake, upstream: Target): { readonly way: Way; readonly handshake: Handshake } {
  const serverName = upstream.tls
    ? (serverNameOf(upstream) ?? serverNameOf({ ...upstream, host: handshake.host }))
    : null;
  return {
    way: { target: upstream, override: null, checksCertificate: false },
    handshake: { ...handshake, serverName },
  };
}

async function repeated(plan: ProbePlan, way: Way, handshake: Handshake): Promise<Attempt[]> {
  const { settings, count, intervalMs } = plan;
  const attempts: Attempt[] = [];
  while (attempts.length < count && !(settings.signal.aborted && attempts.length > 0)) {
    const since = settings.clock();
    const attempt = await tryHandshake(way, handshake, settings);
    // One that was stopped says nothing beside others that were not.
    if (attempt.failure?.kind === 'stopped' && attempts.length > 0) break;
    attempts.push(attempt);
    if (count > 1)
      plan.say(`handshake ${attempts.length} of ${count}: ${attempt.answer?.status ?? attempt.failure?.text ?? ''}`);
    if (attempts.length < count) await pause(intervalMs - (settings.clock() - since), settings.signal);
  }
  return attempts;
}

async function tryAll(specs: readonly TrialSpec[], through: Attempt, plan: ProbePlan): Promise<Trial[]> {
  const settings = { ...plan.settings, timeoutMs: Math.min(plan.settings.timeoutMs, TRIAL_PATIENCE_MS) };
  const trials: Trial[] = [];
  for (const spec of specs) {
    if (spec.isFallback && trials.some((trial) => trial.way === spec.way && explains(through, trial.attempt))) continue;
    if (spec.id === 'again') await pause(AGAIN_AFTER_MS, settings.signal);
    if (settings.signal.aborted) break;
    const isThrough = spec.way === 'through';
    plan.say(`trying ${isThrough ? 'through' : 'past'} nginx ${spec.words}`);
    const way = { target: spec.target, override: isThrough ? plan.override : null, checksCertificate: isThrough };
    const { attempt, tunnel } = await openTunnel(way, spec.handshake, settings);
    await tunnel?.close();
    if (attempt.failure?.kind !== 'stopped') trials.push({ ...spec, attempt });
  }
  return trials;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}
