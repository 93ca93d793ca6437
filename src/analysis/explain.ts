/** One log line on its own: how it reads, what it means, what may have caused it. */
import { compileSymptoms, type SymptomMatcher } from '../catalogue/match.ts';
import type { Catalogue, Cause, Symptom } from '../catalogue/types.ts';
import type { Surroundings } from '../diagnosis/fact.ts';
import { factsOf } from '../diagnosis/facts.ts';
import { rankCauses } from '../diagnosis/weigh.ts';
import { clientOf } from '../findings/client.ts';
import { PathFolder } from '../findings/endpoint.ts';
import { foldOf, Gists } from '../findings/gists.ts';
import { Registry } from '../findings/registry.ts';
import { commonest, isEverydayFault } from '../incident/assemble.ts';
import { Cluster } from '../incident/cluster.ts';
import { metBeforeErrorPage } from '../incident/error-page.ts';
import { type Gathered, increment, newAccessGroup, newErrorGroup } from '../incident/groups.ts';
import { isHandshake } from '../incident/handshake.ts';
import { type Verdict, WebSocketVerdicts } from '../incident/websocket.ts';
import { readPasted } from '../nginx/paste.ts';
import type { AccessRecord, ErrorRecord, LogRecord } from '../nginx/record.ts';
import { showBytes } from '../safe/display.ts';
import { redact } from '../safe/redact.ts';
import type { AnalysisSettings } from './settings.ts';

export interface ExplainedLine {
  readonly kind: 'error' | 'access' | 'other';
  readonly fields: Readonly<Record<string, string | number | readonly string[]>>;
  readonly symptom: string | null;
  readonly websocket: Verdict;
  readonly causes: readonly string[];
  readonly truncated: boolean;
  /** How the line had to be read, or where reading it stopped; null when there is nothing to say. */
  readonly note: string | null;
}

export interface LineExplanation {
  readonly line: ExplainedLine;
  readonly symptom: Symptom | null;
  /** Likeliest first. */
  readonly causes: readonly Cause[];
}

const NOTHING: Gathered = {
  errors: [],
  access: [],
  sessions: [],
  endpoints: [],
  events: [],
  backendsOk: new Map(),
  firstTime: Number.NaN,
  lastTime: Number.NaN,
  folded: 0,
};

/** Explains lines one after another; what is compiled for the first serves all. */
export class LineExplainer {
  readonly #catalogue: Catalogue;
  readonly #matcher: SymptomMatcher;
  readonly #settings: Pick<AnalysisSettings, 'catalogue' | 'nginxVersion' | 'zone' | 'redact'>;

  constructor(settings: Pick<AnalysisSettings, 'catalogue' | 'nginxVersion' | 'zone' | 'redact'>) {
    this.#catalogue = settings.catalogue;
    this.#matcher = compileSymptoms(settings.catalogue);
    this.#settings = settings;
  }

  /** @param text one line as pasted, as latin1 bytes */
  explain(text: string): LineExplanation {
    const { record, truncated, note } = readPasted(text);
    if (record === null) {
      const line: ExplainedLine = {
        kind: 'other',
        fields: {},
        symptom: null,
        websocket: 'unknown',
        causes: [],
        truncated,
        note,
      };
      return { line, symptom: null, causes: [] };
    }
    const cluster = record.kind === 'error' ? this.#errorCluster(record) : this.#accessCluster(record);
    const symptom = [...cluster.symptoms.values()][0]?.symptom ?? null;
    const causes = symptom === null || !accuses(symptom, cluster.websocket) ? [] : this.#causes(cluster, symptom);
    const line: ExplainedLine = {
      kind: record.kind,
      fields: this.#fields(record),
      symptom: symptom?.id ?? null,
      websocket: cluster.websocket,
      causes: causes.map((c) => c.id),
      truncated: truncated || (record.kind === 'error' && record.truncated),
      note,
    };
    return { line, symptom, causes };
  }

  #causes(cluster: Cluster, symptom: Symptom): Cause[] {
    const around: Surroundings = {
      gathered: NOTHING,
      verdicts: new WebSocketVerdicts(NOTHING, () => null),
      visibility: {
        errorLog: 'nothing',
        requestTime: false,
        upstreamStatus: false,
        upgrade: false,
        connection: false,
        accessLog: false,
      },
      nginxVersion: this.#settings.nginxVersion,
      confFacts: () => new Map(),
    };
    const facts = new Map(factsOf(cluster, around));
    // What a single line cannot show says nothing for or against.
    for (const name of ['error-log-shows', 'clients', 'incident-count', 'incident-lines', 'upstreams'])
      facts.delete(name);
    const places = new Map(symptom.causes.map((id, place) => [id, place]));
    return rankCauses(places, facts, this.#catalogue).map((c) => c.cause);
  }

  /** Each line is explained on its own. */
  #registry(): Registry {
    return new Registry(this.#catalogue.symptoms);
  }

  #errorCluster(record: ErrorRecord): Cluster {
    const symptom = this.#matcher.matchError(record);
    const fold = foldOf(record, new PathFolder());
    const key = symptom === null ? null : this.#registry().key(new Gists().error(symptom, record, fold));
    const verdict = errorVerdict(symptom, key?.endpoint?.fold.hint ?? null);
    const cluster = new Cluster('', symptom?.causes[0] ?? '', key?.endpoint ?? null, verdict);
    if (symptom === null || key === null) return cluster;
    const group = newErrorGroup(key);
    group.message = record.message;
    group.levels.add(record.level ?? '');
    group.protocols.add(record.protocol ?? '');
    group.tally.lines = 1;
    group.tally.hit(Number.NaN, clientOf(record.client));
    cluster.addError(group, verdict, key.endpoint);
    cluster.websocket = verdict;
    return cluster;
  }

  #accessCluster(record: AccessRecord): Cluster {
    const key = this.#registry().key(new Gists().access(record, foldOf(record, new PathFolder())));
    const { endpoint, fold } = key;
    const group = newAccessGroup({ ...key, hint: fold.hint });
    group.tally.lines = 1;
    group.tally.hit(Number.NaN, clientOf(record.client));
    group.protocols.add(key.protocol);
    group.methods.add(key.method);
    if (record.bodyBytes !== null) increment(group.bodyBytes, record.bodyBytes);
    if (record.requestTime !== null) group.requestSeconds.add(record.requestTime, record.bodyBytes ?? -1);
    for (const s of key.upstreamStatus) increment(group.upstreamStatuses, s);
    for (const u of key.upstreams) increment(group.upstreams, u);
    if (fold.sid) group.sid = 1;
    const verdict: Verdict =
      key.upgrade === 'yes' || key.status === 101
        ? 'yes'
        : key.tlsBytes
          ? 'unknown'
          : key.upgrade === 'no'
            ? 'no'
            : fold.hint === null
              ? 'unknown'
              : 'likely';
    const cluster = new Cluster('', '', endpoint, verdict);
    const met = metBeforeErrorPage(group);
    const symptom = this.#matcher.matchAccess({
      status: met.status,
      answeredBy: met.answeredBy,
      bodyBytes: commonest(group.bodyBytes),
      tlsBytes: key.tlsBytes,
      protocol: key.protocol,
      handshake: isHandshake({ ...group, status: met.status }, endpoint, verdict, 0),
    });
    if (symptom !== null) cluster.addAccess(group, symptom, verdict, endpoint);
    cluster.websocket = verdict;
    return cluster;
  }

  #fields(record: LogRecord): ExplainedLine['fields'] {
    const fields: Record<string, string | number | readonly string[]> = {};
    const show = this.#settings.redact ? (raw: string) => redact(showBytes(raw)) : showBytes;
    const put = (name: string, value: string | number | null): void => {
      if (value !== null) fields[name] = typeof value === 'string' ? show(value) : value;
    };
    if (record.time !== null) {
      const offset = record.time.offset ?? this.#settings.zone.offsetAt(record.time.wall);
      fields.time = new Date(record.time.wall - offset * 60_000).toISOString();
    }
    if (record.kind === 'error') {
      put('level', record.level);
      put('pid', record.pid);
      put('connection', record.connection);
      put('message', record.message);
      put('call', record.call);
      put('errno', record.errno);
      put('errorText', record.errorText);
      put('phase', record.phase);
    } else {
      put('pid', record.pid);
      put('connection', record.connection);
    }
    put('client', record.client);
    put('server', record.server);
    put('request', record.request);
    put('method', record.method);
    put('path', record.path);
    put('protocol', record.protocol);
    if (record.kind === 'error') {
      put('subrequest', record.subrequest);
      put('upstream', record.upstream);
    }
    put('host', record.host);
    put('referrer', record.referrer);
    if (record.kind === 'access') {
      put('status', record.status);
      put('bytes', record.bodyBytes ?? record.bytesSent);
      put('requestTime', record.requestTime);
      if (record.upstreamStatus !== null) fields.upstreamStatus = record.upstreamStatus.map(show);
      if (record.upstreamAddr !== null) fields.upstreamAddr = record.upstreamAddr.map(show);
      put('userAgent', record.userAgent);
      put('upgrade', record.upgrade);
    }
    return fields;
  }
}

/** Whether a line tells of a fault at all: not a routine line, a notice, or another request's everyday refusal. */
function accuses(symptom: Symptom, websocket: Verdict): boolean {
  if (symptom.role === 'routine' || (symptom.role === 'event' && symptom.severity === 'info')) return false;
  return websocket !== 'no' || !isEverydayFault(symptom.causes[0] ?? '');
}

function errorVerdict(symptom: Symptom | null, hint: string | null): Verdict {
  if (symptom?.provesWebSocket === true) return 'yes';
  if (symptom === null) return 'unknown';
  if (symptom.stage === 'body') return 'no';
  if (hint !== null) return 'likely';
  if (symptom.role === 'routine' || isEverydayFault(symptom.causes[0] ?? '')) return 'no';
  return 'unknown';
}
