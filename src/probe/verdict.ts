/** From what a probe met to what is wrong: the cause that most speaks for, or an honest sentence when none does. */
import type { ResolvedLocation } from '../nginx-conf/resolve.ts';
import { type Attempt, isUpgraded } from './attempt.ts';
import { Case, type Evidence, type Suspect } from './case.ts';
import { upgradeChecks } from './checks.ts';
import type { HoldResult } from './hold.ts';
import type { Trial } from './trials.ts';
import { judgeAnswer } from './verdict-answer.ts';
import { judgeConfig } from './verdict-config.ts';
import { judgeTunnel } from './verdict-tunnel.ts';
import { judgeUnanswered } from './verdict-unanswered.ts';

/** A line of nginx's error log about the probed path. */
export interface LoggedLine {
  /** Latin1, as logged. */
  readonly raw: string;
  readonly file: string;
  /** Likeliest first. */
  readonly causes: readonly string[];
  /** Written while the probe ran, so most likely because of it. */
  readonly fresh: boolean;
}

/** Everything a verdict may rest on. */
export interface ProbeFacts {
  /** The first handshake through nginx that failed, else the first. */
  readonly through: Attempt;
  readonly made: number;
  readonly succeeded: number;
  readonly direct: Attempt | null;
  readonly trials: readonly Trial[];
  readonly hold: HoldResult | null;
  readonly location: ResolvedLocation | null;
  readonly lines: readonly LoggedLine[];
}

export interface Verdict {
  readonly healthy: boolean;
  readonly cause: string | null;
  /** What to say where no cause of the catalogue fits; null where one does. */
  readonly statement: string | null;
  readonly confidence: number;
  readonly evidence: readonly Evidence[];
  /** Other causes that are not ruled out. */
  readonly others: readonly Suspect[];
}

/** Less likely ones are not worth a reader's time. */
const WORTH_NAMING = 0.1;
const MANY_CAUSES = 3;
/** The probe itself makes nginx write these: it leaves, and it drops its connections. */
const OWN_DOING: ReadonlySet<string> = new Set(['client-gone-before-upgrade', 'client-reset-tunnel']);

export function judge(facts: ProbeFacts): Verdict {
  const { through } = facts;
  if (through.failure?.kind === 'stopped') return stated('Stopped before there was anything to judge', 0, []);
  if (isHealthy(facts)) return healthy(facts);
  const suspects = new Case();
  let statement: string | null;
  if (isUpgraded(through)) statement = judgeTunnel(facts, suspects);
  else {
    statement =
      through.answer === null ? judgeUnanswered(facts, suspects) : judgeAnswer(facts, through.answer, suspects);
    judgeConfig(facts, suspects);
  }
  judgeLines(facts, suspects);
  const [first, ...others] = suspects.suspects();
  const partly =
    facts.succeeded > 0 && facts.made > 1
      ? [
          {
            text: `${facts.succeeded} of ${facts.made} handshakes through nginx succeeded, so it depends on the moment or on which backend is chosen`,
            weight: 0,
          },
        ]
      : [];
  if (first === undefined) return stated(statement ?? 'The handshake fails, and nothing tells why', 0, partly);
  return {
    healthy: false,
    cause: first.cause,
    statement: null,
    confidence: first.confidence,
    evidence: [...first.evidence, ...partly],
    others: others.filter(({ confidence }) => confidence >= WORTH_NAMING),
  };
}

function isHealthy({ through, made, succeeded, hold }: ProbeFacts): boolean {
  const { answer, opening } = through;
  if (answer === null || !isUpgraded(through) || succeeded < made || opening === null || opening.end !== null)
    return false;
  return upgradeChecks(through, answer).every(({ state }) => state !== 'wrong') && (hold?.idle?.end ?? null) === null;
}

function healthy({ through, direct, made, hold }: ProbeFacts): Verdict {
  const evidence: Evidence[] = [];
  const say = (text: string): void => {
    evidence.push({ text, weight: 0 });
  };
  if (made > 1) say(`all ${made} handshakes were accepted`);
  if (through.opening?.pong === true) say('a ping through the tunnel was answered');
  if (hold?.idle != null) {
    const { seconds, serverPings, messages } = hold.idle;
    const fed = serverPings + messages;
    const by = fed === 0 ? 'in complete silence' : `with ${serverPings} pings and ${messages} messages from the server`;
    say(`a connection stayed open for ${seconds.toFixed(0)} s ${by}`);
  }
  if (hold?.problem != null) say(`the connection to hold could not be opened: it ${hold.problem}`);
  if (direct !== null && !isUpgraded(direct)) {
    const met = direct.answer === null ? direct.failure?.text : `was answered ${direct.answer.status}`;
    say(
      `past nginx the handshake failed (${met}), which may only mean that this machine or this handshake is not meant to go there`,
    );
  }
  return { healthy: true, cause: null, statement: null, confidence: 1, evidence, others: [] };
}

function stated(statement: string, confidence: number, evidence: readonly Evidence[]): Verdict {
  return { healthy: false, cause: null, statement, confidence, evidence, others: [] };
}

/** What nginx itself wrote while the probe ran is the best witness there is. */
function judgeLines({ lines }: ProbeFacts, suspects: Case): void {
  for (const { causes, fresh } of lines) {
    // A line that fits many causes says little about each.
    const first = causes.length > MANY_CAUSES ? 1.2 : 3;
    causes.forEach((cause, index) => {
      if (OWN_DOING.has(cause)) return;
      if (fresh)
        suspects.speak(cause, index === 0 ? first : 0.7, "a line that nginx's error log got during the probe fits");
      else if (index === 0) suspects.speak(cause, 0.4, "an earlier line of nginx's error log about this path fits");
    });
  }
}
