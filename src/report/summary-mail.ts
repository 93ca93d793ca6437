/** A summary as the parts of a mail: subject, text, HTML, and the thread it belongs to. */
import { showText } from '../safe/display.ts';
import { defangedSummary } from './defanged.ts';
import { finish, visibleSummary } from './finish.ts';
import { cutEnd, wrap } from './layout.ts';
import { withShortSummaryPaths } from './short-paths.ts';
import type { SummaryDocument } from './summary-document.ts';
import { summaryHtml } from './summary-html.ts';
import { SUMMARY_LIMITS, type SummaryLimits, shownMost, summaryLines } from './summary-text.ts';
import { newsCounts, worstItem } from './summary-words.ts';

export interface MailParts {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** What all mails of one thread have in common: the incident at their head, or that there was none. */
  readonly thread: string;
}

/** Mail programs of phones show some forty, lists of mails some hundred characters. */
const SUBJECT_COLUMNS = 110;
/** Lines of a plain text mail are no longer, so that quoting does not break them. */
const TEXT_COLUMNS = 76;

/** From all that is explained in full down to hardly anything: the first that is small enough is sent. */
export const MAIL_LIMITS: readonly SummaryLimits[] = [
  SUMMARY_LIMITS,
  { full: 3, brief: 20 },
  { full: 1, brief: 10 },
  { full: 0, brief: 5 },
];

/**
 * @param to the recipients, to say at the end why somebody got it.
 * @param limits how much is explained.
 */
export function mailParts(document: SummaryDocument, to: string, limits: SummaryLimits): MailParts {
  const most = shownMost(limits);
  const safe = defangedSummary(withShortSummaryPaths(visibleSummary(document, most)), most);
  const why = `You get this since wslog summary on ${safe.host} sends to ${to}.`;
  const options = { color: false, ascii: false, all: true, verbose: false, columns: TEXT_COLUMNS, limits };
  const lines = [...summaryLines(safe, options), '', '-- ', ...wrap(why, TEXT_COLUMNS)];
  return {
    subject: subjectOf(safe),
    // The space behind the dashes is what mail programs know a signature by, and finish takes it off.
    text: finish(lines.join('\n'), options).replace('\n--\nYou get', '\n-- \nYou get'),
    html: finish(summaryHtml(safe, why, limits), { color: false, ascii: false }),
    thread: worstItem(safe)?.incident.id ?? 'heartbeat',
  };
}

/** `web1: 2 new, 1 worse: Nothing listens on 10.0.0.5:8080`: sorted by subject, those of a machine stand together. */
function subjectOf(document: SummaryDocument): string {
  const worst = worstItem(document);
  if (worst === null) return cutEnd(`${document.host}: all well (wslog)`, SUBJECT_COLUMNS);
  const { severity, title } = worst.incident;
  // What looks like an encoded word would be decoded by whoever reads it.
  const plain = `${document.host}: ${newsCounts(document)}, ${severity}: ${title}`.replaceAll('=?', '= ?');
  return cutEnd(showText(plain), SUBJECT_COLUMNS);
}
