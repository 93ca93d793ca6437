/** A summary for a mail: with no address in it that a mail program makes a link of. */
import { defang, defangCommand, defangSnippet, defangUrls } from '../safe/defang.ts';
import type { ReportCause, ReportIncident } from './document.ts';
import type { SummaryDocument } from './summary-document.ts';

/** The strings are visible already; of the incidents only the first `most` are shown, and the others stay as they are. */
export function defangedSummary(document: SummaryDocument, most: number): SummaryDocument {
  const named = ({ title, ...rest }: SummaryDocument['elsewhere'][number]) => ({ ...rest, title: defang(title) });
  return {
    ...document,
    incidents: document.incidents.map((item, at) =>
      at < most ? { ...item, incident: defangedIncident(item.incident) } : item,
    ),
    toldLately: document.toldLately.map(({ id, title }) => ({ id, title: defang(title) })),
    elsewhere: document.elsewhere.map(named),
    problems: document.problems.map(defangUrls),
    notes: document.notes.map((note) => ({ ...note, text: defangUrls(note.text) })),
  };
}

/**
 * The server's name is nginx's own and stays readable; the Host header is what a client claims. Where nginx tells no
 * server, all of the sentences may speak of the latter.
 */
function defangedIncident(incident: ReportIncident): ReportIncident {
  const said = incident.endpoint.server === null ? defang : defangUrls;
  const orNull = (text: string | null) => (text === null ? null : said(text));
  return {
    ...incident,
    title: said(incident.title),
    endpoint: {
      server: orNull(incident.endpoint.server),
      host: incident.endpoint.host === null ? null : defang(incident.endpoint.host),
      path: orNull(incident.endpoint.path),
    },
    upstreams: incident.upstreams.map(({ address, count }) => ({ address: said(address), count })),
    causes: incident.causes.map((cause) => defangedCause(cause, said)),
    undecided: orNull(incident.undecided),
    evidence: incident.evidence.map((line) => ({ ...line, raw: defang(line.raw) })),
  };
}

function defangedCause(cause: ReportCause, said: (text: string) => string): ReportCause {
  return {
    ...cause,
    title: said(cause.title),
    evidence: cause.evidence.map((one) => ({ ...one, text: said(one.text) })),
    fix: {
      summary: said(cause.fix.summary),
      steps: cause.fix.steps.map((step) => ({
        do: said(step.do),
        why: step.why === null ? null : said(step.why),
        nginx: step.nginx === null ? null : defangSnippet(step.nginx),
        run: step.run === null ? null : defangCommand(step.run),
      })),
      patch: cause.fix.patch === null ? null : defangSnippet(cause.fix.patch),
      verify: cause.fix.verify.map(({ run, expect }) => ({ run: defangCommand(run), expect: said(expect) })),
    },
  };
}
