/** Rows of the checklist as a person wants them: a fault that several locations share stands once. */
import type { DoctorCheck, DoctorDocument } from './doctor-document.ts';
import { counted, listed } from './words.ts';

/** Rows of one fault: same check, same line, same sentence. */
export interface DoctorEntry {
  readonly check: DoctorCheck;
  /** `chat.example.com /ws`, for every place that has it; empty for the whole configuration. */
  readonly places: readonly string[];
}

/** Entries of the same places that the same lines mend. */
export interface DoctorGroup {
  readonly places: readonly string[];
  readonly entries: readonly DoctorEntry[];
}

function placeName({ server, location }: Pick<DoctorCheck, 'server' | 'location'>): string {
  return [server, location].filter((part) => part !== null).join(' ');
}

/** Groups of the rows with one of these statuses, in the checklist's order. */
export function groupsOf(document: DoctorDocument, statuses: readonly DoctorCheck['status'][]): readonly DoctorGroup[] {
  const entries = new Map<string, { check: DoctorCheck; places: string[] }>();
  for (const check of document.checks) {
    if (!statuses.includes(check.status)) continue;
    const key = JSON.stringify([check.id, check.file, check.line, check.why]);
    const entry = entries.get(key) ?? { check, places: [] };
    const place = placeName(check);
    if (place !== '' && !entry.places.includes(place)) entry.places.push(place);
    entries.set(key, entry);
  }
  const groups = new Map<string, { places: readonly string[]; entries: DoctorEntry[] }>();
  for (const entry of entries.values()) {
    const key = JSON.stringify(entry.places);
    const group = groups.get(key) ?? { places: entry.places, entries: [] };
    group.entries.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The verdict in one sentence. */
export function doctorVerdict(document: DoctorDocument): string {
  const faults = groupsOf(document, ['wrong']).flatMap(({ entries }) => entries);
  const places = [...new Set(document.locations.map(placeName))];
  if (faults.length > 0)
    return `${counted(faults.length, 'thing')} here ${faults.length === 1 ? 'breaks' : 'break'} WebSockets.`;
  if (places.length === 0) return 'No location here proxies.';
  return `Nothing here breaks WebSockets at ${listed(places, 3)}.`;
}

/** `24 checks ok, 1 cannot be told, 2 notes`. */
export function doctorCounts(document: DoctorDocument): string {
  const count = (status: DoctorCheck['status']) =>
    groupsOf(document, [status]).reduce((sum, { entries }) => sum + entries.length, 0);
  const ok = new Set(document.checks.filter(({ status }) => status === 'ok').map(({ id }) => id)).size;
  const parts = [
    [ok, 'ok'],
    [count('wrong'), 'wrong'],
    [count('unknown'), 'cannot be told'],
  ] as const;
  const notes = count('note');
  return [
    ...parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])),
    ...(notes === 0 ? [] : [counted(notes, 'note')]),
  ].join(', ');
}
