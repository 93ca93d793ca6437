/** Silences: somebody knows of it already, until then. Pure; the clock is passed in. */
import type { ReportIncident } from '../report/document.ts';
import { allMatch, type Matcher } from './matchers.ts';

export interface Silence {
  /** Where it is written: `/etc/wslog/config.yaml: silences[0]`. */
  readonly where: string;
  readonly matchers: readonly Matcher[];
  /** Its matchers as written, to show them. */
  readonly match: readonly string[];
  /** ms since 1970; null: since ever. */
  readonly from: number | null;
  /** ms since 1970; not included. */
  readonly until: number;
  readonly author: string;
  readonly comment: string;
}

export type SilencePhase = 'pending' | 'active' | 'expired';

/** @param now ms since 1970. */
export function phaseOf({ from, until }: Silence, now: number): SilencePhase {
  if (now >= until) return 'expired';
  return from !== null && now < from ? 'pending' : 'active';
}

/** The silence that keeps an incident quiet now, or null. */
export function silencedBy(incident: ReportIncident, silences: readonly Silence[], now: number): Silence | null {
  return silences.find((silence) => phaseOf(silence, now) === 'active' && allMatch(silence.matchers, incident)) ?? null;
}

/** What to say once about a silence that is over. */
export function expiredSentence({ where, author, comment, until }: Silence): string {
  return `${where} (${author}: ${comment}) expired at ${new Date(until).toISOString()}: what it matches is told again; take it out`;
}
