/** A probe as a page of text: both ways checked step by step, what differs, the verdict, the fix. */
import { finish } from './finish.ts';
import type { ProbeDocument } from './probe-document.ts';
import { ProbePage } from './probe-page.ts';
import { confidenceWord } from './words.ts';

export interface ProbeTextOptions {
  readonly color: boolean;
  readonly columns: number;
  readonly ascii: boolean;
  /** All fix steps, all headers. */
  readonly verbose: boolean;
}

/** Fix steps shown without `--verbose`; `wslog explain` tells the rest. */
const STEPS_SHOWN = 2;
const EVIDENCE_SHOWN = 5;
const OTHERS_SHOWN = 2;
/** Below this confidence a verdict is a guess. */
const GUESS = 0.6;

export function renderProbe(probe: ProbeDocument, options: ProbeTextOptions): string {
  const page = new ProbePage(options);
  page.title(titleOf(probe), probe.verdict.cause ?? '');
  page.way('Through nginx', probe.through, probe.handshakes.made > 1 ? handshakes(probe) : null);
  if (probe.direct !== null) page.way('Past nginx', probe.direct, null);
  addTrials(page, probe);
  addHold(page, probe);
  if (probe.config.length > 0) {
    page.heading('What the configuration says');
    for (const { name, value, place } of probe.config) page.named('', name, `${value}  (${place})`, 20);
    for (const doubt of probe.doubts) page.row('?', doubt);
  }
  if (probe.log.length > 0) {
    page.heading(probe.log.some(({ fresh }) => fresh) ? 'Logged during the probe' : 'Logged earlier for this path');
    for (const { file, raw } of probe.log) page.row('', `${file}: ${raw}`);
  }
  addVerdict(page, probe, options);
  for (const note of probe.notes) {
    page.gap();
    page.prose(`Note: ${note}`);
  }
  return finish(page.text(), options);
}

/** A title states its cause as a fact; where it is a guess, the reader is told in the first word. */
function titleOf({ verdict: { healthy, cause, confidence, title } }: ProbeDocument): string {
  if (healthy) return `Healthy: ${title}`;
  return cause !== null && confidence < GUESS ? `Perhaps: ${title}` : title;
}

function handshakes({ handshakes: { made, ok, outcomes } }: ProbeDocument): string {
  const each = Object.entries(outcomes).map(([outcome, count]) => `${outcome} x${count}`);
  return `${ok} of ${made} handshakes accepted (${each.join(', ')}); shown is ${ok === made ? 'the first' : 'the first that failed'}`;
}

function addTrials(page: ProbePage, { trials }: ProbeDocument): void {
  if (trials.length === 0) return;
  page.heading('The same handshake, changed');
  for (const { way, what, outcome, explains } of trials) {
    const same = explains ? ', like through nginx' : '';
    page.row(explains ? '=' : '', `${way === 'direct' ? 'past' : 'through'} nginx, ${what}: ${outcome}${same}`);
  }
}

function addHold(page: ProbePage, { hold }: ProbeDocument): void {
  if (hold === null) return;
  page.heading(`Held for up to ${hold.askedSeconds} s`);
  const told = (name: string, held: NonNullable<typeof hold.idle>, with_: string): void => {
    const { cut } = held;
    const fed = held.messages + held.serverPings;
    const server = fed === 0 ? '' : `; the server sent ${held.messages} messages and ${held.serverPings} pings`;
    if (cut === null) page.named('ok', name, `open for ${held.heldSeconds.toFixed(1)} s${with_}${server}`);
    else page.named('WRONG', name, `${cut.text}, after ${cut.silentSeconds.toFixed(1)} s of silence${with_}${server}`);
  };
  if (hold.idle !== null) told('Silent', hold.idle, '');
  if (hold.direct !== null) told('Past nginx', hold.direct, '');
  if (hold.pinged !== null) {
    const { everySeconds, answered } = hold.pinged;
    told('With pings', hold.pinged, ` with a ping every ${everySeconds.toFixed(1)} s (${answered} answered)`);
  }
  if (hold.problem !== null) page.row('?', `a part is missing: ${hold.problem}`);
}

function addVerdict(page: ProbePage, { verdict }: ProbeDocument, { verbose }: ProbeTextOptions): void {
  if (verdict.healthy) {
    if (verdict.evidence.length > 0) page.heading('Healthy');
    for (const text of verdict.evidence) page.row('-', text);
    return;
  }
  page.heading(verdict.cause === null ? 'Why' : `Why (${confidenceWord(verdict.confidence)})`);
  for (const text of verdict.evidence.slice(0, verbose ? undefined : EVIDENCE_SHOWN)) page.row('-', text);
  for (const { cause, title, confidence } of verdict.others.slice(0, verbose ? undefined : OTHERS_SHOWN))
    page.row('-', `it may also be ${cause}: ${title} (${confidenceWord(confidence)})`);
  if (verdict.cause === null) return;
  page.heading('Fix');
  page.prose(verdict.fix);
  verdict.steps.slice(0, verbose ? undefined : STEPS_SHOWN).forEach((step, index) => {
    page.row(`${index + 1}.`, step.do);
    if (step.nginx !== null) page.command(step.nginx);
    if (step.run !== null) page.command(`$ ${step.run}`);
  });
  page.gap();
  page.prose(`wslog explain ${verdict.cause} tells the whole story. Run this probe again to see whether it is mended.`);
}
