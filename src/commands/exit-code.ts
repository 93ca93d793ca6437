/** What the exit code says about a report. */
import type { Severity } from '../catalogue/types.ts';
import { SEVERITIES } from '../config/options.ts';
import type { ReportDocument, ReportInput } from '../report/document.ts';

/** What a command that was ended by a signal exits with. */
export const SIGNAL_CODES: ReadonlyMap<unknown, number> = new Map([
  ['SIGINT', 130],
  ['SIGTERM', 143],
]);

/**
 * - 2: nothing could be read.
 * - 1: an incident that is shown in full is at or above `failOn`.
 * - 3: part of the input was not read, or a format was not recognised.
 * - 0: otherwise, whatever was found.
 *
 * A finding comes before a missing part: it is true whatever the rest would have said.
 *
 * @param all incidents that are not WebSocket count too.
 */
export function exitCodeOf(report: ReportDocument, failOn: Severity | null, all: boolean): number {
  if (report.inputs.every(isUnread)) return 2;
  if (failOn !== null) {
    const limit = SEVERITIES.indexOf(failOn);
    const counts = report.incidents.filter((incident) => all || incident.websocket !== 'no');
    if (counts.some((incident) => SEVERITIES.indexOf(incident.severity) >= limit)) return 1;
  }
  return report.inputs.some(isIncomplete) ? 3 : 0;
}

function isUnread(input: ReportInput): boolean {
  return input.problem !== null && input.bytes === 0 && input.lines === 0;
}

function isIncomplete(input: ReportInput): boolean {
  return input.problem !== null || (input.kind === 'unknown' && input.lines > 0);
}
