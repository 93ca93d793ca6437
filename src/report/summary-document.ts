/** The document `wslog.summary/1`: what is new since the last summary. All formats of `wslog summary` render it. */
import type { ReportDocument, ReportIncident, ReportNote } from './document.ts';

/**
 * - `new`: not told before, or over when it was told and back again.
 * - `worse`: told before; more severe now, or hitting at least twice as often.
 * - `ongoing`: told before, and it goes on.
 * - `ended`: told as going on, and over now.
 */
export const NEWS_STATES = ['new', 'worse', 'ongoing', 'ended'] as const;
export type NewsState = (typeof NEWS_STATES)[number];

export interface NewsItem {
  state: NewsState;
  /** It was told as over, and came back. */
  returned: boolean;
  /** Requests or sessions hit since it was last told; all of them for one that never was. */
  added: number;
  /** How it stood when it was last told; null for one that never was. */
  before: { at: string; severity: ReportIncident['severity']; count: number } | null;
  /** With what every summary so far knows of it; its status is as of this summary. */
  incident: ReportIncident;
  /** When its hits of this window came. */
  timeline: ReportIncident['timeline'];
}

/** What one window of the logs holds, in figures. */
export interface WindowFigures {
  /** First and last time in the lines read; null where none had one. */
  range: { from: string; to: string } | null;
  lines: number;
  /** Lines not understood. */
  unknown: number;
  /** Of WebSocket endpoints; both 0 where the logs do not tell. */
  handshakes: { ok: number; failed: number };
  /** Hits by the id of the likeliest cause, most first. */
  causes: { id: string; count: number }[];
}

export interface SummaryDocument {
  schema: 'wslog.summary/1';
  generator: { name: 'wslog'; version: string };
  /** Name of the machine that it was made on. */
  host: string;
  /** `heartbeat`: there was nothing to tell, and that was to be said. */
  kind: 'news' | 'heartbeat';
  /** When it was made. */
  at: string;
  /** When the last summary was made, or what was asked for; null for the first one. */
  since: string | null;
  window: WindowFigures;
  /** The same of the window before; null where that is not known. */
  before: WindowFigures | null;
  /** Of a heartbeat: what was read since anything was told last. */
  quiet: { since: string; lines: number; unknown: number } | null;
  inputs: ReportDocument['inputs'];
  /** By state; within a state WebSocket first, then as in a report. */
  incidents: NewsItem[];
  /** Incidents that go on and were told so lately that they are only named. */
  toldLately: { id: string; title: string }[];
  /** Incidents that are not WebSocket and no failures either: told in a line, if there is anything else to tell. */
  elsewhere: { id: string; title: string; count: number }[];
  /** Sentences about lines that may be missing, or logs that could not be read. */
  problems: string[];
  notes: ReportNote[];
}
