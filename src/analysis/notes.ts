/** What a reader must know about the report's limits: what the logs cannot show, what was damaged, cut or forged. */
import type { ConfView } from '../diagnosis/conf-view.ts';
import type { Diagnosis } from '../diagnosis/diagnose.ts';
import type { Visibility } from '../diagnosis/fact.ts';
import type { Registry } from '../findings/registry.ts';
import type { Gathered } from '../incident/groups.ts';
import type { WebSocketVerdicts } from '../incident/websocket.ts';
import type { ReportNote } from '../report/document.ts';
import type { ReadInput } from './conclude.ts';

export interface NoteParts {
  readonly inputs: readonly ReadInput[];
  readonly gathered: Gathered;
  readonly registry: Registry;
  readonly visibility: Visibility;
  readonly verdicts: WebSocketVerdicts;
  readonly diagnoses: readonly Diagnosis[];
  readonly conf: ConfView | null;
}

const ERROR_LOG_LINE = 'error_log /var/log/nginx/error.log info;';
const FORMAT_LINE = [
  'log_format ws \'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" \'',
  '              \'"$http_user_agent" rt=$request_time uct="$upstream_connect_time" uht="$upstream_header_time" \'',
  '              \'urt="$upstream_response_time" us="$upstream_status" ua="$upstream_addr" upg="$http_upgrade" \'',
  "              'cid=$connection';",
].join('\n');
const ACCESS_LINE = 'access_log /var/log/nginx/access.log ws;';

export function notesOf(parts: NoteParts): ReportNote[] {
  return [hidden(parts), doubled(parts), forged(parts), cut(parts), timeless(parts), folded(parts)].filter(
    (n) => n !== null,
  );
}

/** The commonest WebSocket failure leaves no trace in logs as they are configured by default: say so. */
function hidden({ visibility, verdicts, gathered }: NoteParts): ReportNote | null {
  const tunnels = [...verdicts.all()].some((s) => s.ok > 0 || s.tunnelLines > 0) || gathered.sessions.length > 0;
  if (!tunnels) return null;
  const blind: string[] = [];
  const lines: string[] = [];
  if (visibility.errorLog !== 'info') {
    blind.push(
      visibility.errorLog === 'nothing'
        ? 'without an error log, why a WebSocket ended cannot be seen'
        : 'nginx reports a WebSocket it cut for silence, and one the client reset, only at level info, which this error log does not show',
    );
    lines.push(ERROR_LOG_LINE);
  }
  const missing: string[] = [];
  if (visibility.accessLog) {
    if (!visibility.requestTime) missing.push('$request_time (how long each WebSocket lived)');
    if (!visibility.upstreamStatus) missing.push('$upstream_status (whether nginx or the backend answered)');
    if (!visibility.upgrade) missing.push('$http_upgrade (which requests were WebSocket handshakes)');
    if (!visibility.connection) missing.push('$connection (which error line belongs to which request)');
  }
  if (missing.length > 0) {
    blind.push(`the access log lacks ${missing.join(', ')}`);
    lines.push(FORMAT_LINE, ACCESS_LINE);
  }
  if (blind.length === 0) return null;
  return {
    id: 'hidden-evidence',
    text: `WebSockets were seen, but these logs cannot show all that happens to them: ${blind.join('; ')}. To see it, set in the http block:`,
    nginx: lines.join('\n'),
  };
}

function doubled({ inputs }: NoteParts): ReportNote | null {
  const pairs = inputs.flatMap(({ input }) => (input.twinOf === null ? [] : [`${input.path} as ${input.twinOf}`]));
  if (pairs.length === 0) return null;
  return {
    id: 'same-lines-twice',
    text: `These logs hold the same lines as another that tells more, and were left out so that nothing counts twice: ${pairs.join(', ')}.`,
    nginx: null,
  };
}

function forged({ inputs }: NoteParts): ReportNote | null {
  const count = sum(inputs, (c) => c.forged);
  if (count === 0) return null;
  return {
    id: 'possible-forgery',
    text: `${count === 1 ? 'One entry holds' : `${count} entries hold`} text that looks like log lines or fields of nginx's own: somebody may be forging log content. Nothing in them was believed beyond what nginx itself wrote.`,
    nginx: null,
  };
}

function cut({ inputs }: NoteParts): ReportNote | null {
  const count = sum(inputs, (c) => c.cut);
  if (count === 0) return null;
  return {
    id: 'cut-lines',
    text: `nginx cut ${count === 1 ? 'one error line' : `${count} error lines`} at 2048 bytes; the end of such a line (upstream, host, referrer) is lost.`,
    nginx: null,
  };
}

function timeless({ inputs }: NoteParts): ReportNote | null {
  const count = sum(inputs, (c) => c.timeless);
  if (count === 0) return null;
  return {
    id: 'unreadable-times',
    text: `${count === 1 ? 'One line has' : `${count} lines have`} no readable time; they are counted, but stand on no timeline.`,
    nginx: null,
  };
}

function folded({ registry, gathered }: NoteParts): ReportNote | null {
  const count = registry.folded + gathered.folded;
  if (count === 0) return null;
  return {
    id: 'folded-cardinality',
    text: `So many different paths or backends occur that ${count} lines were counted together under "{other}"; totals are exact.`,
    nginx: null,
  };
}

function sum(inputs: readonly ReadInput[], of: (counts: NonNullable<ReadInput['reader']>['counts']) => number): number {
  let total = 0;
  for (const { reader } of inputs) if (reader !== null) total += of(reader.counts);
  return total;
}
