/** How long a tunnel lives in silence, and whether pings keep it. */
import type { Failure, Handshake, TunnelEnd } from './attempt.ts';
import { openTunnel, type ProbeSettings, type Way } from './handshake.ts';

/** One tunnel that was held. */
export interface Held {
  /** Seconds it was open. */
  readonly seconds: number;
  /** How it ended by itself; null when it was open to the end of the test. */
  readonly end: TunnelEnd | null;
  readonly messages: number;
  readonly serverPings: number;
  readonly pongs: number;
}

export interface HoldResult {
  /** Seconds asked for. */
  readonly asked: number;
  readonly idle: Held | null;
  /** The same past nginx, when the idle one was cut. */
  readonly direct: Held | null;
  /** Another one with pings, when the idle one was cut. */
  readonly pinged: (Held & { readonly every: number }) | null;
  /** Why a part is missing. */
  readonly problem: string | null;
}

export interface HoldPlan {
  readonly through: Way;
  readonly handshake: Handshake;
  readonly direct: { readonly way: Way; readonly handshake: Handshake } | null;
  readonly holdMs: number;
  /** Null: half of the time after which the silent tunnel was cut. */
  readonly pingMs: number | null;
}

/** Time beyond the observed cut that proves that another tunnel was not cut as well. */
const BEYOND = 1.25;
const SLACK_MS = 1000;

/**
 * Holds a silent tunnel through nginx. If it is cut, the same past nginx, then one with pings through nginx: one
 * after another.
 *
 * @param say told what goes on, for somebody who waits
 */
export async function hold(plan: HoldPlan, settings: ProbeSettings, say: (text: string) => void): Promise<HoldResult> {
  const asked = plan.holdMs / 1000;
  say(`holding a silent connection for up to ${asked} s`);
  const idle = await heldFor(plan.through, plan.handshake, plan.holdMs, null, settings);
  if (!('seconds' in idle)) return { asked, idle: null, direct: null, pinged: null, problem: idle.text };
  const result: HoldResult = { asked, idle, direct: null, pinged: null, problem: null };
  const { end } = idle;
  if (end === null || settings.signal.aborted) return result;
  const cutMs = end.silent * 1000;
  const enoughMs = Math.max(end.after, end.silent) * 1000 * BEYOND + SLACK_MS;
  let direct: Held | Failure | null = null;
  if (plan.direct !== null) {
    say(`it was cut after ${end.silent.toFixed(1)} s of silence; holding one past nginx`);
    direct = await heldFor(plan.direct.way, plan.direct.handshake, enoughMs, null, settings);
  }
  const everyMs = plan.pingMs ?? Math.max(100, cutMs / 2);
  say(`holding one with a ping every ${(everyMs / 1000).toFixed(1)} s`);
  const pinged = settings.signal.aborted
    ? null
    : await heldFor(plan.through, plan.handshake, enoughMs, everyMs, settings);
  return {
    ...result,
    direct: direct !== null && 'seconds' in direct ? direct : null,
    pinged: pinged !== null && 'seconds' in pinged ? { ...pinged, every: everyMs / 1000 } : null,
    problem: [direct, pinged].find((one): one is Failure => one !== null && 'kind' in one)?.text ?? null,
  };
}

async function heldFor(
  way: Way,
  handshake: Handshake,
  ms: number,
  pingMs: number | null,
  settings: ProbeSettings,
): Promise<Held | Failure> {
  const { attempt, tunnel } = await openTunnel(way, handshake, settings);
  if (tunnel === null) return attempt.failure ?? { kind: 'closed', text: 'the handshake failed this time' };
  const deadline = settings.clock() + ms;
  let end: TunnelEnd | null | 'stopped' = null;
  while (end === null) {
    const left = deadline - settings.clock();
    if (left <= 0) break;
    end = await tunnel.watch(pingMs === null ? left : Math.min(left, pingMs), settings.signal);
    if (end === null && pingMs !== null && settings.clock() < deadline) tunnel.ping();
  }
  const seconds = tunnel.age;
  const ended = end === 'stopped' ? null : end;
  if (ended === null) await tunnel.close();
  const { messages, serverPings, pongs } = tunnel;
  return { seconds, end: ended, messages, serverPings, pongs };
}
