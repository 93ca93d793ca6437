/** What is said of the chosen incident: in brief under the table, whole, or its fix alone. */
import type { ReportCause, ReportIncident } from '../report/document.ts';
import { finish, visibleIncident } from '../report/finish.ts';
import { renderIncident } from '../report/incident.ts';
import { padEnd, width, wrap } from '../report/layout.ts';
import { type Palette, palette } from '../report/palette.ts';
import { answers, confidenceOf, directiveText, evidenceSides, impact } from '../report/voice.ts';
import { broken } from './cells.ts';
import type { ScreenStyle } from './model.ts';

const LABEL = 6;
/** Prose in longer lines is hard to read. */
const PROSE_LIMIT = 110;

/** All that the report says of it. */
export function explanation(incident: ReportIncident, style: ScreenStyle): string[] {
  const text = renderIncident(incident, { ...style, columns: style.columns - 1, all: true });
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => broken(line, style.columns - 1))
    .map((line) => ` ${line}`);
}

/** Verdict, effect, the best reasons and the fix, in `rows` lines; what is left out is said. */
export function briefly(incident: ReportIncident, rows: number, style: ScreenStyle): string[] {
  const colours = palette(style.color);
  const visible = visibleIncident(incident);
  const room = Math.min(style.columns - 2, PROSE_LIMIT);
  const lines = [titled(visible, style.columns - 2, colours)];
  const effect = [impact(visible), answers(visible)].filter((text) => text !== '').join(' ');
  for (const line of wrap(effect, room)) lines.push(line);
  const [cause] = visible.causes;
  if (cause !== undefined) {
    const { for: reasons } = evidenceSides(cause);
    const fixed = fixInBrief(cause, room, colours);
    // The fix is what the reader is here for; reasons get the lines it leaves.
    const left = Math.max(2, rows - lines.length - fixed.length);
    const why = reasons.flatMap((reason) => hanging('', reason, room));
    if (cause.directive !== null) why.push(...hanging('', directiveText(cause.directive), room));
    lines.push(...labelled('Why', why.slice(0, left), colours), ...fixed);
    if (visible.undecided !== null) lines.push(...labelled('Or', hanging('', visible.undecided, room), colours));
  }
  const out = finish(lines.join('\n'), style).trimEnd().split('\n');
  if (out.length <= rows) return out;
  const kept = out.slice(0, Math.max(0, rows - 1));
  return [...kept, colours.dim(`${' '.repeat(LABEL)}more: Enter explains, f shows the fix`)];
}

/** The fix by itself: sentences, and snippets and commands at the left edge, as they are to be copied. */
export function fixAlone(incident: ReportIncident, style: ScreenStyle): string[] {
  const colours = palette(style.color);
  const visible = visibleIncident(incident);
  const [cause] = visible.causes;
  const room = Math.min(style.columns, PROSE_LIMIT);
  const lines = [titled(visible, style.columns, colours), ''];
  if (cause === undefined) lines.push('The cause is not known, so there is no fix to show. Enter shows the evidence.');
  else lines.push(...fixLines(cause, room, colours));
  const text = finish(lines.join('\n'), style).trimEnd();
  return text.split('\n').flatMap((line) => broken(line, style.columns));
}

function fixLines({ fix }: ReportCause, room: number, colours: Palette): string[] {
  const lines = fix.summary === '' ? [] : [...wrap(fix.summary, room), ''];
  fix.steps.forEach((step, index) => {
    const bullet = fix.steps.length > 1 ? `${index + 1}. ` : '';
    lines.push(...hanging(bullet, step.do, room));
    for (const code of [step.nginx, step.run]) if (code !== null) lines.push(...copied(code, colours));
    lines.push('');
  });
  if (fix.patch !== null) lines.push('As a patch:', ...copied(fix.patch, colours), '');
  if (fix.verify.length > 0) lines.push('To check:');
  for (const { run, expect } of fix.verify) lines.push(...copied(run, colours), ...hanging('expect: ', expect, room));
  return lines;
}

function fixInBrief({ fix }: ReportCause, room: number, colours: Palette): string[] {
  const [step] = fix.steps;
  const said = fix.summary !== '' ? fix.summary : (step?.do ?? '');
  const lines = said === '' ? [] : hanging('', said, room);
  for (const code of [step?.nginx ?? null, step?.run ?? null]) if (code !== null) lines.push(...copied(code, colours));
  return labelled('Fix', lines, colours);
}

function titled(incident: ReportIncident, columns: number, colours: Palette): string {
  const id = incident.causes[0]?.id ?? '';
  const sure = `(${confidenceOf(incident)})`;
  const [first = ''] = wrap(`${incident.title} ${sure}`, columns);
  const gap = columns - width(first) - width(id);
  return gap < 2 ? colours.bold(first) : colours.bold(first) + ' '.repeat(gap) + colours.dim(id);
}

function copied(code: string, colours: Palette): string[] {
  return code.replace(/\n+$/, '').split('\n').map(colours.command);
}

function hanging(bullet: string, text: string, room: number): string[] {
  const hang = ' '.repeat(width(bullet));
  return wrap(text, room - LABEL - width(bullet)).map((line, index) => (index === 0 ? bullet : hang) + line);
}

function labelled(label: string, lines: readonly string[], colours: Palette): string[] {
  return lines.map((line, index) => colours.dim(padEnd(index === 0 ? label : '', LABEL)) + line);
}
