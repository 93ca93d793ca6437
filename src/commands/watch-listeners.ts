/** What `watch` prints: for people a line or a block an event, for programs one JSON object. */
import type { ReportDocument, ReportIncident } from '../report/document.ts';
import { renderIncident } from '../report/incident.ts';
import { ndjsonLine } from '../report/ndjson.ts';
import { oneLine } from '../report/one-line.ts';
import { orderedIncident } from '../report/ordered.ts';
import { showText } from '../safe/display.ts';
import type { IncidentEvent } from './incident-events.ts';
import { writeOut } from './output.ts';
import type { ReportView } from './render.ts';

export interface WatchListener {
  happened(event: IncidentEvent): void;
  /** The newest report, a few times a second. */
  looked?(report: ReportDocument): void;
  /** The follower could not read on without a break: lines may be missing. */
  gap(path: string, sentence: string): void;
  /** The watch is over. `render` makes the final report. */
  ended(report: ReportDocument, render: (report: ReportDocument) => Promise<Iterable<string>>): Promise<void>;
}

/** One JSON object an event. */
export class NdjsonListener implements WatchListener {
  readonly #stdout: NodeJS.WritableStream;
  readonly #now: () => number;
  readonly #gaps: { at: string; path: string; text: string }[] = [];

  /** @param now wall clock, ms since 1970. */
  constructor(stdout: NodeJS.WritableStream, now: () => number) {
    this.#stdout = stdout;
    this.#now = now;
  }

  happened({ type, incident }: IncidentEvent): void {
    this.#stdout.write(ndjsonLine({ type, at: this.#at(), incident: orderedIncident(incident) }));
  }

  gap(path: string, sentence: string): void {
    if (this.#gaps.length < 1000) this.#gaps.push({ at: this.#at(), path: showText(path), text: showText(sentence) });
  }

  async ended(report: ReportDocument): Promise<void> {
    await writeOut(this.#stdout, [ndjsonLine({ type: 'end', accounting: report.accounting, gaps: this.#gaps })]);
  }

  #at(): string {
    return new Date(this.#now()).toISOString();
  }
}

/** Lines for people; on a terminal an opening incident is shown whole, with its cause and fix. */
export class TextListener implements WatchListener {
  readonly #stdout: NodeJS.WritableStream;
  readonly #view: ReportView & { readonly plain: boolean };

  constructor(stdout: NodeJS.WritableStream, view: ReportView & { readonly plain: boolean }) {
    this.#stdout = stdout;
    this.#view = view;
  }

  happened({ type, incident }: IncidentEvent): void {
    if (!this.#concerns(incident)) return;
    this.#stdout.write(`${oneLine(incident, type)}\n`);
    if (type === 'opened' && !this.#view.plain) this.#stdout.write(`\n${renderIncident(incident, this.#view)}\n`);
  }

  gap(): void {
    // Said on standard error already.
  }

  async ended(report: ReportDocument, render: (report: ReportDocument) => Promise<Iterable<string>>): Promise<void> {
    this.#stdout.write('\n');
    await writeOut(this.#stdout, await render(report));
  }

  #concerns(incident: ReportIncident): boolean {
    return this.#view.all || incident.websocket !== 'no';
  }
}
