/** A notification as a message for Slack's incoming webhooks, in the part of their form that Mattermost reads too. */
import type { Severity } from '../catalogue/types.ts';
import { chatCode, chatText } from '../safe/chat.ts';
import { escapeJson } from '../safe/display.ts';
import { type AlertEvent, eventCounts, lostSentence, type Notification, worstSeverity } from './alert.ts';
import type { ReportIncident } from './document.ts';
import { answers, confidenceOf, evidenceSides, impact, place } from './voice.ts';
import { clock, counted, duration, secondsBetween } from './words.ts';

/** So many fit a phone's screen with one flick; the rest are counted. */
const MAX_SHOWN = 8;
const MAX_CODE = 600;

const COLOURS: Readonly<Record<Severity, string>> = {
  critical: '#b3261e',
  error: '#d9622b',
  warning: '#d9a300',
  info: '#5f6b7a',
};
const OVER = '#2e7d32';

/** The JSON text of the message. Nothing of the data in it is live. */
export function renderSlack(notification: Notification): string {
  const { events, machine, more, test } = notification;
  const shown = events.slice(0, MAX_SHOWN);
  const left = events.length - shown.length + more;
  const remarks = [
    left > 0 ? `… and ${left} more: \`wslog incidents\` on ${chatCode(machine)} lists them.` : null,
    lostSentence(notification),
  ].filter((line) => line !== null);
  const message = {
    text: headline(notification),
    attachments: [
      ...(test ? [] : shown.map((event) => attachment(event))),
      ...(remarks.length === 0 ? [] : [{ fallback: remarks.join(' '), text: remarks.join('\n'), mrkdwn_in: ['text'] }]),
    ],
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
  return `${escapeJson(JSON.stringify(message))}\n`;
}

function headline(notification: Notification): string {
  const { events, machine, test } = notification;
  const [first] = events;
  const from = chatCode(machine);
  if (test) return `Test of wslog on ${from}: nothing is wrong, and this arrived.`;
  const title = first === undefined ? '' : `: ${chatText(first.incident.title)}`;
  if (notification.status === 'resolved') return `Over, on ${from}: ${eventCounts(notification)}${title}`;
  return `${worstSeverity(events)}, on ${from}: ${eventCounts(notification)}${title}`;
}

function attachment({ type, incident }: AlertEvent): Record<string, unknown> {
  const lines = type === 'opened' ? inFull(incident) : inBrief(type, incident);
  return {
    color: type === 'ended' ? OVER : COLOURS[incident.severity],
    fallback: chatText(`${type}: ${incident.title}`),
    text: lines.filter((line) => line !== '').join('\n'),
    mrkdwn_in: ['text'],
  };
}

/** What somebody who is woken needs: what, since when, who is hit, why, what to do, where to read on. */
function inFull(incident: ReportIncident): string[] {
  const [cause] = incident.causes;
  const reason = cause === undefined ? undefined : evidenceSides(cause).for[0];
  const command = cause?.fix.steps.find(({ run }) => run !== null)?.run;
  return [
    `${chatText(incident.title)} (${incident.severity}, ${chatText(confidenceOf(incident))})`,
    chatText(`${impact(incident)} ${answers(incident)}`),
    incident.firstSeen === null ? '' : `Since ${clock(incident.firstSeen, true)} UTC.`,
    reason === undefined ? '' : `Why: ${chatText(reason)}`,
    cause === undefined ? '' : `Fix: ${chatText(cause.fix.summary)}`,
    command === undefined || command === null || command.includes('\n') || command.length > MAX_CODE
      ? ''
      : `First: ${chatCode(command)}`,
    `More: \`wslog incidents show ${incident.id}\``,
  ];
}

function inBrief(type: AlertEvent['type'], incident: ReportIncident): string[] {
  const { firstSeen, lastSeen } = incident;
  const lasted = firstSeen === null || lastSeen === null ? '' : duration(secondsBetween(firstSeen, lastSeen));
  const where = place(incident);
  const hits = counted(incident.count, 'hit');
  const said = type === 'ended' ? 'Over' : `Still ${incident.severity}`;
  return [
    `${said}: ${chatText(incident.title)}`,
    chatText([where, hits, lasted === '' ? '' : `in ${lasted}`].filter((part) => part !== '').join(', ')),
  ];
}
