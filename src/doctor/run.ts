/** Runs the checklist over a configuration. */
import type { Conf } from '../nginx-conf/tree.ts';
import { LOCATION_CHECKS, PROCESS_CHECKS, SERVER_CHECKS, WHOLE_CHECKS } from './list.ts';
import { locationSubjects, type Selection } from './subjects.ts';
import type { Check, Examined, Finding, LocationSubject } from './types.ts';

export interface DoctorOptions extends Selection {
  /** nginx's version; null: unknown. */
  readonly version: string | null;
  /** Seconds between two pings of a quiet tunnel; null: unknown. */
  readonly ping: number | null;
}

/** A location that was examined. */
export interface ExaminedLocation {
  /** First `server_name`, or where the server listens. */
  readonly server: string;
  /** The location as written; null: the server's own level. */
  readonly location: string | null;
  readonly file: string;
  readonly line: number;
}

export interface DoctorRow extends Finding {
  readonly id: string;
  readonly title: string;
  /** Both null for a row about the whole configuration, `location` null for one about a server. */
  readonly server: string | null;
  readonly location: string | null;
}

export interface DoctorResult {
  readonly version: string | null;
  readonly locations: readonly ExaminedLocation[];
  readonly rows: readonly DoctorRow[];
}

/** Every row of the checklist, text as in the configuration (latin1). */
export function runDoctor(conf: Conf, { version, ping, path, server }: DoctorOptions): DoctorResult {
  const whole = conf.directives.some(({ name }) => name === 'http');
  const examined: Examined = { conf, version, ping, whole };
  const locations = locationSubjects(examined, { path, server });
  const rows: DoctorRow[] = [];
  const add = <S>(
    checks: readonly Check<S>[],
    subject: S,
    names: { server: string | null; location: string | null },
  ) => {
    for (const { id, title, examine } of checks) {
      const finding = examine(subject);
      if (finding !== null) rows.push({ id, title, ...names, ...finding });
    }
  };
  const everywhere = { server: null, location: null };
  add(WHOLE_CHECKS, { ...examined, locations }, everywhere);
  for (const each of new Set(locations.map(({ place }) => place.server.directive))) {
    const { place } = locations.find((subject) => subject.place.server.directive === each)!;
    add(SERVER_CHECKS, { ...examined, server: place.server }, { server: serverName(place.server), location: null });
  }
  for (const subject of locations) add(LOCATION_CHECKS, subject, namesOf(subject));
  add(PROCESS_CHECKS, { ...examined, locations }, everywhere);
  return { version, locations: locations.map(locationOf), rows };
}

function namesOf({ place }: LocationSubject): { server: string; location: string | null } {
  return { server: serverName(place.server), location: place.pattern };
}

function locationOf(subject: LocationSubject): ExaminedLocation {
  const { file, line } = subject.block;
  return { ...namesOf(subject), file, line };
}

function serverName({ names, listeners }: LocationSubject['place']['server']): string {
  const [name] = names;
  if (name !== undefined && name !== '' && name !== '_') return name;
  const [listener] = listeners;
  if (listener === undefined) return '_';
  return listener.port === null ? listener.address : `${listener.address}:${listener.port}`;
}
