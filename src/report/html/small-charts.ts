/** The charts inside panels and tables: hits of one incident, and how long the sessions of one endpoint were. */
import { axisX, axisY, gridY, rectY, ruleY, text } from '@observablehq/plot';
import type { ReportEndpoint, ReportEvent, ReportIncident } from '../document.ts';
import { clock, count, counted, duration, spansDays, timerText } from '../words.ts';
import { binned, peak, tickText } from './bins.ts';
import { chart } from './chart.ts';

/** Where an axis of durations is marked, in seconds: what people say, not powers of ten. */
const SPOKEN = [0.001, 0.01, 0.1, 1, 5, 20, 60, 300, 1200, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400];
/** Marks of such an axis stand at least this many times apart. */
const APART = 2.6;

/** Hits of an incident over its own time; empty when all of it is one moment, which a sentence says better. */
export function incidentChart(incident: ReportIncident, events: readonly ReportEvent[]): string {
  const { timeline } = incident;
  const bins = binned(timeline, timeline.bucketSeconds);
  const [first, last, highest] = [bins[0], bins.at(-1), peak(bins)];
  if (first === undefined || last === undefined || highest === null || bins.length < 2) return '';
  const span = (last.x2.getTime() - first.x1.getTime()) / 1000;
  const dated = spansDays({ from: first.x1.toISOString(), to: last.x2.toISOString() });
  const sentence =
    `${counted(incident.count, 'hit')} over time, at most ${count(highest.y)} in ${duration(timeline.bucketSeconds)}` +
    ` at ${clock(highest.x1.toISOString(), dated)} UTC`;
  const near = events.map(({ at }) => new Date(at)).filter((at) => at >= first.x1 && at <= last.x2);
  return chart(
    {
      width: 400,
      height: 96,
      marginTop: 8,
      marginBottom: 24,
      x: { type: 'utc', domain: [first.x1, last.x2], label: null, axis: null },
      y: { label: null, nice: true, axis: null },
      marks: [
        gridY({ ticks: 2, stroke: 'currentColor', strokeOpacity: 0.12 }),
        axisY({ ticks: 2, tickSize: 0, tickFormat: (value: number) => (Number.isInteger(value) ? count(value) : '') }),
        axisX({ ticks: 3, tickSize: 4, tickFormat: tickText(span) }),
        rectY(bins, { x1: 'x1', x2: 'x2', y: 'y', fill: `var(--${incident.severity})`, inset: 0.5, insetBottom: 0 }),
        ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        ...near.map((at) =>
          rectY([{ at }], { x1: 'at', x2: 'at', y1: 0, y2: highest.y, stroke: 'currentColor', strokeDasharray: '3,3' }),
        ),
      ],
    },
    sentence,
  );
}

/** How long sessions lasted, on a scale where each step multiplies; the length that many share is marked. */
export function lengthsChart({ sessions }: ReportEndpoint): string {
  const { histogram, spike } = sessions;
  const bars = histogram.map(({ from, to, count: y }) => ({
    x1: Math.max(from, 0.001),
    x2: Math.max(to, 0.0011),
    y,
    colour: spike !== null && spike.seconds >= from && spike.seconds < to ? 'var(--spike)' : 'var(--ended)',
  }));
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) return '';
  const domain = [Math.min(first.x1, last.x2 / 40), Math.max(last.x2, first.x1 * 40)] as const;
  const total = histogram.reduce((sum, { count: more }) => sum + more, 0);
  const sentence =
    `Lengths of ${counted(total, 'session')}, from ${duration(histogram[0]?.from ?? 0)} to ${duration(last.x2)}` +
    (spike === null ? '' : `; ${count(spike.count)} of them lasted ${timerText(spike.seconds)}`);
  return chart(
    {
      width: 340,
      height: 84,
      marginLeft: 30,
      marginTop: 18,
      marginBottom: 18,
      x: { type: 'log', domain: [...domain], label: null, axis: null },
      y: { label: null, nice: true, axis: null },
      marks: [
        gridY({ ticks: 2, stroke: 'currentColor', strokeOpacity: 0.12 }),
        axisY({ ticks: 2, tickSize: 0, tickFormat: (value: number) => (Number.isInteger(value) ? count(value) : '') }),
        // Of an axis of powers Plot names powers of ten only.
        text(durationMarks(domain), {
          x: (seconds: number) => seconds,
          text: markText,
          frameAnchor: 'bottom',
          dy: 14,
        }),
        rectY(bars, { x1: 'x1', x2: 'x2', y: 'y', fill: 'colour', inset: 0.25, insetBottom: 0 }),
        ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.5 }),
        ...(spike === null
          ? []
          : [
              text([spike], {
                x: 'seconds',
                text: () => `${timerText(spike.seconds)} ×${count(spike.count)}`,
                frameAnchor: 'top',
                dy: -12,
                fill: 'var(--spike)',
                fontWeight: 600,
              }),
            ]),
      ],
    },
    sentence,
  );
}

function markText(seconds: number): string {
  return seconds <= 60 ? timerText(seconds) : duration(seconds);
}

function durationMarks([from, to]: readonly [number, number]): number[] {
  const marks: number[] = [];
  const least = Math.max(APART, (to / from) ** (1 / 6));
  for (const seconds of SPOKEN) {
    const before = marks.at(-1);
    if (seconds >= from && seconds <= to && (before === undefined || seconds / before >= least)) marks.push(seconds);
  }
  return marks;
}
