/**
 * The pages of `wslog explain ID`: what the catalogue knows about a cause or a symptom, laid out to be read from top to
 * bottom. Nothing in them comes from a log.
 */
import type { Cause, EvidenceRule, FixStep, Symptom, SymptomRole } from '../catalogue/types.ts';
import { Page } from './page.ts';

const PLACEHOLDER = /\{(server|path|upstream|seconds|status|name|host|port)\}/g;

const SIDES: Readonly<Record<Cause['side'], string>> = {
  client: "the client's side, before nginx",
  front: 'nginx, before any backend is asked',
  handshake: 'between nginx and the backend, before the 101',
  tunnel: 'in the tunnel, after the 101',
  nginx: 'nginx itself',
};

const ROLES: Readonly<Record<SymptomRole, string>> = {
  root: 'says by itself that something is wrong',
  follower: 'follows from another failure nearby, which is the one to look at',
  event: 'something nginx did, which explains other lines',
  routine: 'normal; never raises an incident',
};

/** At most so many lines that show a symptom; more would teach nothing. */
const SAMPLES = 3;

/**
 * The page that teaches a cause.
 *
 * @param columns display columns available; prose stays narrower where they are many
 */
export function explainCause(cause: Cause, color: boolean, columns: number): string {
  const page = new Page(color, columns);
  page.title(sentenceCase(cause.title), cause.id);
  page.field('Where', SIDES[cause.side]);
  if (cause.directive !== undefined) page.field('Directive', cause.directive);
  if (cause.owner !== undefined) page.field('Whose', cause.owner);
  page.gap();
  page.prose(cause.explain);
  rules(page, 'What speaks for it', cause.evidence.for, '+');
  rules(page, 'What speaks against it', cause.evidence.against, '-');
  page.heading('Fix');
  page.prose(cause.fix.summary);
  for (const [index, step] of cause.fix.steps.entries()) addStep(page, step, index + 1);
  if (cause.verify.length > 0) {
    page.heading('Check');
    for (const { run, expect } of cause.verify) {
      page.command(placeholders(run));
      page.item('expect:', expect);
      page.gap();
    }
  }
  if (hasSome(cause.versions)) {
    page.heading('By version');
    for (const { when, note } of cause.versions) page.pair(`${sentenceCase(when)}:`, note);
  }
  if (hasSome(cause.myths)) {
    page.heading('Often said, and not so');
    for (const { claim, truth } of cause.myths) page.pair(`"${claim}"`, truth);
  }
  if (hasSome(cause.references)) {
    page.heading('Read on');
    for (const reference of cause.references) page.copied(reference);
  }
  return page.text();
}

/**
 * The page that explains a symptom.
 *
 * @param columns display columns available; prose stays narrower where they are many
 */
export function explainSymptom(symptom: Symptom, color: boolean, columns: number): string {
  const page = new Page(color, columns);
  page.title(sentenceCase(symptom.title), symptom.id);
  page.field('Kind', ROLES[symptom.role]);
  if (symptom.role !== 'routine') page.field('Severity', symptom.severity);
  page.field('Logged at', symptom.nginx.loggedAt);
  if (symptom.nginx.since !== undefined) page.field('Since', symptom.nginx.since);
  if (symptom.nginx.source !== undefined) page.field('Source', symptom.nginx.source);
  const statuses = symptom.status?.map((status) => String(status).padStart(3, '0'));
  if (hasSome(statuses)) page.field('Access log', statuses.join(', '));
  if (symptom.provesWebSocket === true) page.field('WebSocket', 'this line is written for upgraded connections only');
  page.gap();
  page.prose(symptom.explain);
  if (symptom.nginx.note !== undefined) page.prose(symptom.nginx.note);
  page.heading('What it looks like');
  for (const { line } of symptom.samples.match.slice(0, SAMPLES)) page.copied(line);
  list(page, 'Likely causes, likeliest first', symptom.causes);
  if (symptom.causes.length > 0) {
    page.gap();
    page.prose(`\`wslog explain ${symptom.causes[0]}\` tells more.`);
  }
  list(page, 'Follows from', symptom.follows ?? []);
  return page.text();
}

function addStep(page: Page, step: FixStep, number: number): void {
  page.gap();
  page.item(`${number}.`, step.do);
  if (step.nginx !== undefined) {
    page.below(`In ${blockName(step.at ?? 'location')}:`);
    page.command(step.nginx);
  }
  if (step.run !== undefined) page.command(placeholders(step.run));
  if (step.why !== undefined) page.below(step.why);
  if (step.risk !== undefined) page.below(`Mind: ${step.risk}`);
}

function blockName(at: NonNullable<FixStep['at']>): string {
  return at === 'main' ? 'nginx.conf, outside every block' : `the ${at} block`;
}

/** The strongest first: what a reader can look for, and how much it says. */
function rules(page: Page, heading: string, all: readonly EvidenceRule[], sign: '+' | '-'): void {
  if (all.length === 0) return;
  page.heading(heading);
  for (const rule of [...all].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))) {
    page.item(strength(rule.weight, sign), ruleText(rule));
  }
}

/** `+++` decisive, `++` strong, `+` a hint; the sign is that of the side. */
function strength(weight: number, sign: '+' | '-'): string {
  const size = Math.abs(weight);
  return sign.repeat(size >= 4 ? 3 : size >= 2 ? 2 : 1).padEnd(3);
}

function ruleText(rule: EvidenceRule): string {
  if (rule.text !== undefined) return rule.text.replaceAll('{value}', () => valuesOf(rule));
  return rule.fact === 'symptom' ? `symptom ${valuesOf(rule)}` : `${rule.fact} is ${valuesOf(rule)}`;
}

function valuesOf(rule: EvidenceRule): string {
  if (rule.is !== undefined) return (Array.isArray(rule.is) ? rule.is : [rule.is]).join(' or ');
  if (rule.min !== undefined && rule.max !== undefined) {
    return rule.min === rule.max ? String(rule.min) : `${rule.min} to ${rule.max}`;
  }
  if (rule.min !== undefined) return `${rule.min} or more`;
  return rule.max === undefined ? 'known' : `${rule.max} or less`;
}

/** A report fills the names in; a page shows what to put there, in a form no shell takes for a redirection. */
function placeholders(command: string): string {
  return command.replace(PLACEHOLDER, (_, name: string) => (name === 'path' ? '/PATH' : name.toUpperCase()));
}

function hasSome<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}

function list(page: Page, heading: string, items: readonly string[]): void {
  if (items.length === 0) return;
  page.heading(heading);
  for (const item of items) page.item('-', item);
}

/** First letter in upper case, unless it begins a name that is written as it is: nginx, client_max_body_size, $x. */
function sentenceCase(text: string): string {
  const word = /^[^\s,;:]*/.exec(text)?.[0] ?? '';
  return /^(?:nginx)$|[_$]/.test(word) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
