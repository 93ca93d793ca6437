/** One explained log line as text: what it says, what that means, what likely causes it, how to fix and verify. */
import type { ExplainedLine, LineExplanation } from '../analysis/explain.ts';
import type { Cause, FixStep, Symptom } from '../catalogue/types.ts';
import { padEnd, width, wrap } from '../report/layout.ts';
import { type Palette, palette } from '../report/palette.ts';
import { showBlock, showText } from '../safe/display.ts';
import { quoteShell } from '../safe/shell.ts';
import type { Appearance } from './appearance.ts';

const KINDS: ReadonlyMap<string, string> = new Map([
  ['error', "a line of nginx's error log"],
  ['access', "a line of nginx's access log"],
  ['other', 'not a line of nginx'],
]);
const WEBSOCKET: ReadonlyMap<string, string> = new Map([
  ['yes', 'This was a WebSocket.'],
  ['likely', 'This was probably a WebSocket.'],
  ['no', 'This was not a WebSocket.'],
  ['unknown', 'The line does not show whether this was a WebSocket.'],
]);
/** Later causes get a line each; the page of each tells the rest. */
const CAUSES_IN_FULL = 1;
const LABEL = 12;
const STEP_INDENT = 3;

/** Parts of the request line, which is shown whole, and of the message. */
const SHOWN_ELSEWHERE = new Set(['method', 'path', 'protocol', 'call', 'errorText']);

/** The page of one line. Everything in it is safe to show. */
export function explainedText({ line, symptom, causes }: LineExplanation, appearance: Appearance): string {
  const page = new Page(appearance);
  page.heading(KINDS.get(line.kind) ?? line.kind);
  for (const [name, value] of Object.entries(line.fields)) {
    if (!SHOWN_ELSEWHERE.has(name) || (name === 'path' && line.fields.request === undefined)) {
      page.labelled(name, fieldText(line, name, value));
    }
  }
  if (line.note !== null) page.labelled('', line.note);
  if (line.truncated) page.labelled('', 'The line is cut short: fields after the cut are missing.');
  page.gap();
  addMeaning(page, line, symptom);
  const fill = filler(line);
  causes.forEach((cause, index) => {
    page.gap();
    addCause(page, cause, index, fill);
  });
  const [first] = causes;
  if (first !== undefined) {
    page.gap();
    page.paragraph(
      `wslog explain ${first.id} tells the whole story; wslog analyze over both logs tells which cause it was.`,
    );
  }
  return page.text();
}

function fieldText({ fields }: ExplainedLine, name: string, value: string | number | readonly string[]): string {
  if (name === 'errno') return `${value} ${text(fields.errorText) ?? ''}`.trim();
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function text(value: string | number | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function addMeaning(page: Page, line: ExplainedLine, symptom: Symptom | null): void {
  if (symptom === null) {
    page.paragraph(stoppedAt(line));
    return;
  }
  page.heading(symptom.title, symptom.id);
  page.paragraph(symptom.explain);
  if (symptom.role === 'routine') page.paragraph('This is routine: nothing needs to be done about it.');
  else page.paragraph(WEBSOCKET.get(line.websocket) ?? '');
}

/** Where recognition ended, for a line that no symptom names. */
function stoppedAt(line: ExplainedLine): string {
  if (line.kind === 'other') {
    return "Recognition stopped at the form: neither nginx's error log nor an access log writes lines like this. Paste the whole line, or only nginx's own message.";
  }
  if (line.kind === 'access') {
    return `Read as an access line${statusText(line)}. Its answer is none that a failed WebSocket handshake gets, so there is nothing to explain.`;
  }
  const message = text(line.fields.message);
  return `Read as an error line, but recognition stopped at the message${message === undefined ? '' : ` "${message}"`}: the catalogue has no symptom for it.`;
}

function statusText({ fields }: ExplainedLine): string {
  return fields.status === undefined ? '' : ` with status ${fields.status}`;
}

function addCause(page: Page, cause: Cause, index: number, fill: (text: string, shell: boolean) => string): void {
  page.heading(`${index + 1}. ${capital(cause.title)}`, cause.id);
  page.labelled('Fix', fill(cause.fix.summary, false));
  if (index < CAUSES_IN_FULL) {
    cause.fix.steps.forEach((step, n) => {
      addStep(page, step, n + 1, fill);
    });
  }
  let label = 'Check';
  for (const { run, expect } of cause.verify.slice(0, index < CAUSES_IN_FULL ? 3 : 1)) {
    page.command(`$ ${fill(run, true)}`, label);
    page.labelled('', `expect: ${fill(expect, false)}`);
    label = '';
  }
}

function addStep(page: Page, step: FixStep, number: number, fill: (text: string, shell: boolean) => string): void {
  page.labelled('', `${number}. ${fill(step.do, false)}`);
  if (step.run !== undefined) page.command(`$ ${fill(step.run, true)}`, '', STEP_INDENT);
  if (step.nginx !== undefined) page.command(step.nginx.trimEnd(), '', STEP_INDENT);
}

/** Fills what the line says into a cause's texts; in commands as one shell word each, or a placeholder to replace. */
function filler(line: ExplainedLine): (text: string, shell: boolean) => string {
  const [server, host, upstream, path] = ['server', 'host', 'upstream', 'path'].map((name) => text(line.fields[name]));
  const address = upstream === undefined ? undefined : /^[a-z]+:\/\/([^/]+)/.exec(upstream)?.[1];
  const status = line.fields.status;
  const known = new Map<string, string | undefined>([
    ['server', server ?? host],
    ['host', host ?? server],
    ['path', path?.replace(/\?.*$/s, '')],
    ['upstream', address ?? upstream],
    ['port', address === undefined ? undefined : /:(\d{1,5})$/.exec(address)?.[1]],
    ['status', status === undefined ? undefined : String(status)],
  ]);
  const plain = new Map([
    ['server', 'this server'],
    ['path', 'this path'],
    ['upstream', 'the backend'],
    ['seconds', 'some'],
  ]);
  return (text, shell) =>
    text.replace(/\{(server|host|path|upstream|port|status|seconds|name)\}/g, (_whole, name: string) => {
      const value = known.get(name);
      if (value === undefined) return shell ? `<${name}>` : (plain.get(name) ?? `the ${name}`);
      return shell ? quoteShell(value) : showText(value);
    });
}

/** The start of a sentence; nginx writes itself small everywhere. */
function capital(text: string): string {
  if (text.startsWith('nginx')) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Lines of text at a given width. */
class Page {
  readonly #lines: string[] = [];
  readonly #columns: number;
  readonly #palette: Palette;

  constructor({ color, columns }: Appearance) {
    this.#columns = Math.min(columns, 110);
    this.#palette = palette(color);
  }

  heading(text: string, id?: string): void {
    const shown = showText(text);
    const room = id === undefined ? 0 : this.#columns - width(shown) - width(id);
    if (id === undefined) this.#lines.push(this.#palette.bold(shown));
    else if (room >= 2) this.#lines.push(`${this.#palette.bold(shown)}${' '.repeat(room)}${this.#palette.dim(id)}`);
    else this.#lines.push(...wrap(shown, this.#columns).map(this.#palette.bold), this.#palette.dim(id));
  }

  labelled(label: string, text: string): void {
    const shown = wrap(showText(text), Math.max(20, this.#columns - LABEL - 4));
    shown.forEach((line, index) => {
      const start = padEnd(index === 0 ? label : '', LABEL);
      this.#lines.push(`  ${this.#palette.dim(start)}  ${line}`.trimEnd());
    });
  }

  paragraph(text: string): void {
    for (const part of showBlock(text).split(/\n\s*\n/)) {
      for (const line of wrap(part.replaceAll('\n', ' '), this.#columns - 2)) this.#lines.push(`  ${line}`.trimEnd());
    }
  }

  /** Something to copy: kept as it is, never wrapped. */
  command(text: string, label = '', indent = 0): void {
    showBlock(text)
      .split('\n')
      .forEach((line, index) => {
        const start = this.#palette.dim(padEnd(index === 0 ? label : '', LABEL));
        this.#lines.push(`  ${start}  ${' '.repeat(indent)}${this.#palette.command(line)}`.trimEnd());
      });
  }

  gap(): void {
    if (this.#lines.at(-1) !== '') this.#lines.push('');
  }

  text(): string {
    return `${this.#lines.join('\n').trimEnd()}\n`;
  }
}
