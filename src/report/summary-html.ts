/**
 * The HTML part of a mail. Mail programs know little of HTML, and drop what they do not know: tables for bars, styles on
 * each element, nothing loaded. No colour of the page or its text is set, so that a dark mail program stays dark; what
 * is coloured reads well on both.
 */
import { escapeHtml, htmlText } from '../safe/html.ts';
import type { ReportCause, ReportIncident } from './document.ts';
import { squeezed } from './sparkline.ts';
import type { NewsItem, SummaryDocument } from './summary-document.ts';
import { isExplained, type SummaryLimits } from './summary-text.ts';
import {
  beforeWords,
  causeRows,
  coverage,
  handshakeWords,
  headline,
  heartbeatWords,
  stateWords,
} from './summary-words.ts';
import { answers, confidenceOf, directiveText, evidenceSides, impact, mainClient, period, place } from './voice.ts';
import { clock, count, counted, duration, listed } from './words.ts';

const FONT = 'font-family:-apple-system,BlinkMacSystemFont,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const MONO = 'font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace';
const SOFT = 'opacity:.7';
const RULE = 'rgba(128,128,128,.35)';
const SHADE = 'rgba(128,128,128,.12)';
/** Dark enough for white letters, bright enough to stand out on black. */
const COLOURS: Record<ReportIncident['severity'], string> = {
  critical: '#c62a2f',
  error: '#c4501b',
  warning: '#96690a',
  info: '#2b6cb0',
};
const CALM = '#2e7d4f';
const BAR_HEIGHT = 36;
const BARS = 48;
const FEWEST_BARS = 24;
const MAX_CAUSES = 8;
const MAX_GLANCED = 10;
const MAX_EVIDENCE = 3;
const MAX_STEPS = 3;

function styled(name: string, style: string, content: string): string {
  return `<${name} style="${style}">${content}</${name}>`;
}

function paragraph(html: string, style = ''): string {
  return styled('p', `margin:0 0 8px;${style}`, html);
}

function pill(text: string, colour: string): string {
  return styled(
    'span',
    `display:inline-block;background:${colour};color:#ffffff;border-radius:3px;padding:1px 7px;font-size:12px;font-weight:600`,
    escapeHtml(text),
  );
}

function code(text: string): string {
  return styled(
    'pre',
    `margin:4px 0 10px;padding:8px 10px;background:${SHADE};border-radius:4px;${MONO};font-size:12px;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere;word-break:break-word`,
    escapeHtml(text.replace(/\n+$/, '')),
  );
}

function label(text: string): string {
  return styled('div', `margin:12px 0 4px;font-size:13px;font-weight:600;${SOFT}`, escapeHtml(text));
}

function block(height: number, colour: string, width = ''): string {
  return `<div style="height:${height}px;line-height:${height}px;font-size:1px;${width}background:${colour}">&nbsp;</div>`;
}

/** Hits over time: a table of one row, whose cells hold a block each. */
function bars({ timeline }: NewsItem, colour: string): string {
  const { counts, merged } = squeezed(timeline.counts, BARS);
  const top = Math.max(...counts, 0);
  if (timeline.from === null || counts.length < 3 || top === 0) return '';
  const cells = counts.map((hits) => {
    const bar = hits === 0 ? block(1, RULE) : block(Math.max(2, Math.round((hits / top) * BAR_HEIGHT)), colour);
    return `<td valign="bottom" style="padding:0 1px 0 0;vertical-align:bottom;height:${BAR_HEIGHT}px">${bar}</td>`;
  });
  // A handful of bars over the whole width would be a wall.
  const blank = '<td style="padding:0">&nbsp;</td>'.repeat(Math.max(0, FEWEST_BARS - cells.length));
  const seconds = timeline.bucketSeconds * counts.length * merged;
  const to = new Date(Date.parse(timeline.from) + seconds * 1000).toISOString();
  const span = `${clock(timeline.from, false)} to ${clock(to, timeline.from.slice(0, 10) !== to.slice(0, 10))} UTC`;
  const caption = `${span}, peak ${counted(top, 'hit')} in ${duration(timeline.bucketSeconds * merged)}`;
  return `<table role="img" aria-label="${escapeHtml(`Hits over time, ${caption}`)}" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;table-layout:fixed;width:100%;margin:8px 0 2px"><tr>${cells.join('')}${blank}</tr></table>
${styled('div', `font-size:12px;margin:0 0 8px;${SOFT}`, escapeHtml(caption))}`;
}

function causesTable(document: SummaryDocument): string {
  const rows = causeRows(document, MAX_CAUSES);
  if (rows.length === 0) return '';
  const most = Math.max(...rows.map((row) => Math.max(row.now, row.before ?? 0)), 1);
  const cell = `padding:5px 8px 5px 0;border-top:1px solid ${RULE};font-size:13px;vertical-align:top`;
  const bar = (hits: number, colour: string) =>
    hits === 0 ? '' : block(4, colour, `margin-top:3px;width:${Math.max(1, Math.round((hits / most) * 100))}%;`);
  const figure = 'text-align:right;white-space:nowrap;width:70px';
  const body = rows.map(({ id, now, before }) =>
    [
      '<tr>',
      styled('td', `${cell};overflow-wrap:anywhere`, `${escapeHtml(id)}${bar(now, COLOURS.error)}`),
      styled('td', `${cell};${figure};font-weight:600`, escapeHtml(count(now))),
      before === null ? '' : styled('td', `${cell};${figure};${SOFT}`, escapeHtml(count(before))),
      '</tr>',
    ].join(''),
  );
  const head = `padding:0 8px 3px 0;font-size:12px;font-weight:600;text-align:left;${SOFT}`;
  const heads = [
    styled('th', head, 'Hits by cause'),
    styled('th', `${head};text-align:right`, 'now'),
    document.before === null ? '' : styled('th', `${head};text-align:right`, 'before'),
  ].join('');
  return `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;width:100%;margin:12px 0 4px"><tr>${heads}</tr>
${body.join('\n')}</table>`;
}

/** Handshakes that succeeded and that failed, as one bar. */
function shareBar({ window: { handshakes } }: SummaryDocument): string {
  const share = Math.floor((handshakes.ok / Math.max(1, handshakes.ok + handshakes.failed)) * 100);
  const cell = (percent: number, colour: string) =>
    percent === 0 ? '' : `<td width="${percent}%" style="padding:0;width:${percent}%">${block(6, colour)}</td>`;
  return `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse;table-layout:fixed;width:100%;margin:4px 0 0"><tr>${cell(share, CALM)}${cell(100 - share, COLOURS.critical)}</tr></table>`;
}

/** Of several incidents, a line each at the head: who reads on a telephone wants to know how far to scroll. */
function glance({ incidents }: SummaryDocument): string {
  if (incidents.length < 2) return '';
  const lines = incidents.slice(0, MAX_GLANCED).map(({ incident }) => {
    const mark = incident.status === 'ended' ? '&#9675;' : '&#9679;';
    const dot = styled('span', `color:${COLOURS[incident.severity]}`, mark);
    const hits = styled('span', `font-size:13px;${SOFT}`, escapeHtml(counted(incident.count, 'hit')));
    const line = `${dot}&ensp;${escapeHtml(incident.title)}&ensp;${hits}`;
    return styled('div', 'margin:0 0 4px;padding-left:22px;text-indent:-22px', line);
  });
  return styled('div', 'margin:12px 0 4px', lines.join('\n'));
}

function figures(document: SummaryDocument): string {
  const handshakes = handshakeWords(document);
  const before = beforeWords(document);
  return [
    handshakes === null
      ? ''
      : styled('div', 'margin:14px 0 0', `<b>Handshakes</b>&ensp;${escapeHtml(handshakes)}${shareBar(document)}`),
    causesTable(document),
    before === null ? '' : styled('div', `font-size:12px;${SOFT}`, escapeHtml(before)),
  ].join('\n');
}

function whyOf(cause: ReportCause): string {
  const sides = evidenceSides(cause);
  const items = [
    ...sides.for.slice(0, MAX_EVIDENCE),
    ...sides.against.slice(0, 1).map((text) => `against it: ${text}`),
    ...(cause.directive === null ? [] : [`configuration: ${directiveText(cause.directive)}`]),
  ].map((text) => styled('li', 'margin:0 0 3px', htmlText(text)));
  return items.length === 0 ? '' : label('Why') + styled('ul', 'margin:0;padding-left:20px', items.join(''));
}

function fixOf({ fix }: ReportCause): string {
  const steps = fix.steps.slice(0, MAX_STEPS).map((step) => {
    const why = step.why === null || step.why === '' ? '' : ` ${styled('span', SOFT, htmlText(step.why))}`;
    const nginx = step.nginx === null ? '' : code(step.nginx);
    const run = step.run === null ? '' : code(`$ ${step.run}`);
    return styled('li', 'margin:0 0 6px', `${htmlText(step.do)}${why}${nginx}${run}`);
  });
  const [check] = fix.verify;
  return [
    label('Fix'),
    fix.summary === '' ? '' : paragraph(htmlText(fix.summary)),
    steps.length === 0 ? '' : styled('ol', 'margin:0;padding-left:20px', steps.join('')),
    check === undefined
      ? ''
      : `${label('Check')}${code(`$ ${check.run}`)}${paragraph(`Expect: ${htmlText(check.expect)}`)}`,
  ].join('\n');
}

function card(item: NewsItem): string {
  const { incident } = item;
  const colour = COLOURS[incident.severity];
  const [cause] = incident.causes;
  const sentences = [impact(incident), answers(incident), mainClient(incident) ?? ''].filter((text) => text !== '');
  const [line] = incident.evidence;
  const content = [
    styled(
      'div',
      'font-size:13px;margin:0 0 6px',
      `${pill(incident.severity, colour)}&ensp;${escapeHtml(stateWords(item))}`,
    ),
    styled('h2', 'margin:0 0 6px;font-size:17px;line-height:1.35', escapeHtml(incident.title)),
    paragraph(escapeHtml(`${confidenceOf(incident)} · ${period(incident, true)}`), `font-size:13px;${SOFT}`),
    paragraph(escapeHtml(sentences.join(' '))),
    bars(item, colour),
    cause === undefined ? '' : `${whyOf(cause)}\n${fixOf(cause)}`,
    line === undefined ? '' : `${label('Log')}${code(`${line.file}:${line.line}\n${line.raw}`)}`,
    styled('div', `font-size:12px;${SOFT}`, `wslog incidents show ${escapeHtml(incident.id)}`),
  ];
  return styled('div', `margin:22px 0 0;padding:2px 0 2px 14px;border-left:4px solid ${colour}`, content.join('\n'));
}

function row(item: NewsItem): string {
  const { incident } = item;
  const colour = incident.status === 'ended' ? CALM : COLOURS[incident.severity];
  const facts = [counted(incident.count, 'hit'), period(incident, true), place(incident), incident.id];
  return styled(
    'div',
    `margin:10px 0 0;padding:2px 0 2px 14px;border-left:4px solid ${colour}`,
    [
      `${styled('b', '', escapeHtml(incident.title))}<br>`,
      styled('span', 'font-size:13px', `${escapeHtml(stateWords(item))}<br>`),
      styled('span', `font-size:12px;${SOFT}`, escapeHtml(facts.filter((fact) => fact !== '').join(' · '))),
    ].join(''),
  );
}

function remarks({ toldLately, elsewhere, problems, notes }: SummaryDocument, more: number): string {
  const texts = [
    ...(more > 0 ? [`And ${count(more)} more; wslog incidents lists them all.`] : []),
    ...(toldLately.length > 0
      ? [
          `Told lately, still going on: ${listed(
            toldLately.map(({ title }) => title),
            5,
          )}.`,
        ]
      : []),
    ...(elsewhere.length > 0
      ? [
          `Elsewhere, not WebSocket: ${listed(
            elsewhere.map(({ title, count: hits }) => `${title} (${counted(hits, 'hit')})`),
            3,
          )}.`,
        ]
      : []),
    ...problems,
    ...notes.map(({ text }) => text),
  ];
  if (texts.length === 0) return '';
  const style = `margin:22px 0 0;padding-top:10px;border-top:1px solid ${RULE};font-size:13px`;
  return styled('div', style, texts.map((text) => paragraph(htmlText(text))).join('\n'));
}

function body(document: SummaryDocument, limits: SummaryLimits): string {
  if (document.kind === 'heartbeat') return paragraph(escapeHtml(heartbeatWords(document)));
  const explained = document.incidents.filter(isExplained).slice(0, limits.full);
  const rest = document.incidents.filter((item) => !explained.includes(item));
  const briefly = rest.slice(0, limits.brief);
  return [
    paragraph(escapeHtml(coverage(document)), `font-size:13px;${SOFT}`),
    glance(document),
    figures(document),
    ...explained.map(card),
    ...briefly.map(row),
    remarks(document, rest.length - briefly.length),
  ].join('\n');
}

/** @param why says why somebody got it; strings of the document are visible and defanged already. */
export function summaryHtml(document: SummaryDocument, why: string, limits: SummaryLimits): string {
  const worst = document.incidents[0]?.incident;
  const colour = worst === undefined ? CALM : COLOURS[worst.severity];
  return `<!doctype html>
<html lang="en" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escapeHtml(headline(document))}</title>
</head>
<body style="margin:0;padding:0;${FONT};font-size:15px;line-height:1.5;overflow-wrap:anywhere;word-break:break-word">
<div style="max-width:640px;margin:0 auto;padding:16px">
<h1 style="margin:0 0 6px;padding-top:10px;border-top:4px solid ${colour};font-size:20px;line-height:1.3">${escapeHtml(headline(document))}</h1>
${body(document, limits)}
<p style="margin:24px 0 0;padding-top:10px;border-top:1px solid ${RULE};font-size:12px;${SOFT}">${escapeHtml(why)}</p>
</div>
</body>
</html>`;
}
