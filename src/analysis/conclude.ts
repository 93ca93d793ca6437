/** From what was gathered to the report: clusters, diagnoses, notes, document. */
import type { SymptomMatcher } from '../catalogue/match.ts';
import { diagnose } from '../diagnosis/diagnose.ts';
import type { Surroundings, Visibility } from '../diagnosis/fact.ts';
import type { SourceCounts } from '../findings/counts.ts';
import type { Registry } from '../findings/registry.ts';
import type { UnknownLines } from '../findings/unknown.ts';
import { assemble } from '../incident/assemble.ts';
import { severityRank } from '../incident/cluster.ts';
import type { Correlator } from '../incident/correlator.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import { LEVELS } from '../nginx/record.ts';
import { buildDocument } from '../report/build-document.ts';
import type { ReportDocument, ReportIncident, ReportInput } from '../report/document.ts';
import { notesOf } from './notes.ts';
import type { AnalysisSettings, Filters } from './settings.ts';

export interface ReadInput {
  readonly input: ReportInput;
  /** What was counted in it; null when it was left out. */
  readonly reader: { readonly counts: SourceCounts; readonly unknown: UnknownLines } | null;
  readonly format: AccessFormat | null;
}

export function conclude(
  inputs: readonly ReadInput[],
  correlator: Correlator,
  registry: Registry,
  matcher: SymptomMatcher,
  settings: AnalysisSettings,
): ReportDocument {
  const gathered = correlator.gathered();
  const { catalogue, conf } = settings;
  const visibility = visibilityOf(inputs);
  const { clusters, verdicts, sessions } = assemble(
    gathered,
    catalogue,
    matcher,
    (e) => conf?.forwardsUpgrade(e) ?? null,
    (e) => registry.settled(e),
  );
  const around: Surroundings = {
    gathered,
    verdicts,
    visibility,
    nginxVersion: settings.nginxVersion ?? startedLast(inputs),
    confFacts: (cluster) => conf?.facts(cluster.endpoint) ?? new Map(),
  };
  const diagnoses = clusters.map((cluster) => diagnose(cluster, around, catalogue));
  const accounting = { lines: 0, classified: 0, routine: 0, unknown: 0 };
  const unknown = new Map<string, { template: string; count: number; example: string }>();
  let firstTime = Number.POSITIVE_INFINITY;
  let lastTime = Number.NEGATIVE_INFINITY;
  for (const { reader } of inputs) {
    if (reader === null) continue;
    const { counts } = reader;
    accounting.lines += counts.lines;
    accounting.routine += counts.routine;
    accounting.unknown += counts.unknown;
    firstTime = Math.min(firstTime, counts.firstTime);
    lastTime = Math.max(lastTime, counts.lastTime);
    for (const [template, { count, example }] of reader.unknown.templates) {
      const seen = unknown.get(template);
      if (seen === undefined) unknown.set(template, { template, count, example });
      else seen.count += count;
    }
  }
  accounting.classified = accounting.lines - accounting.routine - accounting.unknown;
  const document = buildDocument({
    version: settings.version,
    inputs: inputs.map((i) => i.input),
    accounting,
    unknown: [...unknown.values()],
    diagnoses,
    sessions,
    verdicts,
    events: gathered.events,
    notes: notesOf({ inputs, gathered, registry, visibility, verdicts, diagnoses, conf }),
    firstTime,
    lastTime,
    conf,
    paths: inputs.map((i) => i.input.path),
    redact: settings.redact,
  });
  document.incidents = document.incidents.filter((i) => passes(i, settings.filters));
  return document;
}

/** The nginx that started last, by the start-up notices in the logs. */
function startedLast(inputs: readonly ReadInput[]): string | null {
  let last: { version: string; time: number } | null = null;
  for (const { reader } of inputs) {
    const started = reader?.counts.started ?? null;
    if (started !== null && (last === null || started.time > last.time)) last = started;
  }
  return last?.version ?? null;
}

/** What the given logs can show at all: most verbose error level, fields of the access formats. */
function visibilityOf(inputs: readonly ReadInput[]): Visibility {
  let verbosity = -1;
  const logged = { requestTime: false, upstreamStatus: false, upgrade: false, connection: false };
  let accessLog = false;
  for (const { reader, format } of inputs) {
    if (reader === null) continue;
    verbosity = Math.max(verbosity, reader.counts.verbosity);
    if (reader.counts.accessLines === 0) continue;
    accessLog = true;
    const variables = new Set(format?.variables ?? []);
    logged.requestTime ||= variables.has('request_time');
    logged.upstreamStatus ||= variables.has('upstream_status');
    logged.upgrade ||= variables.has('http_upgrade');
    logged.connection ||= variables.has('connection');
  }
  const level = LEVELS[verbosity];
  const errorLog =
    level === undefined
      ? 'nothing'
      : level === 'info' || level === 'debug'
        ? 'info'
        : level === 'notice'
          ? 'notice'
          : level === 'warn'
            ? 'warn'
            : 'error';
  return { errorLog, ...logged, accessLog };
}

/** Whether an incident is among those asked for. */
export function passes(
  incident: Pick<ReportIncident, 'severity' | 'endpoint' | 'upstreams'> & {
    readonly causes: readonly { id: string }[];
  },
  filters: Filters,
): boolean {
  if (severityRank(incident.severity) < severityRank(filters.minSeverity)) return false;
  if (
    filters.server !== null &&
    !like(incident.endpoint.server, filters.server) &&
    !like(incident.endpoint.host, filters.server)
  )
    return false;
  if (filters.path !== null && !like(incident.endpoint.path, filters.path)) return false;
  if (filters.upstream !== null && !incident.upstreams.some((u) => like(u.address, filters.upstream!))) return false;
  return filters.cause === null || incident.causes[0]?.id === filters.cause;
}

/** Equal, or, where the filter has a `*`, alike. */
function like(value: string | null, filter: string): boolean {
  if (value === null) return false;
  if (!filter.includes('*')) return value === filter || value.startsWith(`${filter}:`);
  const parts = filter.split('*');
  if (!value.startsWith(parts[0]!) || !value.endsWith(parts.at(-1)!)) return false;
  let at = 0;
  for (const part of parts) {
    const found = value.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return true;
}
