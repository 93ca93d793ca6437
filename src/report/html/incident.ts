/** One incident in full: what happened, who is hit, why, where the configuration says so, what to change, how to check. */
import { escapeHtml, htmlText } from '../../safe/html.ts';
import type { ReportCause, ReportDirective, ReportEvent, ReportIncident } from '../document.ts';
import { answers, confidenceOf, directiveText, evidenceSides, impact, mainClient, period, place } from '../voice.ts';
import { clock, confidenceWord, count, counted } from '../words.ts';
import { codeBlock, element, list, part, row, table } from './markup.ts';
import { incidentChart } from './small-charts.ts';

/** The file of a diff's line by its first character; the two header lines are none of either. */
function diffLine(line: string): string {
  const kind = /^(?:---|\+\+\+)/.test(line)
    ? 'file'
    : line.startsWith('+')
      ? 'added'
      : line.startsWith('-')
        ? 'removed'
        : '';
  const name = kind === 'added' ? 'ins' : kind === 'removed' ? 'del' : 'span';
  return element(name, { class: kind }, escapeHtml(line));
}

function diff(patch: string): string {
  return `<pre class="copy diff" tabindex="0"><code>${patch.trimEnd().split('\n').map(diffLine).join('\n')}</code></pre>`;
}

function configuration(directive: ReportDirective | null): string {
  if (directive === null) return '';
  const { excerpt, line, file } = directive;
  const said = `<p><code>${escapeHtml(directiveText(directive))}</code></p>`;
  if (excerpt === null) return said;
  const guilty = file === excerpt.file ? line : null;
  const width = String(excerpt.from + excerpt.lines.length - 1).length;
  const lines = excerpt.lines.map((text, index) => {
    const number = excerpt.from + index;
    const shown = `${element('span', { class: 'soft' }, String(number).padStart(width))}  ${escapeHtml(text)}`;
    return number === guilty ? `<mark>${shown}</mark>` : shown;
  });
  const about =
    guilty === null
      ? `Not set, so nginx's default holds. The block that serves this, ${excerpt.file}:${excerpt.from}:`
      : `${excerpt.file}, the line at fault marked:`;
  return `${said}
<p class="soft">${escapeHtml(about)}</p>
<pre tabindex="0"><code>${lines.join('\n')}</code></pre>`;
}

function why(incident: ReportIncident, cause: ReportCause): string {
  const sides = evidenceSides(cause);
  const other = incident.causes[1];
  const or =
    incident.undecided === null || other === undefined
      ? ''
      : `<p class="or"><b>Or:</b> ${escapeHtml(other.title)} (<code>${escapeHtml(other.id)}</code>, ${confidenceWord(other.confidence)}). ` +
        `To tell them apart: ${htmlText(incident.undecided)}</p>`;
  return (
    list([
      ...sides.for.map(htmlText),
      ...sides.against.map((text) => `<span class="against">against it:</span> ${htmlText(text)}`),
    ]) + or
  );
}

function whoIsHit(incident: ReportIncident, number: number): string {
  const { clients, upstreams } = incident;
  const columns = [{ head: 'client' }, { head: 'hits', number: true }];
  const rows = clients.top.map(({ address, count: hits }) =>
    row(columns, [`<code>${escapeHtml(address)}</code>`, count(hits)]),
  );
  const more = clients.distinct - clients.top.length;
  const backends = upstreams.map(({ address, count: hits }) => `<code>${escapeHtml(address)}</code> ×${count(hits)}`);
  return [
    rows.length === 0 ? '' : table(`clients hit by incident ${number}`, columns, rows, 'small'),
    more > 0 ? `<p class="soft">and ${clients.exact ? '' : 'about '}${counted(more, 'further client')}</p>` : '',
    backends.length === 0 ? '' : `<p>Backends: ${backends.join(', ')}</p>`,
  ].join('\n');
}

function fix({ fix: { summary, steps } }: ReportCause): string {
  const items = steps.map((step) => {
    const reason = step.why === null || step.why === '' ? '' : ` <span class="soft">${htmlText(step.why)}</span>`;
    const nginx = step.nginx === null ? '' : codeBlock(step.nginx, 'copy');
    const run = step.run === null ? '' : codeBlock(step.run, 'copy shell');
    return `${htmlText(step.do)}${reason}${nginx}${run}`;
  });
  return `<p><b>${htmlText(summary)}</b></p>\n${list(items, 'ol')}`;
}

function checks({ fix: { verify } }: ReportCause): string {
  return verify
    .map(({ run, expect }) => `${codeBlock(run, 'copy shell')}<p>Expect: ${htmlText(expect)}</p>`)
    .join('\n');
}

function lines(incident: ReportIncident): string {
  if (incident.evidence.length === 0) return '';
  const shown = incident.evidence.map(
    ({ file, line, raw }) => `<dt>${escapeHtml(`${file}:${line}`)}</dt>\n<dd><code>${escapeHtml(raw)}</code></dd>`,
  );
  return `<p class="soft">${counted(incident.lines, 'line')} in all; the first of them:</p>\n<dl class="lines">\n${shown.join('\n')}\n</dl>`;
}

/** A heading that opens the panel. @param number as in the overview */
export function incidentPanel(
  incident: ReportIncident,
  number: number,
  { events, dated, open }: { events: readonly ReportEvent[]; dated: boolean; open: boolean },
): string {
  const [cause] = incident.causes;
  const sentences = [impact(incident), answers(incident), mainClient(incident) ?? ''].filter((text) => text !== '');
  const drawn = incidentChart(incident, events);
  const aside = [drawn === '' ? '' : `<figure>${drawn}</figure>`, part('Who is hit', whoIsHit(incident, number))].join(
    '\n',
  );
  const ruledOut = incident.ruledOut.map(
    ({ id, why: reason }) => `<code>${escapeHtml(id)}</code>: ${htmlText(reason)}`,
  );
  const since = incident.firstSeen === null ? '' : clock(incident.firstSeen, dated);
  return `<details class="incident ${incident.severity}" id="incident-${number}"${open ? ' open' : ''}>
<summary><h3><span class="badge">${incident.severity}</span> <span class="title">${number}. ${escapeHtml(incident.title)}</span></h3>
<span class="soft">${[place(incident), since, counted(incident.count, 'hit')]
    .filter((text) => text !== '')
    .map(escapeHtml)
    .join(' · ')}</span></summary>
<div class="columns">
<div>
<p class="lead">${escapeHtml(sentences.join(' '))}</p>
<p><b>${escapeHtml(confidenceOf(incident))}</b> · ${escapeHtml(period(incident, dated))}${cause === undefined ? '' : ` · <code>${escapeHtml(cause.id)}</code>`}</p>
${cause === undefined ? '' : part('Why', why(incident, cause))}
</div>
<div>${aside}</div>
</div>
${cause === undefined ? '' : part('Configuration', configuration(cause.directive))}
${cause === undefined ? '' : part('Fix', fix(cause))}
${cause === undefined || cause.fix.patch === null ? '' : part('The change to your configuration', diff(cause.fix.patch))}
${cause === undefined ? '' : part('Check that it helped', checks(cause))}
${part('Log lines', lines(incident))}
${ruledOut.length === 0 ? '' : part('Ruled out', list(ruledOut))}
</details>`;
}
