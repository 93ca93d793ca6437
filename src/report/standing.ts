/** Sentences about the report as a whole: what was read, what was found, how far it can be trusted. */
import type { ReportDocument } from './document.ts';
import { concernsWebSocket } from './voice.ts';
import { clock, count, counted, day, listed, spansDays } from './words.ts';

/** `22 Nov 2026 14:00:04-14:31:10 UTC`. */
export function rangeText(document: ReportDocument): string {
  const { range } = document;
  if (range === null) return readButLeftOut(document) ? 'no line from the time asked for' : 'no times in the input';
  if (spansDays(range))
    return `${day(range.from)} ${clock(range.from, false)} to ${day(range.to)} ${clock(range.to, false)} UTC`;
  return `${day(range.from)} ${clock(range.from, false)}-${clock(range.to, false)} UTC`;
}

/** `2 WebSocket incidents, 1 elsewhere`. */
export function incidentCounts(document: ReportDocument): string {
  const here = document.incidents.filter(concernsWebSocket).length;
  const elsewhere = document.incidents.length - here;
  const counts = here === 0 ? 'no WebSocket incident' : counted(here, 'WebSocket incident');
  return elsewhere === 0 ? counts : `${counts}, ${count(elsewhere)} elsewhere`;
}

/** `48 210 lines, 3 not understood`. */
export function lineCounts(document: ReportDocument): string {
  const { lines, unknown } = document.accounting;
  return unknown === 0 ? counted(lines, 'line') : `${counted(lines, 'line')}, ${count(unknown)} not understood`;
}

/** Names of the servers with WebSockets, or of all when none has, in the order of the report. */
export function serverNames(document: ReportDocument): string[] {
  const all = new Set<string>();
  const webSocket = new Set<string>();
  const note = (name: string | null, concerns: boolean) => {
    if (name === null || name === '') return;
    all.add(name);
    if (concerns) webSocket.add(name);
  };
  for (const incident of document.incidents) {
    note(incident.endpoint.server ?? incident.endpoint.host, concernsWebSocket(incident));
  }
  for (const { server, websocket } of document.endpoints) note(server, websocket !== 'no');
  return [...(webSocket.size > 0 ? webSocket : all)];
}

/** What an empty list of incidents means: what was read, what worked, and how far that can be trusted. */
export function nothingFound(document: ReportDocument): string {
  const { lines, unknown } = document.accounting;
  if (readButLeftOut(document)) return 'Nothing to judge: no line of the input is from the time asked for.';
  if (lines === 0) {
    const unread = document.inputs.some(({ problem }) => problem !== null);
    return `Nothing to judge: ${unread ? 'no line of the input could be read' : 'the input has no lines'}.`;
  }
  const files = document.inputs.length;
  const read = `Read ${counted(lines, 'line')} of ${counted(files, 'input')}.`;
  if (unknown * 2 > lines) {
    return `${read} No WebSocket incident was found, but ${count(unknown)} of them were not understood, so this says little.`;
  }
  let ok = 0;
  let paths = 0;
  for (const { websocket, handshakes } of document.endpoints) {
    if (websocket === 'no' || handshakes.ok === 0) continue;
    ok += handshakes.ok;
    paths++;
  }
  const worked =
    ok === 0
      ? 'No successful WebSocket handshake is in these logs either.'
      : `${counted(ok, 'WebSocket handshake')} succeeded on ${counted(paths, 'endpoint')}.`;
  return `No WebSocket incident. ${read} ${worked}`;
}

/** There are lines, and `--since` and `--until` leave out all of them. */
function readButLeftOut({ accounting, inputs }: ReportDocument): boolean {
  return accounting.lines === 0 && inputs.some(({ lines }) => lines > 0);
}

/** How each time zone was told, for inputs whose lines do not state it. */
export function zoneSentences(document: ReportDocument): string[] {
  const from = new Map<string, string>([
    ['access-log', 'the offset of the access log beside it'],
    ['option', '--tz'],
    ['environment', 'TZ'],
    ['system', "this machine's zone; --tz sets another"],
  ]);
  const byZone = new Map<string, string[]>();
  for (const { path, timezone, timezoneFrom } of document.inputs) {
    const why = from.get(timezoneFrom ?? 'line');
    if (why === undefined || timezone === null) continue;
    const key = `${timezone} (${why})`;
    const paths = byZone.get(key) ?? [];
    paths.push(path);
    byZone.set(key, paths);
  }
  return [...byZone].map(([zone, paths]) => `Times without a zone in ${listed(paths, 3)} were read as ${zone}.`);
}
