/** What `wslog probe --format json` prints: `wslog.probe/1`. Everything in it is redacted and safe to show. */
import type { Catalogue, Cause } from '../catalogue/types.ts';
import type { ResolvedLocation } from '../nginx-conf/resolve.ts';
import type { Answer, Attempt, Timings, TunnelEnd } from '../probe/attempt.ts';
import { type CheckState, checksOf, endText } from '../probe/checks.ts';
import { settingRows } from '../probe/config-view.ts';
import type { Held } from '../probe/hold.ts';
import { isNginxMade, isSameAnswer } from '../probe/maker.ts';
import type { ProbeResult } from '../probe/run.ts';
import { explains } from '../probe/trials.ts';
import type { LoggedLine, Verdict } from '../probe/verdict.ts';
import { showBytes } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';
import { command, filled, namesOf } from './probe-fill.ts';

export interface ProbeAttempt {
  url: string;
  address: string | null;
  /** Answered 101, with the right headers, and not dropped at once. */
  ok: boolean;
  status: number | null;
  reason: string | null;
  /** Why there is no status. */
  failure: { kind: string; text: string } | null;
  headers: { name: string; value: string }[];
  body: string;
  bodyBytes: number | null;
  madeBy: 'nginx' | 'backend' | 'unknown' | null;
  tls: {
    protocol: string;
    cipher: string;
    alpn: string | null;
    subject: string;
    issuer: string;
    names: string;
    validTo: string | null;
    problem: string | null;
  } | null;
  checks: { name: string; state: CheckState; text: string }[];
  /** Duration of each step; null for steps not reached. */
  seconds: Timings;
}

interface ProbeHeld {
  heldSeconds: number;
  /** Null: still open when the test ended. */
  cut: { how: TunnelEnd['how']; afterSeconds: number; silentSeconds: number; code: number | null; text: string } | null;
  messages: number;
  serverPings: number;
}

export interface ProbeDocument {
  schema: 'wslog.probe/1';
  generator: { name: 'wslog'; version: string };
  url: string;
  through: ProbeAttempt;
  direct: ProbeAttempt | null;
  handshakes: { made: number; ok: number; outcomes: Record<string, number> };
  trials: { id: string; way: 'through' | 'direct'; what: string; outcome: string; explains: boolean }[];
  hold: {
    askedSeconds: number;
    idle: ProbeHeld | null;
    direct: ProbeHeld | null;
    pinged: (ProbeHeld & { everySeconds: number; answered: number }) | null;
    problem: string | null;
  } | null;
  config: { name: string; value: string; place: string }[];
  doubts: string[];
  log: { file: string; raw: string; fresh: boolean }[];
  verdict: {
    healthy: boolean;
    cause: string | null;
    title: string;
    confidence: number;
    evidence: string[];
    fix: string;
    steps: { do: string; nginx: string | null; run: string | null }[];
    verify: { run: string; expect: string }[];
    others: { cause: string; title: string; confidence: number }[];
  };
  notes: string[];
}

export interface ProbeParts {
  readonly version: string;
  readonly result: ProbeResult;
  readonly verdict: Verdict;
  readonly succeeded: number;
  readonly location: ResolvedLocation | null;
  readonly catalogue: Catalogue;
  readonly notes: readonly string[];
  /** Epoch ms. */
  readonly now: number;
  readonly redact: boolean;
}

type Show = (latin1: string) => string;

const MAX_BODY_SHOWN = 400;
const MAX_HEADERS = 40;
const MAX_VALUE = 500;
const MAX_LINES = 3;

export function buildProbeDocument(parts: ProbeParts): ProbeDocument {
  const { result, verdict } = parts;
  const show: Show = parts.redact ? (text) => redact(showBytes(text)) : showBytes;
  const { through, direct, hold } = result;
  const outcomes: Record<string, number> = {};
  for (const attempt of result.attempts) {
    const outcome = attempt.answer === null ? (attempt.failure?.kind ?? 'no answer') : String(attempt.answer.status);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
  return {
    schema: 'wslog.probe/1',
    generator: { name: 'wslog', version: parts.version },
    url: show(through.target.url),
    through: attemptOf(through, direct, parts.now, show),
    direct: direct === null ? null : attemptOf(direct, null, parts.now, show),
    handshakes: { made: result.attempts.length, ok: parts.succeeded, outcomes },
    trials: result.trials.map((trial) => ({
      id: trial.id,
      way: trial.way,
      what: show(trial.words),
      outcome: show(outcomeOf(trial.attempt)),
      explains: trial.way === 'direct' && explains(through, trial.attempt),
    })),
    hold:
      hold === null
        ? null
        : {
            askedSeconds: hold.asked,
            idle: hold.idle === null ? null : heldOf(hold.idle, show),
            direct: hold.direct === null ? null : heldOf(hold.direct, show),
            pinged:
              hold.pinged === null
                ? null
                : { ...heldOf(hold.pinged, show), everySeconds: hold.pinged.every, answered: hold.pinged.pongs },
            problem: hold.problem === null ? null : show(hold.problem),
          },
    config:
      parts.location === null
        ? []
        : settingRows(parts.location).map(({ name, value, place }) => ({
            name,
            value: show(value),
            place: show(place),
          })),
    doubts: (parts.location?.doubts ?? []).map(show),
    log: shownLines(result.lines, show),
    verdict: verdictOf(parts, verdict, show),
    notes: parts.notes.map(show),
  };
}

function attemptOf(attempt: Attempt, direct: Attempt | null, now: number, show: Show): ProbeAttempt {
  const { answer, tls, failure } = attempt;
  const checks = checksOf(attempt, now).map(({ name, state, text }) => ({ name, state, text: show(text) }));
  return {
    url: show(attempt.target.url),
    address: attempt.address,
    ok: answer?.status === 101 && checks.every(({ state }) => state !== 'wrong'),
    status: answer?.status ?? null,
    reason: answer === null ? null : show(answer.reason),
    failure: failure === null ? null : { kind: failure.kind, text: show(failure.text) },
    headers: (answer?.headers ?? []).slice(0, MAX_HEADERS).map(([name, value]) => shownHeader(name, value, show)),
    body: answer === null ? '' : show(answer.body.slice(0, MAX_BODY_SHOWN)),
    bodyBytes: answer?.bodyBytes ?? null,
    madeBy: answer === null ? null : makerOf(answer, direct),
    tls:
      tls === null
        ? null
        : {
            protocol: show(tls.protocol),
            cipher: show(tls.cipher),
            alpn: tls.alpn === null ? null : show(tls.alpn),
            subject: show(tls.subject),
            issuer: show(tls.issuer),
            names: show(tls.names),
            validTo: Number.isNaN(tls.validTo) ? null : new Date(tls.validTo).toISOString(),
            problem: tls.problem === null ? null : show(tls.problem),
          },
    checks,
    seconds: attempt.timings,
  };
}

/** The name decides whether the value is a secret, so both are looked at together. */
function shownHeader(name: string, value: string, show: Show): { name: string; value: string } {
  const line = show(`${name}: ${value.slice(0, MAX_VALUE)}`);
  const colon = line.indexOf(':');
  return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
}

function makerOf(answer: Answer, direct: Attempt | null): 'nginx' | 'backend' | 'unknown' {
  if (direct?.answer != null && isSameAnswer(answer, direct.answer)) return 'backend';
  if (answer.status === 101) return 'backend';
  return isNginxMade(answer) ? 'nginx' : 'unknown';
}

function outcomeOf({ answer, failure, target }: Attempt): string {
  if (answer !== null) return `${answer.status} ${answer.reason}`.trim();
  if (failure === null) return 'no answer';
  const text = failure.text.replace(`${target.host}:${target.port} `, '');
  return text;
}

function heldOf({ seconds, end, messages, serverPings }: Held, show: Show): ProbeHeld {
  return {
    heldSeconds: round(seconds),
    cut:
      end === null
        ? null
        : {
            how: end.how,
            afterSeconds: round(end.after),
            silentSeconds: round(end.silent),
            code: end.code,
            text: show(endText(end)),
          },
    messages,
    serverPings,
  };
}

/** Lines written during the probe come first; those about failures are worth more than any others. */
function shownLines(lines: readonly LoggedLine[], show: Show): ProbeDocument['log'] {
  const fresh = lines.filter((line) => line.fresh);
  return (fresh.length > 0 ? fresh : lines)
    .slice(-MAX_LINES)
    .map(({ file, raw, fresh: isFresh }) => ({ file: show(file), raw: show(raw), fresh: isFresh }));
}

function verdictOf({ catalogue, result }: ProbeParts, verdict: Verdict, show: Show): ProbeDocument['verdict'] {
  const cause = verdict.cause === null ? undefined : catalogue.causes.get(verdict.cause);
  const names = namesOf(result, show);
  return {
    healthy: verdict.healthy,
    cause: verdict.cause,
    title: cause === undefined ? show(verdict.statement ?? 'the handshake works') : filled(cause.headline, names),
    confidence: verdict.confidence,
    evidence: verdict.evidence.map(({ text, weight }) => (weight < 0 ? `against: ${show(text)}` : show(text))),
    fix: cause === undefined ? '' : filled(cause.fix.summary, names),
    steps: (cause?.fix.steps ?? []).map((step) => ({
      do: filled(step.do, names),
      nginx: step.nginx ?? null,
      run: step.run === undefined ? null : command(step.run, names),
    })),
    verify: (cause?.verify ?? []).map(({ run, expect }) => ({
      run: command(run, names),
      expect: filled(expect, names),
    })),
    others: verdict.others.map((each) => ({
      cause: each.cause,
      title: titleOf(catalogue.causes.get(each.cause), each.cause),
      confidence: each.confidence,
    })),
  };
}

function titleOf(cause: Cause | undefined, id: string): string {
  return cause?.title ?? id;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
