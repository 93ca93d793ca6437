/** One incident of the text report: what, why, what to do, how to check, where it stands in the log. */
import type { ReportCause, ReportIncident } from './document.ts';
import { finish, visibleIncident } from './finish.ts';
import { cutMiddle, flow, padEnd, width, wrap } from './layout.ts';
import { type Palette, palette } from './palette.ts';
import { sparkline, squeezed } from './sparkline.ts';
import { type TextOptions, usableColumns } from './text-options.ts';
import { answers, directiveText, evidenceSides, impact, mainClient, ownConfidence, period } from './voice.ts';
import { confidenceWord, count, duration } from './words.ts';

const INDENT = '   ';
const LABEL_WIDTH = 7;
/** Lines of prose longer than this are hard to read, however wide the terminal. */
const PROSE_LIMIT = 110;

/** Lines of a block, each written in the style it needs. */
class Block {
  readonly lines: string[] = [];
  readonly #columns: number;
  readonly #colours: Palette;
  #label = '';

  constructor(columns: number, colours: Palette) {
    this.#columns = columns;
    this.#colours = colours;
  }

  /** The next line carries this label at its left. */
  label(label: string): void {
    this.#label = label;
  }

  /** One finished line behind the label column, as wide as it is. */
  raw(line: string): void {
    const label = padEnd(this.#label, LABEL_WIDTH);
    this.lines.push(`${INDENT}${this.#colours.dim(label)}${line}`);
    this.#label = '';
  }

  /** A paragraph behind the label column; `bullet` hangs to the left of it. */
  prose(text: string, bullet = '', style: (text: string) => string = (same) => same): void {
    const room = Math.min(this.#columns, PROSE_LIMIT) - INDENT.length - LABEL_WIDTH - width(bullet);
    wrap(text, room).forEach((line, index) => {
      this.raw(`${index === 0 ? bullet : ' '.repeat(width(bullet))}${style(line)}`);
    });
  }

  /** Lines that are copied as they stand, so they are never broken. */
  verbatim(text: string, indent: number, style: (text: string) => string): void {
    for (const line of text.replace(/\n+$/, '').split('\n')) this.raw(' '.repeat(indent) + style(line));
  }

  room(): number {
    return this.#columns - INDENT.length - LABEL_WIDTH;
  }
}

function titleLines(incident: ReportIncident, number: number | null, options: TextOptions, colours: Palette): string[] {
  const mark = number === null ? '' : padEnd(String(number), 3);
  const id = incident.causes[0]?.id ?? '';
  const room = options.columns - width(mark);
  const lines = wrap(incident.title, room);
  const first = lines[0] ?? '';
  const gap = room - width(first) - width(id);
  const head =
    gap >= 2 && lines.length === 1
      ? [colours.bold(first) + ' '.repeat(gap) + colours.dim(id)]
      : lines.map(colours.bold);
  if (gap < 2 || lines.length > 1) head.push(colours.dim(id));
  return head.map((line, index) => (index === 0 ? colours.bold(mark) : ' '.repeat(width(mark))) + line);
}

function summary(block: Block, incident: ReportIncident, dated: boolean, options: TextOptions, colours: Palette): void {
  const room = Math.min(options.columns, PROSE_LIMIT) - INDENT.length;
  const sentences = [impact(incident), answers(incident), mainClient(incident) ?? ''].filter((text) => text !== '');
  const verdict = `${incident.severity}, ${ownConfidence(incident)}`;
  flow([verdict, period(incident, dated)], room).forEach((line, index) => {
    const { severity } = incident;
    block.lines.push(
      INDENT + (index === 0 ? colours.severity(severity, severity) + line.slice(severity.length) : line),
    );
  });
  for (const line of wrap(sentences.join(' '), room)) block.lines.push(INDENT + line);
  const { counts, bucketSeconds } = incident.timeline;
  if (counts.length < 3) return;
  const values = squeezed(counts, Math.max(8, Math.min(48, room - 30)));
  const peak = Math.max(...values.counts);
  block.lines.push(
    `${INDENT}${sparkline(values.counts, options.ascii)}  ${colours.dim(`peak ${count(peak)} in ${duration(bucketSeconds * values.merged)}`)}`,
  );
}

function why(block: Block, cause: ReportCause, options: TextOptions, colours: Palette): void {
  const sides = evidenceSides(cause);
  const limit = options.verbose ? Number.POSITIVE_INFINITY : 5;
  block.label('Why');
  sides.for.slice(0, limit).forEach((sentence) => {
    block.prose(sentence, '+ ');
  });
  sides.against.slice(0, limit).forEach((sentence) => {
    block.prose(sentence, '- ', colours.against);
  });
  if (cause.directive !== null) {
    block.label('Where');
    block.prose(directiveText(cause.directive));
  }
}

function alternatives(block: Block, incident: ReportIncident, options: TextOptions): void {
  const others = incident.causes.slice(1, options.verbose ? undefined : 2);
  if (incident.undecided !== null || options.verbose) {
    for (const cause of others) {
      block.label('Or');
      block.prose(`${cause.title} (${cause.id}, ${confidenceWord(cause.confidence)})`);
      if (cause.fix.summary !== '') block.prose(`Then: ${cause.fix.summary}`);
    }
  }
  if (incident.undecided !== null) block.prose(`To tell them apart: ${incident.undecided}`);
  if (!options.verbose) return;
  for (const { id, why: reason } of incident.ruledOut) {
    block.label('Not');
    block.prose(`${id}: ${reason}`);
  }
}

function fix(block: Block, cause: ReportCause, colours: Palette): void {
  const { summary: short, steps, patch, verify } = cause.fix;
  block.label('Fix');
  // A single step often is the summary in other words; then it stands alone.
  const summarised = short !== '' && steps[0]?.do.trim().toLowerCase() !== short.trim().toLowerCase();
  if (summarised) block.prose(short);
  steps.forEach((step, index) => {
    const bullet = steps.length > 1 || summarised ? `${index + 1}. ` : '';
    block.prose(step.do, bullet);
    const hang = ' '.repeat(bullet.length);
    if (step.why !== null && step.why !== '') block.prose(step.why, hang, colours.dim);
    if (step.nginx !== null) block.verbatim(step.nginx, bullet.length + 2, colours.command);
    if (step.run !== null) block.verbatim(step.run, bullet.length + 2, (line) => colours.command(`$ ${line}`));
  });
  if (patch !== null) {
    block.label('Patch');
    block.verbatim(patch, 0, colours.command);
  }
  block.label('Check');
  for (const { run, expect } of verify) {
    block.verbatim(run, 0, (line) => colours.command(`$ ${line}`));
    block.prose(expect, 'expect: ');
  }
}

/** How many lines of the terminal the first log line may take; the others, mostly alike, get one each. */
const FIRST_RAW_LINES = 3;

function logLines(block: Block, incident: ReportIncident, options: TextOptions, colours: Palette): void {
  block.label('Lines');
  const shown = options.verbose ? incident.evidence : incident.evidence.slice(0, 3);
  shown.forEach(({ file, line, raw }, index) => {
    const whole = `${file}:${line}`;
    const alone = options.verbose || index === 0;
    const at = cutMiddle(whole, alone ? block.room() : Math.floor(block.room() / 2), options.ascii);
    const rest = block.room() - width(at) - 2;
    if (!alone || width(raw) <= rest) {
      block.raw(`${colours.dim(at)}  ${cutMiddle(raw, rest, options.ascii)}`);
      return;
    }
    block.raw(colours.dim(at));
    const cut = options.verbose ? raw : cutMiddle(raw, (block.room() - 2) * FIRST_RAW_LINES, options.ascii);
    for (const part of wrap(cut, block.room() - 2)) block.raw(`  ${part}`);
  });
}

/** The lines of one incident whose strings are visible already. `number` is its row in the overview. */
export function incidentLines(
  incident: ReportIncident,
  number: number | null,
  options: TextOptions,
  dated: boolean,
): string[] {
  const colours = palette(options.color);
  const block = new Block(options.columns, colours);
  const [cause] = incident.causes;
  block.lines.push(...titleLines(incident, number, options, colours));
  summary(block, incident, dated, options, colours);
  if (cause !== undefined) {
    why(block, cause, options, colours);
    alternatives(block, incident, options);
    fix(block, cause, colours);
  }
  logLines(block, incident, options, colours);
  return block.lines;
}

/** One incident by itself, as `watch` shows it. Ends with a line feed. */
export function renderIncident(incident: ReportIncident, options: TextOptions): string {
  const usable = { ...options, columns: usableColumns(options.columns) };
  return finish(incidentLines(visibleIncident(incident), null, usable, true).join('\n'), options);
}
