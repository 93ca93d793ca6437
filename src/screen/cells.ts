/** Cells of the screen's tables: text of any origin in a fixed number of columns. */
import { cutMiddle, padEnd, width } from '../report/layout.ts';
import { count } from '../report/words.ts';
import { showAscii, showText } from '../safe/display.ts';

const OWN_COLOUR = /(\x1b\[\d{1,2}m)/;
const ENDS_COLOUR = /\x1b\[(?:22|27|39)m/;

/** Text from outside, fit to be shown in one line. */
export function shown(text: string, ascii: boolean): string {
  const visible = showText(text);
  return ascii ? showAscii(visible.replaceAll('×', 'x')) : visible;
}

/** Cut and filled up to exactly this many columns. */
export function left(text: string, columns: number, ascii: boolean): string {
  return padEnd(cutMiddle(shown(text, ascii), columns, ascii), columns);
}

/** The same for a sentence: it is cut at its end, as it says the most in its beginning. */
export function beginning(text: string, columns: number, ascii: boolean): string {
  const whole = shown(text, ascii);
  const more = ascii ? '...' : '…';
  if (width(whole) <= columns) return padEnd(whole, columns);
  return padEnd(`${cutTo(whole, Math.max(0, columns - width(more))).trimEnd()}${more}`, columns);
}

/** At the right edge. */
export function right(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - width(text))) + text;
}

/** At most `columns` of a finished line; colour sequences beyond the cut stay, so that what was begun is ended. */
export function cutTo(line: string, columns: number): string {
  if (width(line) <= columns) return line;
  let room = columns;
  return line
    .split(OWN_COLOUR)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      let kept = '';
      for (const char of part) {
        const size = width(char);
        if (size > room) {
          room = 0;
          break;
        }
        kept += char;
        room -= size;
      }
      return kept;
    })
    .join('');
}

/** A finished line in pieces of at most `columns`, each with its colours begun and ended. */
export function broken(line: string, columns: number): string[] {
  if (width(line) <= columns) return [line];
  const lines: string[] = [];
  let active: string[] = [];
  let current = '';
  let used = 0;
  for (const [index, part] of line.split(OWN_COLOUR).entries()) {
    if (index % 2 === 1) {
      active = ENDS_COLOUR.test(part) ? [] : [...active, part];
      current += part;
      continue;
    }
    for (const char of part) {
      const size = width(char);
      if (used + size > columns && used > 0) {
        lines.push(active.length === 0 ? current : `${current}\x1b[22m\x1b[39m`);
        current = active.join('');
        used = 0;
      }
      current += char;
      used += size;
    }
  }
  return [...lines, current];
}

/** A span of time by its largest unit: `45 s`, `12 min`, `3 h`, `2 d`. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h`;
  return `${count(Math.floor(whole / 86_400))} d`;
}

/** A number in few columns: `9 999`, `12k`, `3.4M`. */
export function brief(value: number): string {
  if (value < 10_000) return count(Math.round(value));
  if (value < 1_000_000) return `${Math.floor(value / 1000)}k`;
  return `${(Math.floor(value / 100_000) / 10).toFixed(1)}M`;
}

/** A share as a percentage that says 100 only of the whole, and 0 only of nothing. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '-';
  const rounded = Math.round((part / whole) * 100);
  if (rounded === 100 && part < whole) return '99 %';
  if (rounded === 0 && part > 0) return '1 %';
  return `${rounded} %`;
}
