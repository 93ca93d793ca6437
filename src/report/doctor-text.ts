/** `wslog doctor` on a terminal: the verdict, what is wrong and what to write, then what is only worth knowing. */
import type { DoctorCheck, DoctorDocument } from './doctor-document.ts';
import { type DoctorEntry, type DoctorGroup, doctorCounts, doctorVerdict, groupsOf } from './doctor-groups.ts';
import { finish } from './finish.ts';
import { padEnd, width, wrap } from './layout.ts';
import { type Palette, palette } from './palette.ts';
import { type TextOptions, usableColumns } from './text-options.ts';
import { listed } from './words.ts';

/** Longer lines of prose are hard to read, however wide the terminal. */
const PROSE_LIMIT = 104;
/** Columns before a sentence: mark and id. */
const MARGIN = 26;
/** On narrow terminals the sentence stands below its id. */
const NARROW = 70;

type Status = DoctorCheck['status'];

interface Ink {
  readonly colours: Palette;
  readonly columns: number;
  readonly ascii: boolean;
  readonly verbose: boolean;
  /** Folder of the main file, which is left out of the others' paths. */
  readonly folder: string;
}

/** The whole checklist; rows that are ok are shown with `verbose`. */
export function renderDoctorText(document: DoctorDocument, options: Omit<TextOptions, 'all'>): string {
  const ink: Ink = {
    colours: palette(options.color),
    columns: Math.min(usableColumns(options.columns), PROSE_LIMIT),
    ascii: options.ascii,
    verbose: options.verbose,
    folder: document.config.slice(0, document.config.lastIndexOf('/') + 1),
  };
  const lines = [
    ...opening(document, ink),
    ...groupsOf(document, ['wrong']).flatMap((group) => groupLines(group, 'wrong', ink)),
    ...titled('Cannot tell', groupsOf(document, ['unknown']), 'unknown', ink),
    ...titled('Worth knowing', groupsOf(document, ['note']), 'note', ink),
    ...(ink.verbose ? titled('In order', groupsOf(document, ['ok']), 'ok', ink) : []),
    '',
    ink.colours.dim(`${doctorCounts(document)}.${ink.verbose ? '' : ' -v shows every row.'}`),
  ];
  return finish(lines.join('\n'), options);
}

function opening(document: DoctorDocument, { colours, columns, ascii }: Ink): string[] {
  const isWrong = document.checks.some(({ status }) => status === 'wrong');
  const verdict = `${mark(isWrong ? 'wrong' : 'ok', ascii)} ${doctorVerdict(document)}`;
  const version = document.nginxVersion === null ? 'nginx version not known' : `nginx ${document.nginxVersion}`;
  const idle = document.checks.filter(({ id, status }) => id === 'idle-timeout' && status === 'ok');
  const silence = isWrong ? [] : [...new Set(idle.map(({ why }) => why))].slice(0, 2);
  const ink = (line: string) => colours.bold(isWrong ? colours.severity('error', line) : line);
  return [
    ...wrap(verdict, columns).map(ink),
    ...wrap(`${document.config}, ${version}`, columns - 2).map((line) => `  ${colours.dim(line)}`),
    ...silence.flatMap((why) => wrap(why, columns - 2).map((line) => `  ${line}`)),
  ];
}

function titled(title: string, groups: readonly DoctorGroup[], status: Status, ink: Ink): string[] {
  if (groups.length === 0) return [];
  const entries = groups.flatMap(({ places, entries: own }) => [
    ...(status === 'ok' && groups.length > 1 && places.length > 0 ? [`  ${ink.colours.dim(listed(places, 4))}`] : []),
    ...own.flatMap((entry) => [...entryLines(entry, status, ink), ...(ink.verbose ? fixLines(entry.check, ink) : [])]),
  ]);
  return ['', ink.colours.bold(title), ...entries];
}

function groupLines({ places, entries }: DoctorGroup, status: Status, ink: Ink): string[] {
  const where = places.length === 0 ? 'The whole configuration' : listed(places, 4);
  const lines = ['', ...wrap(where, ink.columns).map(ink.colours.bold)];
  entries.forEach((entry, index) => {
    lines.push(...entryLines(entry, status, ink));
    // Several rows that the same lines mend show them once, below the last.
    const next = entries[index + 1];
    if (next === undefined || JSON.stringify(next.check.fix) !== JSON.stringify(entry.check.fix)) {
      lines.push(...fixLines(entry.check, ink));
    }
  });
  return lines;
}

function entryLines({ check }: DoctorEntry, status: Status, ink: Ink): string[] {
  const { colours, columns, ascii, folder } = ink;
  const sign = ` ${mark(status, ascii)} `;
  const tinted = status === 'wrong' ? colours.severity('error', sign) : sign;
  const room = columns - MARGIN;
  const why = check.why.replaceAll(folder === '' ? '\0' : folder, '');
  const place = check.file === null ? '' : `${shortened(check.file, folder)}:${check.line}`;
  const said = place === '' || why.includes(place);
  if (columns < NARROW) {
    const text = wrap(said ? why : `${why} (${place})`, columns - 5).map((line) => `     ${line}`);
    return [tinted + colours.bold(check.id), ...text];
  }
  const text = wrap(why, room);
  if (!said) {
    const last = text.at(-1) ?? '';
    if (width(last) + 2 + width(place) <= room) text[text.length - 1] = `${last}  ${colours.dim(place)}`;
    else text.push(...wrap(place, room).map(colours.dim));
  }
  return text.map((line, index) => (index === 0 ? tinted + padEnd(check.id, MARGIN - 3) : ' '.repeat(MARGIN)) + line);
}

function fixLines({ fix }: DoctorCheck, { colours, columns, folder }: Ink): string[] {
  if (fix === null) return [];
  const text = folder === '' ? fix.do : fix.do.replaceAll(folder, '');
  const indent = columns < NARROW ? 5 : 3;
  const margin = ' '.repeat(indent);
  return [
    ...wrap(text, columns - indent).map((line) => margin + line),
    // Never wrapped, so that it can be copied.
    ...(fix.nginx === null ? [] : fix.nginx.split('\n').map((line) => `${margin}    ${colours.command(line)}`)),
  ];
}

function shortened(file: string, folder: string): string {
  return folder !== '' && file.startsWith(folder) ? file.slice(folder.length) : file;
}

function mark(status: Status, ascii: boolean): string {
  switch (status) {
    case 'wrong':
      return ascii ? 'x' : '✗';
    case 'unknown':
      return '?';
    case 'note':
      return ascii ? '-' : '·';
    default:
      return ascii ? '+' : '✓';
  }
}
