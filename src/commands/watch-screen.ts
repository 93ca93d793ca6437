/** `watch` on a terminal: the screen, its keys, and the terminal given back however the watch ends. */
import { emitKeypressEvents } from 'node:readline';
import { ReadStream, WriteStream } from 'node:tty';
import type { ReportDocument } from '../report/document.ts';
import { showText } from '../safe/display.ts';
import { frameOf } from '../screen/frame.ts';
import type { ScreenModel } from '../screen/model.ts';
import { RateMeter } from '../screen/rates.ts';
import { TerminalScreen } from '../screen/terminal.ts';
import { firstView, type Key, pressed, type ScreenView, type Surroundings } from '../screen/view.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import type { Messages } from './messages.ts';
import { writeOut } from './output.ts';
import type { ReportView } from './render.ts';
import type { WatchListener } from './watch-listeners.ts';

const MIN_COLUMNS = 80;
const MIN_ROWS = 24;
/** Keys pressed within this time are shown together (ms). */
const KEYS_TOGETHER_MS = 15;
/** A notice stays on the screen for this long (ms). */
const NOTICE_MS = 20_000;
/** Notices kept for after the screen. */
const MAX_NOTICES = 200;

/** The two ends of the terminal, or null where a screen with keys cannot be: then lines are printed. */
function terminalOf({ stdin, stdout, env }: Io): { input: ReadStream; output: WriteStream } | null {
  if (!(stdin instanceof ReadStream) || !(stdout instanceof WriteStream)) return null;
  if ((env.TERM ?? '') === '' || env.TERM === 'dumb') return null;
  const fits = stdout.columns >= MIN_COLUMNS && stdout.rows >= MIN_ROWS;
  return fits ? { input: stdin, output: stdout } : null;
}

/** The screen, shown at once, or null where there is no terminal for it. */
export function openScreen(
  { io, messages }: Invocation,
  view: ReportView,
  paths: readonly string[],
): WatchScreen | null {
  const terminal = terminalOf(io);
  if (terminal === null) return null;
  return new WatchScreen(terminal.input, terminal.output, io, view, paths, messages);
}

class WatchScreen implements WatchListener {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  readonly #io: Io;
  readonly #style: ReportView;
  readonly #paths: readonly string[];
  readonly #messages: Messages;
  readonly #terminal: TerminalScreen;
  readonly #meter = new RateMeter();
  readonly #notices: string[] = [];
  readonly #quit = new AbortController();
  readonly #stops: (() => void)[] = [];
  #latestNotice: string | null = null;
  #noticedAt = Number.NEGATIVE_INFINITY;
  #gaps = 0;
  #report: ReportDocument | null = null;
  #signature = '';
  /** What is shown while the display is held. */
  #held: ScreenModel | null = null;
  #view: ScreenView;
  #around: Surroundings = { listed: [], page: 1, furthest: 0 };
  #drawnSecond = -1;
  #keysPending: NodeJS.Timeout | null = null;

  constructor(
    input: ReadStream,
    output: WriteStream,
    io: Io,
    style: ReportView,
    paths: readonly string[],
    messages: Messages,
  ) {
    this.#input = input;
    this.#output = output;
    this.#io = io;
    this.#style = style;
    this.#paths = paths;
    this.#messages = messages;
    this.#view = firstView(style.all);
    this.#terminal = new TerminalScreen((text) => output.write(text));
    this.#listen();
    this.#enter();
  }

  /** Aborted when the reader asks for the end. */
  get signal(): AbortSignal {
    return this.#quit.signal;
  }

  happened(): void {
    // The next report shows it.
  }

  gap(): void {
    this.#gaps++;
  }

  /** Takes the newest report, and draws if there is something new to see. */
  looked(report: ReportDocument): void {
    const now = this.#io.now();
    const state = signatureOf(report);
    const news = state !== this.#signature;
    this.#signature = state;
    const second = Math.floor(now / 1000);
    if (!news && second === this.#drawnSecond) return;
    this.#report = report;
    this.#meter.observe(report, this.#io.monotonic(), now);
    this.#draw();
  }

  async ended(report: ReportDocument, render: (report: ReportDocument) => Promise<Iterable<string>>): Promise<void> {
    this.close();
    await writeOut(this.#io.stdout, await render(report));
  }

  /** Gives the terminal back, and says what could not be said meanwhile. May be called again. */
  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    if (this.#keysPending !== null) clearTimeout(this.#keysPending);
    this.#leave();
    this.#messages.divert(null);
    for (const sentence of this.#notices.splice(0)) this.#io.stderr.write(`wslog: ${sentence}\n`);
  }

  #listen(): void {
    const { job } = this.#io;
    const onKey = (text: string | undefined, key: { name?: string; ctrl?: boolean } | undefined) =>
      this.#pressed({ text: text ?? '', name: key?.name ?? '', ctrl: key?.ctrl === true });
    const onResize = () => this.#redraw();
    emitKeypressEvents(this.#input);
    this.#input.on('keypress', onKey);
    this.#output.on('resize', onResize);
    this.#stops.push(
      () => this.#input.off('keypress', onKey),
      () => this.#output.off('resize', onResize),
    );
    if (job !== undefined) {
      this.#stops.push(
        job.on('suspend', () => this.#suspend()),
        job.on('resume', () => this.#enter()),
        job.on('exit', () => this.#leave()),
      );
    }
    this.#messages.divert((sentence) => this.#notice(sentence));
  }

  #notice(sentence: string): void {
    if (this.#notices.length < MAX_NOTICES) this.#notices.push(showText(sentence));
    this.#latestNotice = sentence;
    this.#noticedAt = this.#io.monotonic();
  }

  #enter(): void {
    // Whoever had the terminal meanwhile may have set another mode than the one we believe in.
    this.#input.setRawMode(false);
    this.#input.setRawMode(true);
    this.#input.resume();
    this.#terminal.leave();
    this.#terminal.enter();
    this.#draw();
  }

  #leave(): void {
    this.#terminal.leave();
    this.#input.setRawMode(false);
    this.#input.pause();
  }

  #suspend(): void {
    this.#leave();
    this.#io.job?.suspend();
  }

  #pressed(key: Key): void {
    if (key.ctrl && key.name === 'z') {
      this.#suspend();
      return;
    }
    if ((key.ctrl && (key.name === 'c' || key.name === 'd')) || (key.text === 'q' && !this.#view.typing)) {
      this.#quit.abort('quit');
      return;
    }
    if (key.ctrl && key.name === 'l') this.#terminal.forget();
    this.#view = pressed(this.#view, key, this.#around);
    if (!this.#view.paused) this.#held = null;
    else this.#held ??= this.#model();
    // What the next key means may depend on what this one shows, so its surroundings are computed now.
    this.#around = this.#frame()?.around ?? this.#around;
    this.#keysPending ??= setTimeout(() => {
      this.#keysPending = null;
      this.#draw();
    }, KEYS_TOGETHER_MS);
  }

  #redraw(): void {
    this.#terminal.forget();
    this.#draw();
  }

  #draw(): void {
    const frame = this.#frame();
    if (frame === null) return;
    this.#drawnSecond = Math.floor(this.#io.now() / 1000);
    this.#around = frame.around;
    this.#terminal.draw(frame.lines, this.#output.columns);
  }

  #frame() {
    const model = this.#held ?? this.#model();
    if (model === null) return null;
    const { columns, rows } = this.#output;
    const { color, ascii, verbose } = this.#style;
    return frameOf(model, this.#view, { columns, rows, color, ascii, verbose });
  }

  #model(): ScreenModel | null {
    const report = this.#report;
    if (report === null) return null;
    const recent = this.#io.monotonic() - this.#noticedAt < NOTICE_MS;
    return {
      report,
      rates: this.#meter.reading(this.#io.monotonic()),
      now: this.#io.now(),
      paths: this.#paths,
      gaps: this.#gaps,
      notice: recent ? this.#latestNotice : null,
    };
  }
}

/** Changes with whatever the screen would show of a report. */
function signatureOf({ accounting, incidents }: ReportDocument): string {
  const told = incidents.map(({ id, count, lines, status, causes }) => [id, count, lines, status, causes[0]?.id]);
  return [accounting.lines, accounting.unknown, ...told].join(' ');
}
