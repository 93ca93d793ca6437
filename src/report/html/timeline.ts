/** The figure at the head of the page: handshakes, failures, ends of sessions and what nginx did, on one axis of time. */
import { axisX, axisY, gridX, gridY, rectY, ruleX, ruleY, text } from '@observablehq/plot';
import { escapeHtml } from '../../safe/html.ts';
import type { ReportDocument, ReportEvent, ReportIncident } from '../document.ts';
import { clock, count, counted, duration, spansDays } from '../words.ts';
import { type Bin, binned, commonWidth, peak, summed, tickText } from './bins.ts';
import { chart } from './chart.ts';
import { element, list } from './markup.ts';

/** Colours of causes, as the style names them; what is beyond them is one more. */
const CAUSE_COLOURS = 6;
/** More events than this are drawn without their words. */
const NAMED_EVENTS = 5;

const SIZES = [
  { className: 'wide', width: 1000, ticks: 8 },
  { className: 'narrow', width: 380, ticks: 3 },
] as const;

const EVENT_WORDS: Readonly<Record<ReportEvent['event'], string>> = {
  start: 'start',
  reload: 'reload',
  quit: 'quit',
  stop: 'stop',
  'worker-crashed': 'crash',
};

const EVENT_SENTENCES: Readonly<Record<ReportEvent['event'], string>> = {
  start: 'nginx started its workers',
  reload: 'nginx was told to reload',
  quit: 'nginx was told to stop when its connections have ended',
  stop: 'nginx was told to stop at once',
  'worker-crashed': 'a worker of nginx crashed',
};

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly total: number;
  readonly bins: readonly Bin[];
}

interface Lane {
  readonly heading: string;
  readonly remark: string;
  readonly series: readonly Series[];
  readonly height: number;
}

interface Axis {
  readonly domain: readonly [Date, Date];
  readonly width: number;
  readonly dated: boolean;
}

/** The figure; empty where the report has no times. */
export function timelineFigure(document: ReportDocument, incidents: readonly ReportIncident[]): string {
  const { range, sessions, events } = document;
  if (range === null) return '';
  const timelines = [sessions.opened, sessions.ended, ...incidents.map(({ timeline }) => timeline)];
  const width = commonWidth(timelines);
  const cell = width * 1000;
  const from = Math.floor(Date.parse(range.from) / cell) * cell;
  const to = Math.max(from + cell, Math.ceil((Date.parse(range.to) + 1) / cell) * cell);
  const axis: Axis = { domain: [new Date(from), new Date(to)], width, dated: spansDays(range) };
  const lanes = [
    lane('Handshakes accepted', acceptedRemark(document), 80, [
      {
        name: 'accepted',
        colour: 'var(--ok)',
        total: sum(sessions.opened.counts),
        bins: binned(sessions.opened, width),
      },
    ]),
    lane('Failures by cause', '', 130, byCause(incidents, width)),
    lane('Sessions ended', '', 80, [
      { name: 'ended', colour: 'var(--ended)', total: sum(sessions.ended.counts), bins: binned(sessions.ended, width) },
    ]),
  ].filter(({ series, remark }) => series.some(({ total }) => total > 0) || remark !== '');
  if (lanes.every(({ series }) => series.length === 0) && events.length === 0) return '';
  const last = lanes.findLastIndex(({ series }) => series.some(({ total }) => total > 0));
  const drawn = lanes.map((one, index) => laneBlock(one, axis, events, index === 0, index === last));
  return `<section class="timeline" aria-labelledby="over-time">
<h2 id="over-time">Over time</h2>
<p class="soft">UTC, in cells of ${escapeHtml(duration(width))}.</p>
${drawn.join('\n')}
${eventList(events, axis.dated)}
</section>`;
}

function lane(heading: string, remark: string, height: number, series: readonly Series[]): Lane {
  return { heading, remark, height, series: series.filter(({ total }) => total > 0) };
}

function sum(counts: readonly number[]): number {
  return counts.reduce((a, b) => a + b, 0);
}

function acceptedRemark({ sessions: { opened, openedBefore, untimed } }: ReportDocument): string {
  const parts: string[] = [];
  const further = opened.from === null ? 'session' : 'further session';
  if (openedBefore > 0) parts.push(`${counted(openedBefore, further)} had begun before the first line.`);
  if (untimed > 0) {
    parts.push(`When ${counted(untimed, further)} began is not known: the access log does not hold $request_time.`);
  }
  return parts.join(' ');
}

function byCause(incidents: readonly ReportIncident[], width: number): Series[] {
  const groups = new Map<string, ReportIncident[]>();
  for (const incident of incidents) {
    const id = incident.causes[0]?.id ?? 'cause unknown';
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [incident]);
    else group.push(incident);
  }
  const all = [...groups]
    .map(([name, members]) => ({ name, members, total: members.reduce((hits, { count: more }) => hits + more, 0) }))
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
  const rest = all.slice(CAUSE_COLOURS);
  const shown = all.slice(0, CAUSE_COLOURS);
  if (rest.length > 0) {
    shown.push({
      name: `${count(rest.length)} other causes`,
      members: rest.flatMap(({ members }) => members),
      total: rest.reduce((hits, { total }) => hits + total, 0),
    });
  }
  return shown.map(({ name, members, total }, index) => ({
    name,
    total,
    colour: `var(--cause-${index + 1})`,
    bins: binned(summed(members.map(({ timeline }) => timeline)), width),
  }));
}

function laneBlock(one: Lane, axis: Axis, events: readonly ReportEvent[], top: boolean, bottom: boolean): string {
  const total = one.series.reduce((hits, { total: more }) => hits + more, 0);
  const highest = peak(stackedBins(one.series));
  const figures =
    highest === null
      ? ''
      : `${count(total)}, at most ${count(highest.y)} in ${duration(axis.width)} at ${clock(highest.x1.toISOString(), axis.dated)}`;
  const names =
    one.series.length > 1 ? ` (${one.series.map(({ name, total: hits }) => `${name} ${count(hits)}`).join(', ')})` : '';
  const sentence = `${one.heading}: ${figures}${names}`;
  const charts =
    total === 0 ? '' : SIZES.map((size) => laneChart(one, axis, events, size, sentence, top, bottom)).join('\n');
  const legend =
    one.heading !== 'Failures by cause'
      ? ''
      : list(
          one.series.map(
            ({ name, total: hits }, index) =>
              `<span class="swatch cause-${index + 1}"></span>${escapeHtml(name)} <b>${count(hits)}</b>`,
          ),
          'ul',
          'legend',
        );
  return `<figure>
<figcaption><b>${escapeHtml(one.heading)}</b> <span class="soft">${escapeHtml(figures)}</span>${legend}</figcaption>
${charts}
${one.remark === '' ? '' : element('p', { class: 'soft' }, escapeHtml(one.remark))}
</figure>`;
}

function stackedBins(series: readonly Series[]): Bin[] {
  const sums = new Map<number, Bin>();
  for (const bin of series.flatMap(({ bins }) => bins)) {
    const at = bin.x1.getTime();
    sums.set(at, { ...bin, y: (sums.get(at)?.y ?? 0) + bin.y });
  }
  return [...sums.values()].sort((a, b) => a.x1.getTime() - b.x1.getTime());
}

function laneChart(
  { series, height }: Lane,
  { domain, width: cell }: Axis,
  events: readonly ReportEvent[],
  { className, width, ticks: wanted }: (typeof SIZES)[number],
  sentence: string,
  top: boolean,
  bottom: boolean,
): string {
  const span = (domain[1].getTime() - domain[0].getTime()) / 1000;
  // No two marks within one second: they would be written alike.
  const ticks = Math.min(wanted, span);
  const bars = series.flatMap(({ bins, colour }) => bins.map((bin) => ({ ...bin, colour })));
  const named = top && events.length <= NAMED_EVENTS && className === 'wide';
  const marks = events.map(({ at, event }) => ({ at: new Date(at), word: EVENT_WORDS[event] }));
  const inset = span / cell > 80 || className === 'narrow' ? 0.25 : 0.75;
  return chart(
    {
      width,
      height: height + (named ? 16 : 0) + (bottom ? 22 : 0),
      marginTop: named ? 22 : 8,
      marginBottom: bottom ? 24 : 6,
      x: { type: 'utc', domain: [...domain], label: null, axis: null },
      y: { label: null, axis: null, nice: true, domain: [0, peak(stackedBins(series))?.y ?? 1] },
      marks: [
        gridY({ ticks: 3, stroke: 'currentColor', strokeOpacity: 0.12 }),
        gridX({ ticks, stroke: 'currentColor', strokeOpacity: 0.08 }),
        axisY({ ticks: 3, tickSize: 0, tickFormat: (value: number) => (Number.isInteger(value) ? count(value) : '') }),
        ...(bottom ? [axisX({ ticks, tickSize: 4, tickFormat: tickText(span) })] : []),
        rectY(bars, { x1: 'x1', x2: 'x2', y: 'y', fill: 'colour', inset, insetBottom: 0 }),
        ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        ruleX(marks, { x: 'at', stroke: 'currentColor', strokeDasharray: '3,3', strokeOpacity: 0.7 }),
        ...(named
          ? [text(marks, { x: 'at', text: 'word', frameAnchor: 'top', dy: -14, fontSize: 11, fill: 'currentColor' })]
          : []),
      ],
    },
    sentence,
    className,
  );
}

function eventList(events: readonly ReportEvent[], dated: boolean): string {
  if (events.length === 0) return '';
  const items = events.map(
    ({ at, event, pid }) =>
      `<time datetime="${escapeHtml(at)}">${escapeHtml(clock(at, dated))}</time> ${EVENT_SENTENCES[event]}` +
      (pid < 0 ? '' : ` <span class="soft">(process ${pid})</span>`),
  );
  const all = list(items, 'ul', 'events');
  if (events.length <= NAMED_EVENTS) return `<h3>What nginx did</h3>\n${all}`;
  return `<details><summary>What nginx did: ${counted(events.length, 'event')}, dashed lines above</summary>${all}</details>`;
}
