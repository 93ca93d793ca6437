/** Lines that nothing recognised, folded into templates so that a reader sees kinds of lines, not a flood. */
import { detach } from './text.ts';

const MAX_TEMPLATES = 200;
const MAX_LENGTH = 160;
/** The template that stands for all others beyond the bound. */
const OTHER = '(other lines)';

export class UnknownLines {
  readonly templates = new Map<string, { count: number; example: string }>();

  add(line: string, count = 1): void {
    let template = templateOf(line);
    let seen = this.templates.get(template);
    if (seen === undefined && this.templates.size >= MAX_TEMPLATES) {
      template = OTHER;
      seen = this.templates.get(template);
    }
    if (seen !== undefined) seen.count += count;
    else this.templates.set(template, { count, example: detach(line.slice(0, 512)) });
  }
}

/** What stays of a line when everything that varies is taken out: quoted text, numbers, hex, addresses. */
function templateOf(line: string): string {
  const head = line.slice(0, 400);
  let out = '';
  for (let i = 0; i < head.length && out.length < MAX_LENGTH; i++) {
    const c = head.charCodeAt(i);
    if (c === 34) {
      const close = head.indexOf('"', i + 1);
      out += '"…"';
      i = close === -1 ? head.length : close;
    } else if (c >= 48 && c <= 57) {
      out += '#';
      while (i + 1 < head.length && /[\w.:-]/.test(head[i + 1]!)) i++;
    } else out += head[i];
  }
  return out.trim();
}
