/** The JSON document of `wslog doctor`: `wslog.doctor/1`. */

import type { DoctorResult } from '../doctor/run.ts';
import type { Status } from '../doctor/types.ts';
import { escapeJson, showBytes } from '../safe/display.ts';

export interface DoctorDocument {
  readonly schema: 'wslog.doctor/1';
  /** Null: not known. */
  readonly nginxVersion: string | null;
  /** The main file. */
  readonly config: string;
  readonly locations: readonly DoctorLocation[];
  readonly checks: readonly DoctorCheck[];
}

interface DoctorLocation {
  readonly server: string;
  readonly location: string | null;
  readonly file: string;
  readonly line: number;
}

export interface DoctorCheck {
  readonly id: string;
  readonly title: string;
  readonly status: Status;
  readonly server: string | null;
  readonly location: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly why: string;
  readonly fix: { readonly do: string; readonly nginx: string | null; readonly at: string | null } | null;
  readonly cause: string | null;
}

/** The document, with every text of the configuration made safe to show. */
export function doctorDocument({ version, locations, rows }: DoctorResult, config: string): DoctorDocument {
  return {
    schema: 'wslog.doctor/1',
    nginxVersion: version,
    config: showBytes(config),
    locations: locations.map(({ server, location, file, line }) => ({
      server: showBytes(server),
      location: orNull(location),
      file: showBytes(file),
      line,
    })),
    checks: rows.map(({ id, title, status, server, location, place, why, fix, cause }) => ({
      id,
      title,
      status,
      server: orNull(server),
      location: orNull(location),
      file: orNull(place.file),
      line: place.line,
      why: showBytes(why),
      fix: fix === null ? null : { do: showBytes(fix.do), nginx: lines(fix.nginx), at: fix.at },
      cause,
    })),
  };
}

export function renderDoctorJson(document: DoctorDocument): string {
  return `${escapeJson(JSON.stringify(document, null, 2))}\n`;
}

function orNull(text: string | null): string | null {
  return text === null ? null : showBytes(text);
}

function lines(block: string | null): string | null {
  return block === null ? null : block.split('\n').map(showBytes).join('\n');
}
