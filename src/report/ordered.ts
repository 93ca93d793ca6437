/** Rebuilds a report with its keys in the documented order, so that equal reports have equal bytes. */
import type {
  ReportCause,
  ReportDocument,
  ReportEndpoint,
  ReportEvidence,
  ReportFixStep,
  ReportIncident,
  ReportInput,
  ReportTimeline,
} from './document.ts';

/** Counts by status in an order that does not depend on which line was read first. */
function sortedCounts(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function input(of: ReportInput): ReportInput {
  const { path, kind, format, bytes, lines, unknown, timezone, timezoneFrom, problem, twinOf } = of;
  return { path, kind, format, bytes, lines, unknown, timezone, timezoneFrom, problem, twinOf };
}

function endpoint({ server, path, websocket, handshakes, sessions }: ReportEndpoint): ReportEndpoint {
  return {
    server,
    path,
    websocket,
    handshakes: { ok: handshakes.ok, failed: handshakes.failed, byStatus: sortedCounts(handshakes.byStatus) },
    sessions: {
      closed: sessions.closed,
      p50: sessions.p50,
      p95: sessions.p95,
      max: sessions.max,
      histogram: sessions.histogram.map(({ from, to, count }) => ({ from, to, count })),
      spike: sessions.spike && { seconds: sessions.spike.seconds, count: sessions.spike.count },
    },
  };
}

function weighed({ text, weight, file, line }: ReportEvidence): ReportEvidence {
  return { text, weight, file, line };
}

function step({ do: action, why, nginx, run }: ReportFixStep): ReportFixStep {
  return { do: action, why, nginx, run };
}

function cause({ id, title, confidence, evidence, directive, fix }: ReportCause): ReportCause {
  return {
    id,
    title,
    confidence,
    evidence: evidence.map(weighed),
    directive: directive && {
      name: directive.name,
      value: directive.value,
      file: directive.file,
      line: directive.line,
      default: directive.default,
      excerpt: directive.excerpt && {
        file: directive.excerpt.file,
        from: directive.excerpt.from,
        lines: [...directive.excerpt.lines],
      },
    },
    fix: {
      summary: fix.summary,
      steps: fix.steps.map(step),
      patch: fix.patch,
      verify: fix.verify.map(({ run, expect }) => ({ run, expect })),
    },
  };
}

function timeline({ from, bucketSeconds, counts }: ReportTimeline): ReportTimeline {
  return { from, bucketSeconds, counts: [...counts] };
}

function addressCount({ address, count }: { address: string; count: number }): { address: string; count: number } {
  return { address, count };
}

/** One incident with its keys in order. */
export function orderedIncident(of: ReportIncident): ReportIncident {
  return {
    id: of.id,
    title: of.title,
    severity: of.severity,
    status: of.status,
    websocket: of.websocket,
    firstSeen: of.firstSeen,
    lastSeen: of.lastSeen,
    endpoint: { server: of.endpoint.server, host: of.endpoint.host, path: of.endpoint.path },
    upstreams: of.upstreams.map(addressCount),
    clients: { distinct: of.clients.distinct, exact: of.clients.exact, top: of.clients.top.map(addressCount) },
    count: of.count,
    lines: of.lines,
    symptoms: of.symptoms.map(({ id, count }) => ({ id, count })),
    statuses: sortedCounts(of.statuses),
    timeline: timeline(of.timeline),
    causes: of.causes.map(cause),
    ruledOut: of.ruledOut.map(({ id, why }) => ({ id, why })),
    undecided: of.undecided,
    evidence: of.evidence.map(({ file, line, raw }) => ({ file, line, raw })),
  };
}

/** The whole report with its keys in order. */
export function orderedDocument(of: ReportDocument): ReportDocument {
  const { lines, classified, routine, unknown } = of.accounting;
  return {
    schema: of.schema,
    generator: { name: of.generator.name, version: of.generator.version },
    range: of.range && { from: of.range.from, to: of.range.to },
    inputs: of.inputs.map(input),
    accounting: { lines, classified, routine, unknown },
    unknown: of.unknown.map(({ template, count, example }) => ({ template, count, example })),
    endpoints: of.endpoints.map(endpoint),
    sessions: {
      opened: timeline(of.sessions.opened),
      ended: timeline(of.sessions.ended),
      openedBefore: of.sessions.openedBefore,
      untimed: of.sessions.untimed,
    },
    events: of.events.map(({ at, event, pid }) => ({ at, event, pid })),
    incidents: of.incidents.map(orderedIncident),
    notes: of.notes.map(({ id, text, nginx }) => ({ id, text, nginx })),
  };
}
