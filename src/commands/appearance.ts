/** How text is to look: colour, width, and whether the reader's terminal shows more than ASCII. */
import { COLOR_CHOICES } from '../config/options.ts';
import type { Settings } from '../config/settings.ts';
import type { Io } from './io.ts';

export interface Appearance {
  readonly color: boolean;
  /** Columns to fill. */
  readonly columns: number;
  /** No characters beyond ASCII in what wslog draws itself. */
  readonly ascii: boolean;
}

/** Wider than a terminal's 80: files and pipes have no edge, and log lines gain from the room. */
const COLUMNS_WITHOUT_TERMINAL = 100;
const MIN_COLUMNS = 40;
const MAX_COLUMNS = 400;

/** @param toFile the text goes to a file (`--output`), not to standard output. */
export function appearanceOf(settings: Settings, io: Io, toFile: boolean): Appearance {
  const terminal = io.stdoutIsTerminal && !toFile;
  const stated = Number(io.env.COLUMNS);
  // Some terminals, such as a serial console, say that they are 0 columns wide.
  const shown = terminal && io.columns !== null && io.columns > 0 ? io.columns : null;
  const columns = shown ?? (Number.isInteger(stated) && stated > 0 ? stated : COLUMNS_WITHOUT_TERMINAL);
  return {
    color: colorOf(settings, io, terminal),
    columns: Math.min(MAX_COLUMNS, Math.max(MIN_COLUMNS, columns)),
    ascii: localeIsAscii(io.env),
  };
}

/** `--color` decides; with `auto`, NO_COLOR, then FORCE_COLOR, then whether a terminal is there to show it. */
function colorOf(settings: Settings, io: Io, terminal: boolean): boolean {
  const choice = settings.choice('color', COLOR_CHOICES);
  if (choice !== 'auto') return choice === 'always';
  const force = io.env.FORCE_COLOR;
  if ((io.env.NO_COLOR ?? '') !== '') return false;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return terminal && io.env.TERM !== 'dumb';
}

/** Only a locale that says so: with none set, as in most containers, terminals show UTF-8 all the same. */
function localeIsAscii(env: Io['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
}
