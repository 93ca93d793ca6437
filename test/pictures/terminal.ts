/** What a terminal shows, as an SVG: text stays text, so the picture is small and sharp at any size. */
import { execFileSync } from 'node:child_process';

const CELL = { width: 8.4, height: 17 } as const;
const MARGIN = 14;
const BAR = 30;

const INK = new Map([
  ['31', '#ff7b72'],
  ['32', '#56d364'],
  ['33', '#e3b341'],
  ['34', '#79c0ff'],
  ['35', '#d2a8ff'],
  ['36', '#56d4dd'],
  ['90', '#8b949e'],
]);

interface Pen {
  colour: string;
  bold: boolean;
  dim: boolean;
  reverse: boolean;
}

const PLAIN: Pen = { colour: '#e6edf3', bold: false, dim: false, reverse: false };
const PAPER = '#0d1117';

function set(pen: Pen, codes: readonly string[]): Pen {
  const now = { ...pen };
  for (const code of codes) {
    if (code === '' || code === '0') Object.assign(now, PLAIN);
    else if (code === '1') now.bold = true;
    else if (code === '2') now.dim = true;
    else if (code === '22') now.bold = now.dim = false;
    else if (code === '7') now.reverse = true;
    else if (code === '27') now.reverse = false;
    else if (code === '39') now.colour = PLAIN.colour;
    else now.colour = INK.get(code) ?? now.colour;
  }
  return now;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function lineSvg(line: string, row: number): string {
  const y = BAR + MARGIN + row * CELL.height;
  let pen = { ...PLAIN };
  let column = 0;
  let out = '';
  for (const part of line.split(/(\x1b\[[\d;]*m)/)) {
    const codes = /^\x1b\[([\d;]*)m$/.exec(part);
    if (codes !== null) {
      pen = set(pen, (codes[1] ?? '').split(';'));
      continue;
    }
    const length = [...part].length;
    if (length === 0) continue;
    const x = MARGIN + column * CELL.width;
    const width = length * CELL.width;
    if (pen.reverse)
      out += `<rect x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${CELL.height}" fill="${pen.colour}"/>`;
    const style = `${pen.bold ? ' font-weight="700"' : ''}${pen.dim ? ' opacity=".65"' : ''}`;
    const fill = pen.reverse ? PAPER : pen.colour;
    // Readers of SVG join spaces, and their fonts differ: each word group stands at, and takes, the columns it had.
    for (const { 0: words, index } of part.matchAll(/\S+(?: \S+)*/g)) {
      const at = MARGIN + (column + [...part.slice(0, index)].length) * CELL.width;
      const taken = [...words].length * CELL.width;
      out += `<text x="${at.toFixed(1)}" y="${y + 13}" fill="${fill}"${style} textLength="${taken.toFixed(1)}">${escaped(words)}</text>`;
    }
    column += length;
  }
  return out;
}

/** @param title what stands in the window's bar */
export function terminalSvg(screen: string, columns: number, title: string): string {
  const lines = screen.replace(/\n$/, '').split('\n');
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = Math.ceil(lines.length * CELL.height + BAR + 2 * MARGIN);
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, index) => `<circle cx="${18 + index * 20}" cy="16" r="6" fill="${fill}"/>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<rect width="${width}" height="${height}" rx="10" fill="${PAPER}" stroke="#30363d"/>
${dots.join('')}<text x="${width / 2}" y="20" fill="#8b949e" text-anchor="middle" font-family="system-ui, sans-serif" font-size="13">${escaped(title)}</text>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
${lines
  .map(lineSvg)
  .filter((line) => line !== '')
  .join('\n')}
</g></svg>
`;
}

/** A terminal of its own, in tmux, in which one command runs. */
export class Terminal {
  readonly #socket = `wslog-pictures-${process.pid}`;

  constructor(command: string, columns: number, rows: number, env: string) {
    const shell = `env -i PATH='${process.env.PATH ?? ''}' HOME=/nonexistent TERM=screen-256color LANG=C.UTF-8 TZ=UTC ${env} ${command}`;
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), shell);
    this.#tmux('set', '-g', 'status', 'off');
  }

  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** With colours. */
  shown(): string {
    return this.#tmux('capture-pane', '-e', '-p');
  }

  close(): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }
}
