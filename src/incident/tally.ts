/** A bounded summary of many log lines that met the same fate; two of them merge into what one would have held. */
import type { Client } from '../findings/client.ts';
import { redact } from '../safe/redact.ts';
import { Clients, type SavedClients } from './clients.ts';
import type { HitRows } from './hits.ts';
import { type SavedTimeline, Timeline } from './timeline.ts';

export const MAX_SAMPLES = 5;

export interface LineRef {
  /** Index of the input file in the analysis. */
  readonly file: number;
  /** 1-based. */
  readonly line: number;
  /** Which log it stands in: error lines say why, so they are shown first. */
  readonly log: 'error' | 'access';
  /** Epoch seconds, NaN when the line has no readable time. */
  readonly time: number;
  /** The line's bytes as latin1, unredacted: it is redacted where a report is made. */
  readonly raw: string;
}

export interface SavedTally {
  readonly lines: number;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly clients: SavedClients;
  readonly timeline: SavedTimeline;
  readonly samples: readonly LineRef[];
}

export class Tally {
  /** Log lines. */
  lines = 0;
  /** Requests or sessions. */
  count = 0;
  /** Epoch seconds. */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  readonly clients = new Clients();
  readonly timeline = new Timeline();
  readonly samples: LineRef[] = [];
  /** Its place among the hits that are not counted yet; -1: it has none there. */
  place = -1;

  /** Counts one request or session at `second` (NaN: unknown time). */
  hit(second: number, client: Client): void {
    this.count++;
    if (!Number.isNaN(second)) {
      if (second < this.first) this.first = second;
      if (second > this.last) this.last = second;
      this.timeline.add(second);
    }
    if (client !== null) this.clients.add(client);
  }

  /** Counts one for each of these rows. */
  hitAll(hits: HitRows, rows: Uint16Array): void {
    this.count += rows.length;
    const { time } = hits;
    let { first, last } = this;
    for (let i = 0; i < rows.length; ) {
      const second = time[rows[i]!]!;
      const start = i++;
      if (Number.isNaN(second)) continue;
      while (i < rows.length && time[rows[i]!] === second) i++;
      if (second < first) first = second;
      if (second > last) last = second;
      this.timeline.add(second, i - start);
    }
    this.first = first;
    this.last = last;
    this.clients.addAll(hits, rows);
  }

  /** Keeps a line as evidence while there is room. */
  sample(ref: LineRef): void {
    if (this.samples.length < MAX_SAMPLES) this.samples.push(ref);
  }

  merge(other: Tally): void {
    this.lines += other.lines;
    this.count += other.count;
    this.first = Math.min(this.first, other.first);
    this.last = Math.max(this.last, other.last);
    this.clients.merge(other.clients);
    this.timeline.merge(other.timeline);
    this.samples.push(...other.samples);
    this.samples.sort(
      (a, b) =>
        Number(a.log === 'access') - Number(b.log === 'access') ||
        a.time - b.time ||
        a.file - b.file ||
        a.line - b.line,
    );
    this.samples.length = Math.min(this.samples.length, MAX_SAMPLES);
  }

  saved(): SavedTally {
    return {
      lines: this.lines,
      count: this.count,
      first: this.first,
      last: this.last,
      clients: this.clients.saved(),
      timeline: this.timeline.saved(),
      samples: this.samples.map(withoutSecrets),
    };
  }

  /** Makes an empty one what was saved. */
  restore(saved: SavedTally): void {
    this.lines = saved.lines;
    this.count = saved.count;
    this.first = saved.first;
    this.last = saved.last;
    this.clients.restore(saved.clients);
    this.timeline.restore(saved.timeline);
    this.samples.push(...saved.samples);
  }
}

/** Lines are stored as they would be shown. */
export function withoutSecrets(ref: LineRef): LineRef {
  return { ...ref, raw: redact(ref.raw) };
}
