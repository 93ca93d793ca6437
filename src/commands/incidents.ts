/** `wslog incidents`: what the state knows, listed or one in full. */
import { nearestName, noSuch } from '../config/nearest.ts';
import { UsageError } from '../config/usage-error.ts';
import type { ReportIncident } from '../report/document.ts';
import { renderIncident } from '../report/incident.ts';
import { orderedIncident } from '../report/ordered.ts';
import { counted } from '../report/words.ts';
import { escapeJson, showText } from '../safe/display.ts';
import { StateProblem } from '../state/problem.ts';
import { readIncidents } from '../state/store.ts';
import { appearanceOf } from './appearance.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { writeOut } from './output.ts';
import { stateFolder } from './state-folder.ts';

const ACTIONS = ['list', 'show'] as const;
const NOT_READ = 3;

/** @returns 3 when there is state that cannot be read. */
export async function incidents(call: Invocation): Promise<number> {
  const { settings, io, messages } = call;
  const wanted = wantedOf(call);
  const format = formatAmong(settings, ['text', 'json']);
  const folder = stateFolder(settings, io);
  if (folder === null) throw new UsageError('there is no folder to read state from: name it with --state');
  let found: readonly ReportIncident[] | null;
  try {
    found = await readIncidents(folder.path);
  } catch (error) {
    if (!(error instanceof StateProblem)) throw error;
    messages.error(error.message);
    return NOT_READ;
  }
  if (found === null) messages.notice(`there is no state in ${folder.path} yet: wslog watch keeps it there`);
  const known = [...(found ?? [])].sort(byLastSeen);
  const chosen = wanted === null ? known : [incidentOf(known, wanted)];
  if (format === 'json') {
    const document = { schema: 'wslog.incidents/1', incidents: chosen.map(orderedIncident) };
    await writeOut(io.stdout, [`${escapeJson(JSON.stringify(document, null, 2))}\n`]);
    return 0;
  }
  const view = { ...appearanceOf(settings, io, false), all: true, verbose: settings.flag('verbose') };
  await writeOut(
    io.stdout,
    chosen.map((incident) => (wanted === null ? `${listed(incident)}\n` : `${renderIncident(incident, view)}\n`)),
  );
  return 0;
}

/** The id to show, or null for the list. */
function wantedOf({ operands }: Invocation): string | null {
  const [action = 'list', id, ...more] = operands;
  const known = ACTIONS.find((one) => one === action);
  if (known === undefined) {
    const near = nearestName(action, ACTIONS);
    throw new UsageError(
      `incidents knows list and show, not "${action}"${near === null ? '' : `; did you mean ${near}?`}`,
    );
  }
  if (known === 'list' ? id !== undefined : id === undefined || more.length > 0) {
    throw new UsageError('say: wslog incidents list, or: wslog incidents show ID');
  }
  return id ?? null;
}

function incidentOf(known: readonly ReportIncident[], typed: string): ReportIncident {
  const found = known.find(({ id }) => id === typed);
  if (found !== undefined) return found;
  const ids = known.map(({ id }) => id);
  throw new UsageError(noSuch('incident', typed, ids, 'wslog incidents'));
}

/** Open ones first, then what happened last. */
function byLastSeen(a: ReportIncident, b: ReportIncident): number {
  if (a.status !== b.status) return a.status === 'open' ? -1 : 1;
  const [left, right] = [a.lastSeen ?? '', b.lastSeen ?? ''];
  return left === right ? (a.id < b.id ? -1 : 1) : left > right ? -1 : 1;
}

function listed({ id, status, severity, lastSeen, endpoint, title, count }: ReportIncident): string {
  const last = lastSeen === null ? '-'.padEnd(19) : lastSeen.slice(0, 19).replace('T', ' ');
  const parts = [id, status.padEnd(5), severity.padEnd(8), last, endpoint.path ?? endpoint.server ?? '-'];
  return showText([...parts, title, counted(count, 'hit')].join('  '));
}
