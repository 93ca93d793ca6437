/**
 * What ended sessions say through their durations. A tunnel that nginx cuts for silence leaves no error line at the
 * usual levels, so its length is often the only witness: timers make spikes, people do not.
 */
import type { Endpoint } from '../findings/keys.ts';
import type { SessionShape } from './cluster.ts';
import { type Gathered, mergeSessions, newSessionGroup, type SessionGroup } from './groups.ts';
import type { Tally } from './tally.ts';
import type { WebSocketVerdicts } from './websocket.ts';

export interface ShapedSessions {
  readonly shape: SessionShape;
  readonly tally: Tally;
  readonly symptomId: string;
}

/** Sessions shorter than this, in seconds, that carried nothing were accepted and dropped at once. */
const INSTANT = 1;
/** Below this many seconds a spike says nothing: tests, health checks and page loads make them too. */
const SHORTEST_TIMER = 3;
const SHORTEST_PERIOD = 5;

/** Ends within fewer seconds than this are one event, unless the ages agree to this many seconds. */
const ENDS_APART = 2;
const SAME_AGE = 0.05;

/** Fewer sessions than this show no shape. */
const ENOUGH = 3;
const ENOUGH_FOR_TIMER = 4;
const ENOUGH_RETURNS = 6;

/** The sessions of every endpoint as it is shown. */
export function sessionsByEndpoint(gathered: Gathered, verdicts: WebSocketVerdicts): Map<Endpoint, SessionGroup> {
  const sessions = new Map<Endpoint, SessionGroup>();
  for (const group of gathered.sessions) {
    const endpoint = verdicts.canonical(group.endpoint);
    let sum = sessions.get(endpoint);
    if (sum === undefined) {
      sum = newSessionGroup(endpoint);
      sessions.set(endpoint, sum);
    }
    mergeSessions(sum, group);
  }
  return sessions;
}

/** @param troubled whether something else is already known to be wrong at an endpoint */
export function sessionShapes(
  sessions: Iterable<SessionGroup>,
  verdicts: WebSocketVerdicts,
  troubled: (endpoint: Endpoint) => boolean,
): ShapedSessions[] {
  const found: ShapedSessions[] = [];
  for (const group of sessions) {
    if (verdicts.endpoint(group.endpoint) !== 'yes') continue;
    const together = drained(group);
    if (together !== null) found.push(together);
    const instant = droppedAtOnce(group, troubled(group.endpoint));
    if (instant !== null) found.push(instant);
    else {
      const timer = cutAtTimer(group) ?? returning(group);
      if (timer !== null) found.push(timer);
    }
  }
  return found;
}

function drained(group: SessionGroup): ShapedSessions | null {
  if (group.drained.count < 2 || endedOneByOne(group)) return null;
  const shape: SessionShape = {
    shape: 'together',
    spike: null,
    group,
    sessions: group.drained.count,
    silent: 0,
    closeFrame: 0,
  };
  return { shape, tally: group.drained, symptomId: 'sessions-ended-with-worker' };
}

/**
 * Connections are numbered as they come, so sessions cut in one moment are the longer the lower their number. Where
 * that does not hold they ended one by one, within the second, as sessions do.
 */
function endedOneByOne(group: SessionGroup): boolean {
  const order = group.drainedOrder
    .filter((s) => s.connection >= 0 && s.seconds >= 0)
    .toSorted((a, b) => a.connection - b.connection);
  if (order.length < 2) return false;
  let against = 0;
  for (let i = 1; i < order.length; i++) if (order[i]!.seconds > order[i - 1]!.seconds + 0.05) against++;
  return against > order.length / 10;
}

function droppedAtOnce(group: SessionGroup, otherTrouble: boolean): ShapedSessions | null {
  const short = group.unexplained.below(INSTANT);
  const empty = short.silent + short.closeFrame;
  // A few among many lasting sessions are monitors and page loads.
  if (empty < ENOUGH || empty < group.unexplained.count * 0.8) return null;
  // A bare close frame may as well answer a client that left at once, as page loads and probes do.
  if (short.silent < ENOUGH && otherTrouble) return null;
  return {
    shape: {
      shape: 'instant',
      spike: group.unexplained.spike(0),
      group,
      sessions: empty,
      silent: short.silent,
      closeFrame: short.closeFrame,
    },
    tally: group.unexplainedTally,
    symptomId: 'sessions-ended-at-once',
  };
}

function cutAtTimer(group: SessionGroup): ShapedSessions | null {
  const spike = group.unexplained.spike(SHORTEST_TIMER);
  if (spike === null || spike.count < ENOUGH_FOR_TIMER) return null;
  // Sessions that begin together and end together have one length without any timer; only nginx's own is believed then.
  const { first, last } = group.unexplainedTally;
  const ownTimer = spike.centre >= 59.5 && spike.centre <= 61.5;
  const apart = last - first;
  if (!ownTimer && (apart < 1 || (apart < ENDS_APART && spike.spread > SAME_AGE))) return null;
  if (spike.share < 0.25 && !(spike.count >= 20 && spike.share >= 0.05)) return null;
  return {
    shape: {
      shape: 'timer',
      spike,
      group,
      sessions: spike.count,
      silent: spike.silent,
      closeFrame: spike.closeFrame,
    },
    tally: group.unexplainedTally,
    symptomId: 'sessions-cut-at-timer',
  };
}

function returning(group: SessionGroup): ShapedSessions | null {
  if (group.untimed === 0) return null;
  const spike = group.returns.spike(SHORTEST_PERIOD, 1.5);
  if (spike === null || spike.count < ENOUGH_RETURNS || spike.share < 0.5) return null;
  return {
    shape: {
      shape: 'returning',
      spike,
      group,
      sessions: spike.count,
      silent: spike.silent,
      closeFrame: spike.closeFrame,
    },
    tally: group.returnsTally,
    symptomId: 'clients-return-at-period',
  };
}
