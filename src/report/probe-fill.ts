/** The catalogue's texts about a cause, filled with what a probe knows of the place. */
import type { ProbeResult } from '../probe/run.ts';
import { quoteShell } from '../safe/shell.ts';

/** What the catalogue's placeholders stand for here; null where it is not known. */
export type Names = ReadonlyMap<string, string | null>;

/** @param show makes text from the network safe to show */
export function namesOf({ through, direct, hold }: ProbeResult, show: (latin1: string) => string): Names {
  const cut = hold?.idle?.end?.silent ?? null;
  const path = through.target.path.split('?', 1)[0] ?? '/';
  const upstream = direct === null ? null : (direct.target.socketPath ?? direct.target.authority);
  return new Map([
    ['server', show(through.target.host || 'localhost')],
    ['host', show(through.target.host || 'localhost')],
    ['site', show(`${through.target.tls ? 'https' : 'http'}://${through.target.authority}`)],
    ['place', show(`${through.target.host || 'localhost'}:${through.target.port}`)],
    ['path', show(path)],
    ['upstream', upstream === null ? null : show(upstream)],
    ['port', direct === null ? null : String(direct.target.port)],
    ['status', through.answer === null ? null : String(through.answer.status)],
    ['seconds', cut === null ? null : String(cut >= 10 ? Math.round(cut) : Math.round(cut * 10) / 10)],
    ['name', null],
  ]);
}

const PLACEHOLDER = /\{(server|host|path|upstream|port|status|seconds|name)\}/g;
const IN_COMMANDS = /\{(server|host|path|upstream|port|status|seconds|name|site|place)\}/g;
const UNKNOWN: ReadonlyMap<string, string> = new Map([
  ['upstream', 'the backend'],
  ['seconds', 'some'],
  ['status', 'an error'],
]);

/** A sentence of the catalogue with its placeholders filled. */
export function filled(text: string, names: Names): string {
  return text.replace(PLACEHOLDER, (_, name: string) => names.get(name) ?? UNKNOWN.get(name) ?? `the ${name}`);
}

/** In a command every filled-in value stays one word, whatever it holds. */
export function command(text: string, names: Names): string {
  // The catalogue's commands know neither scheme nor port; here both are known.
  const site = text.replaceAll('http://{server}', '{site}').replaceAll('{server}:443', '{place}');
  return site.replace(IN_COMMANDS, (_, name: string) => {
    const value = names.get(name) ?? null;
    return value === null ? name.toUpperCase() : quoteShell(value);
  });
}
