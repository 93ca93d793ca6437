/** nginx's error log beside a probe: what it gets while the probe runs, and what it had for this path before. */
import { open, stat } from 'node:fs/promises';
import type { LineExplainer } from '../analysis/explain.ts';
import type { LoggedLine } from '../probe/verdict.ts';

/** Enough for the last minutes of a busy log; older lines explain nothing about now. */
const TAIL_BYTES = 256 * 1024;
const MAX_LINES = 20;
/** nginx writes a line at once, but in another process. */
const SETTLE_MS = 60;

interface Followed {
  readonly path: string;
  /** Bytes when the probe began. */
  readonly start: number;
  readonly inode: number;
}

export class ProbeLog {
  readonly #files: readonly Followed[];
  readonly #explainer: LineExplainer;
  readonly #path: string;

  private constructor(files: readonly Followed[], explainer: LineExplainer, path: string) {
    this.#files = files;
    this.#explainer = explainer;
    this.#path = path;
  }

  /**
   * Notes where the logs end now. Files that cannot be read are left out; `onProblem` is told.
   *
   * @param path request path that is probed, without its query, latin1
   */
  static async begin(
    logs: readonly string[],
    explainer: LineExplainer,
    path: string,
    onProblem: (sentence: string) => void,
  ): Promise<ProbeLog> {
    const files: Followed[] = [];
    for (const log of logs) {
      try {
        const { size, ino } = await stat(log);
        await (await open(log, 'r')).close();
        files.push({ path: log, start: size, inode: ino });
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
        onProblem(`${log} cannot be read (${code}); the probe goes on without it`);
      }
    }
    return new ProbeLog(files, explainer, path);
  }

  /** Lines about the path that say something: those written since `begin`, and the last of those before. */
  async read(): Promise<LoggedLine[]> {
    if (this.#files.length === 0) return [];
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const lines: LoggedLine[] = [];
    for (const file of this.#files) lines.push(...(await this.#linesOf(file)));
    return lines;
  }

  async #linesOf({ path, start, inode }: Followed): Promise<LoggedLine[]> {
    const now = await stat(path).catch(() => null);
    if (now === null) return [];
    // A log that was rotated away in the meantime is read from its new beginning.
    const from = now.ino === inode && now.size >= start ? start : 0;
    const earlier = await this.#explained(path, Math.max(0, from - TAIL_BYTES), from, false);
    const fresh = await this.#explained(path, from, Math.min(now.size, from + TAIL_BYTES), true);
    return [...earlier, ...fresh];
  }

  async #explained(path: string, from: number, to: number, fresh: boolean): Promise<LoggedLine[]> {
    if (to <= from) return [];
    const file = await open(path, 'r');
    try {
      const bytes = Buffer.alloc(to - from);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
      const lines = bytes.toString('latin1', 0, bytesRead).split('\n');
      // The first may have lost its start, the last may not be finished.
      if (from > 0 && !fresh) lines.shift();
      const found: LoggedLine[] = [];
      for (const raw of lines.reverse()) {
        if (found.length >= MAX_LINES) break;
        // Most lines are about other paths, and this test is cheap.
        if (!raw.includes(this.#path) && !(fresh && /\[(?:alert|crit|emerg)\]/.test(raw.slice(0, 40)))) continue;
        const line = this.#about(raw, path, fresh);
        if (line !== null) found.push(line);
      }
      return found.reverse();
    } finally {
      await file.close();
    }
  }

  #about(raw: string, file: string, fresh: boolean): LoggedLine | null {
    const { line, causes } = this.#explainer.explain(raw);
    if (line.kind !== 'error' || causes.length === 0) return null;
    const asked = line.fields.path;
    if (typeof asked === 'string' && asked.split('?', 1)[0] !== this.#path) return null;
    return { raw, file, causes: causes.map(({ id }) => id), fresh };
  }
}
