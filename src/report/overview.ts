/** The table at the top of the text report: one row an incident. */
import Table from 'cli-table3';
import type { ReportDocument, ReportIncident } from './document.ts';
import { cutMiddle, width, wrap } from './layout.ts';
import type { Palette } from './palette.ts';
import { resample, sparkline } from './sparkline.ts';
import type { TextOptions } from './text-options.ts';
import { confidenceOf, place } from './voice.ts';
import { clock, count, spansDays } from './words.ts';

interface Column {
  readonly head: string;
  readonly right?: boolean;
  readonly cell: (incident: ReportIncident, index: number) => string;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Below this many columns a verdict wraps into confetti, so other columns give way first. */
const VERDICT_WANTS = 30;

/** A cell of more lines than this is no overview; the incident's own block has the title in full. */
const VERDICT_LINES = 4;

/** The verdict in a cell: what is wrong and how sure that is. */
export function verdict(incident: ReportIncident): string {
  // The endpoint has its own column.
  const suffix = ` on ${incident.endpoint.path}`;
  const title = incident.title.endsWith(suffix) ? incident.title.slice(0, -suffix.length) : incident.title;
  return `${title} (${confidenceOf(incident)})`;
}

function columnsFor(document: ReportDocument, options: TextOptions): Column[] {
  const dated = spansDays(document.range);
  const range = document.range ?? { from: '', to: '' };
  const slots = options.columns >= 110 ? 16 : 10;
  const endpointRoom = Math.min(28, Math.max(8, Math.floor(options.columns / 5)));
  return [
    { head: '#', right: true, cell: (_, index) => String(index + 1) },
    { head: 'severity', cell: ({ severity }) => severity },
    { head: 'since', cell: ({ firstSeen }) => (firstSeen === null ? '?' : clock(firstSeen, dated)) },
    { head: 'hits', right: true, cell: (incident) => count(incident.count) },
    {
      head: 'clients',
      right: true,
      cell: ({ clients }) => (clients.distinct === 0 ? '-' : `${clients.exact ? '' : '~'}${count(clients.distinct)}`),
    },
    {
      head: 'endpoint',
      cell: (incident) => cutMiddle(incident.endpoint.path ?? (place(incident) || '-'), endpointRoom, options.ascii),
    },
    {
      head: 'over time',
      cell: ({ timeline }) => sparkline(resample(timeline, range, slots), options.ascii),
    },
  ];
}

interface Cells {
  readonly column: Column;
  readonly texts: readonly string[];
  readonly width: number;
}

/** Drops what the incident's own block says as well, until the verdict has room. */
function fitting(all: readonly Cells[], room: number): { kept: readonly Cells[]; rest: number } {
  const restOf = (these: readonly Cells[]) => room - these.reduce((sum, cells) => sum + 2 + cells.width, 0);
  let kept = all;
  for (const head of ['clients', 'over time', 'hits', 'since']) {
    if (restOf(kept) >= VERDICT_WANTS) break;
    kept = kept.filter(({ column }) => column.head !== head);
  }
  return { kept, rest: Math.max(12, restOf(kept)) };
}

/** The overview of the given incidents as lines. All of them share the report's time axis. */
export function overview(
  document: ReportDocument,
  incidents: readonly ReportIncident[],
  options: TextOptions,
  colours: Palette,
): string[] {
  const all = columnsFor(document, options).map((column) => {
    const texts = incidents.map(column.cell);
    return { column, texts, width: texts.reduce((most, text) => Math.max(most, width(text)), width(column.head)) };
  });
  const { kept, rest } = fitting(all, options.columns - 1);
  const table = new Table({
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: [...kept.map(({ column }) => (column.right === true ? ('right' as const) : ('left' as const))), 'left'],
    head: [...kept.map(({ column }) => colours.dim(column.head)), colours.dim('verdict')],
  });
  incidents.forEach((incident, index) => {
    const cells = kept.map(({ column, texts }) => {
      const text = texts[index] ?? '';
      return column.head === 'severity' ? colours.severity(incident.severity, text) : text;
    });
    table.push([...cells, wrap(cutMiddle(verdict(incident), rest * VERDICT_LINES, options.ascii), rest).join('\n')]);
  });
  return table
    .toString()
    .split('\n')
    .map((line) => ` ${line}`);
}
