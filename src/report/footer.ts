/** What stands below the incidents of the text report: the rest of the logs, and how far the report can be trusted. */
import type { ReportDocument } from './document.ts';
import { cutMiddle, padEnd, wrap } from './layout.ts';
import type { Palette } from './palette.ts';
import { zoneSentences } from './standing.ts';
import type { TextOptions } from './text-options.ts';
import { concernsWebSocket, place, statusCounts } from './voice.ts';
import { count, counted, duration, listed } from './words.ts';

const LABEL_WIDTH = 11;
const PROSE_LIMIT = 110;

function labelled(label: string, sentences: readonly string[], options: TextOptions, colours: Palette): string[] {
  const room = Math.min(options.columns, PROSE_LIMIT) - LABEL_WIDTH;
  const lines = sentences.flatMap((sentence) => wrap(sentence, room));
  return lines.map((line, index) => colours.dim(padEnd(index === 0 ? label : '', LABEL_WIDTH)) + line);
}

function elsewhere(document: ReportDocument, options: TextOptions): string[] {
  const folded = options.all ? [] : document.incidents.filter((incident) => !concernsWebSocket(incident));
  if (folded.length === 0) return [];
  const names = folded.map((incident) => {
    const at =
      incident.endpoint.path === null || incident.title.includes(incident.endpoint.path)
        ? ''
        : ` at ${place(incident)}`;
    return `${incident.title}${at} (${incident.severity}, ${counted(incident.count, 'hit')})`;
  });
  return [`Not WebSocket: ${listed(names, 3)}. --all shows ${folded.length === 1 ? 'it' : 'them'} in full.`];
}

function notUnderstood(document: ReportDocument, options: TextOptions): string[] {
  const { unknown } = document.accounting;
  if (unknown === 0) return [];
  const room = Math.min(options.columns, PROSE_LIMIT) - LABEL_WIDTH;
  const shown = options.verbose ? document.unknown : document.unknown.slice(0, 3);
  const forms = shown.flatMap(({ template, count: times, example }) => {
    const form = `${count(times)} × ${template}`;
    return [
      options.verbose ? form : cutMiddle(form, room, options.ascii),
      ...(options.verbose && example !== '' ? [`    such as: ${example}`] : []),
    ];
  });
  return [`${counted(unknown, 'line')} not understood${forms.length === 0 ? '.' : ', most often:'}`, ...forms];
}

function inputLines(document: ReportDocument): string[] {
  return document.inputs.map(({ path, kind, format, lines, unknown, timezone }) => {
    const doubt = unknown === 0 ? '' : `, ${count(unknown)} not understood`;
    return `${path}: ${kind}, ${format}, ${counted(lines, 'line')}${doubt}${timezone === null ? '' : `, ${timezone}`}`;
  });
}

function endpointLines(document: ReportDocument): string[] {
  const shown = document.endpoints.filter(({ websocket }) => websocket !== 'no');
  return shown.map(({ server, path, handshakes, sessions }) => {
    const where = server === null ? path : `${path} on ${server}`;
    const failed = handshakes.failed === 0 ? '' : `, ${count(handshakes.failed)} failed`;
    const statuses = statusCounts(handshakes.byStatus);
    const lasting = sessions.p50 === null ? '' : `; sessions last ${duration(sessions.p50)} in the median`;
    const longest = sessions.max === null ? '' : `, ${duration(sessions.max)} at most`;
    return `${where}: ${counted(handshakes.ok, 'handshake')} succeeded${failed}${statuses === '' ? '' : ` (${statuses})`}${lasting}${longest}.`;
  });
}

/** All that follows the incidents, a blank line before it; nothing when there is nothing to say. */
export function footer(
  document: ReportDocument,
  folder: string | null,
  options: TextOptions,
  colours: Palette,
): string[] {
  const problems = document.inputs.flatMap(({ path, problem }) => (problem === null ? [] : [`${path}: ${problem}`]));
  const sections: [string, string[]][] = [
    ['Elsewhere', elsewhere(document, options)],
    ['Endpoints', options.verbose ? endpointLines(document) : []],
    ['Problem', problems],
    ['Unknown', notUnderstood(document, options)],
    ['Note', []],
    ['Zone', zoneSentences(document)],
    ['Folder', folder === null ? [] : [folder]],
    ['Inputs', options.verbose ? inputLines(document) : []],
  ];
  const notes = document.notes.flatMap(({ text, nginx }) => [
    ...labelled('Note', [text], options, colours),
    // Never wrapped, so that it can be copied.
    ...(nginx?.split('\n') ?? []).map((line) => `${' '.repeat(LABEL_WIDTH)}  ${colours.command(line)}`),
  ]);
  const lines = sections.flatMap(([label, sentences]) =>
    label === 'Note' ? notes : labelled(label, sentences, options, colours),
  );
  return lines.length === 0 ? [] : ['', ...lines];
}
