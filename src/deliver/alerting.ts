/** Everybody who is told, and what nobody is told of: silences, and followers of what is told already. */
import type { Alert } from '../alerts/groups.ts';
import { inhibited } from '../alerts/inhibition.ts';
import { expiredSentence, phaseOf, type Silence, silencedBy } from '../alerts/silences.ts';
import type { Catalogue } from '../catalogue/types.ts';
import type { ReportIncident } from '../report/document.ts';
import type { Receiver } from './receiver.ts';

/** An incident as whoever watches sees it. */
export interface Watched {
  readonly incident: ReportIncident;
  readonly open: boolean;
  /** Not to be told, for reasons of whoever watches. */
  readonly quiet: boolean;
}

export interface AlertingSettings {
  readonly receivers: readonly Receiver[];
  readonly silences: readonly Silence[];
  readonly symptoms: Catalogue['symptoms'];
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Ms since 1970, and never running backwards. */
  readonly steady: () => number;
  readonly say: (sentence: string) => void;
  /** Ends what is being sent. */
  readonly stop: AbortController;
}

export class Alerting {
  readonly #settings: AlertingSettings;

  constructor(settings: AlertingSettings) {
    this.#settings = settings;
  }

  /** Tells whom it concerns; returns at once. @param last nothing will be looked at again. */
  look(watched: readonly Watched[], last = false): void {
    const { receivers, steady } = this.#settings;
    const alerts = this.#alerts(watched);
    const now = steady();
    for (const receiver of receivers) receiver.look(alerts, now, last);
  }

  /**
   * Tries once more what has not been delivered, for so long at most.
   *
   * @returns how many notifications are left.
   */
  async close(graceMs: number): Promise<number> {
    const { receivers, stop } = this.#settings;
    const timer = setTimeout(() => stop.abort(), graceMs);
    const left = await Promise.all(receivers.map((receiver) => receiver.close()));
    clearTimeout(timer);
    return left.reduce((sum, one) => sum + one, 0);
  }

  #alerts(watched: readonly Watched[]): Alert[] {
    const { silences, symptoms, now, say } = this.#settings;
    const time = now();
    for (const silence of silences) if (phaseOf(silence, time) === 'expired') say(expiredSentence(silence));
    const open = watched.filter((one) => one.open).map(({ incident }) => incident);
    const followers = inhibited(open, symptoms);
    return watched.map(({ incident, open: isOpen, quiet }) => ({
      incident,
      open: isOpen,
      muted: isOpen && (quiet || followers.has(incident.id) || silencedBy(incident, silences, time) !== null),
    }));
  }
}
