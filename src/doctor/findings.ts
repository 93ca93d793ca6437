/** Makes findings. */
import type { Directive } from '../nginx-conf/tree.ts';
import type { Finding, Fix, Level, Place } from './types.ts';

export const NOWHERE: Place = { file: null, line: null };

export function ok(place: Place, why: string): Finding {
  return { status: 'ok', place: at(place), why, fix: null, cause: null };
}

export function unknown(place: Place, why: string, fix: Fix | null = null, cause: string | null = null): Finding {
  return { status: 'unknown', place: at(place), why, fix, cause };
}

export function wrong(place: Place, why: string, cause: string, fix: Fix): Finding {
  return { status: 'wrong', place: at(place), why, fix, cause };
}

export function note(place: Place, why: string, fix: Fix | null = null, cause: string | null = null): Finding {
  return { status: 'note', place: at(place), why, fix, cause };
}

/** @param nginx lines to write at that level */
export function write(what: string, level: Level, nginx: string): Fix {
  return { do: what, nginx, at: level };
}

/** Something to do that no snippet can show. */
export function act(what: string): Fix {
  return { do: what, nginx: null, at: null };
}

/** `nginx.conf:12`, or nothing where nginx's default holds. */
export function spot({ file, line }: Place): string {
  return file === null || line === null ? "nginx's default" : `${file}:${line}`;
}

/** `location /ws`, or the server block where there is no location. */
export function nameOf(block: Directive): string {
  return block.name === 'location' ? `location ${block.args.join(' ')}` : `the ${block.name} block`;
}

function at({ file, line }: Place): Place {
  return { file, line };
}
