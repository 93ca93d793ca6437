/** Somebody who is told of incidents. */
import type { ReceiverSpec } from '../alerts/config.ts';
import type { Alert } from '../alerts/groups.ts';
import { allMatch } from '../alerts/matchers.ts';
import { severityRank } from '../incident/cluster.ts';
import type { ReportIncident } from '../report/document.ts';

export interface Receiver {
  readonly spec: ReceiverSpec;
  /**
   * Looks at all incidents and sends what is due, without waiting for it.
   *
   * @param now ms since 1970, never running backwards.
   * @param last nothing will be looked at again.
   */
  look(alerts: readonly Alert[], now: number, last: boolean): void;
  /** Resolves when everything has been tried once more. @returns how many notifications are left. */
  close(): Promise<number>;
}

/** What every receiver is given. */
export interface Surroundings {
  /** Name of the machine wslog runs on. */
  readonly machine: string;
  readonly version: string;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly newId: () => string;
  /** Says a sentence to the user. */
  readonly say: (sentence: string) => void;
}

/** Whether a receiver is to be told of an incident at all. */
export function takes({ minSeverity, matchers }: ReceiverSpec, incident: ReportIncident): boolean {
  return severityRank(incident.severity) >= severityRank(minSeverity) && allMatch(matchers, incident);
}
