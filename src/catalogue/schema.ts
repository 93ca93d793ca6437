/**
 * What a catalogue file may hold. The shapes are those of `types.ts`; unknown keys are refused, so that a misspelt
 * clause cannot silently widen a match.
 */
import * as v from 'valibot';
import { LEVELS } from '../nginx/record.ts';
import type { Cause, Symptom } from './types.ts';

const MAX_PATTERN = 400;
const MAX_WILDCARDS = 8;

/** Ids double as file names and as what users type, hence the narrow alphabet. */
const ID_PATTERN = /^[a-z0-9]+(-[a-z0-9]+)*$/;

const Id = v.pipe(
  v.string(),
  v.maxLength(64, 'must be at most 64 characters'),
  v.regex(ID_PATTERN, 'must be lower-case words joined by single hyphens'),
);

const Sentence = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(300, 'must be at most 300 characters'),
);
const Prose = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(8000, 'must be at most 8000 characters'),
);
const Snippet = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(4000, 'must be at most 4000 characters'),
);
const LogLine = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(4096, 'must be at most 4096 characters'),
);

const Text = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.maxLength(MAX_PATTERN, `must be at most ${MAX_PATTERN} characters`),
  v.check((text) => !text.includes('**'), 'has two `*` in a row; one is enough'),
  v.check((text) => text.split('*').length - 1 <= MAX_WILDCARDS, `has more than ${MAX_WILDCARDS} wildcards`),
);

/** One value or a list of up to 400 of them. */
function oneOrMore<const T extends v.GenericSchema>(item: T) {
  return v.union(
    [
      item,
      v.pipe(v.array(item), v.minLength(1, 'must not be an empty list'), v.maxLength(400, 'has too many entries')),
    ],
    (issue) => firstNested(issue.issues) ?? 'must be one value or a list of values',
  );
}

function firstNested(issues: readonly v.BaseIssue<unknown>[] | undefined): string | null {
  const custom = issues?.find((issue) => issue.type !== 'string' && issue.type !== 'number' && issue.type !== 'array');
  return custom?.message ?? null;
}

const ErrorMatchSchema = v.strictObject({
  log: v.literal('error'),
  message: v.exactOptional(oneOrMore(Text)),
  call: v.exactOptional(oneOrMore(Text)),
  errno: v.exactOptional(
    oneOrMore(v.pipe(v.string(), v.regex(/^(none|E[A-Z0-9]+)$/, 'must be a name such as ECONNREFUSED, or none'))),
  ),
  phase: v.exactOptional(oneOrMore(Text)),
  level: v.exactOptional(oneOrMore(v.picklist(LEVELS))),
  context: v.exactOptional(oneOrMore(v.picklist(['http', 'stream', 'mail', 'resolver', 'ocsp', 'none']))),
  subrequest: v.exactOptional(v.boolean()),
  upstream: v.exactOptional(v.boolean()),
  scheme: v.exactOptional(v.picklist(['http', 'https'])),
  protocol: v.exactOptional(oneOrMore(Text)),
  tlsBytes: v.exactOptional(v.boolean()),
});

const Status = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(999));
const Bytes = v.pipe(v.number(), v.integer(), v.minValue(0));

const AccessMatchSchema = v.strictObject({
  log: v.literal('access'),
  status: oneOrMore(Status),
  answeredBy: v.exactOptional(oneOrMore(v.picklist(['nginx', 'backend', 'unknown']))),
  bodyBytes: v.exactOptional(oneOrMore(Bytes)),
  tlsBytes: v.exactOptional(v.boolean()),
  protocol: v.exactOptional(oneOrMore(Text)),
  any: v.exactOptional(v.boolean()),
});

const LineMatch = v.variant('log', [ErrorMatchSchema, AccessMatchSchema]);
const Match = v.variant('log', [ErrorMatchSchema, AccessMatchSchema, v.strictObject({ log: v.literal('sessions') })]);

const Sample = v.strictObject({
  line: LogLine,
  from: v.exactOptional(Sentence),
  expect: v.exactOptional(v.record(v.string(), v.union([v.string(), v.number()]))),
});

const SymptomSchema = v.strictObject({
  id: Id,
  title: Sentence,
  explain: Prose,
  role: v.picklist(['root', 'follower', 'event', 'routine']),
  severity: v.picklist(['info', 'warning', 'error', 'critical']),
  match: v.lazy((input) =>
    Array.isArray(input)
      ? v.pipe(v.array(LineMatch), v.minLength(1, 'must not be an empty list'), v.maxLength(40))
      : Match,
  ),
  stage: v.picklist(['front', 'handshake', 'tunnel', 'body', 'process', 'start', 'resolver']),
  provesWebSocket: v.exactOptional(v.boolean()),
  status: v.exactOptional(v.array(Status)),
  causes: v.pipe(v.array(Id), v.maxLength(20)),
  follows: v.exactOptional(v.pipe(v.array(Id), v.maxLength(40))),
  nginx: v.strictObject({
    loggedAt: Sentence,
    source: v.exactOptional(Sentence),
    since: v.exactOptional(Sentence),
    note: v.exactOptional(Prose),
  }),
  samples: v.strictObject({
    match: v.pipe(v.array(Sample), v.minLength(1, 'needs at least one line that must match'), v.maxLength(200)),
    'no-match': v.pipe(v.array(v.strictObject({ line: LogLine, why: Sentence })), v.maxLength(200)),
  }),
});

const Scalar = v.union([v.string(), v.number(), v.boolean()]);

const Rule = v.strictObject({
  fact: Id,
  is: v.exactOptional(v.union([Scalar, v.pipe(v.array(Scalar), v.maxLength(100))])),
  min: v.exactOptional(v.number()),
  max: v.exactOptional(v.number()),
  weight: v.pipe(v.number(), v.minValue(-20), v.maxValue(20)),
  text: v.exactOptional(Sentence),
});
const Rules = v.pipe(v.array(Rule), v.maxLength(100));

const CauseSchema = v.strictObject({
  id: Id,
  title: Sentence,
  headline: Sentence,
  side: v.picklist(['client', 'front', 'handshake', 'tunnel', 'nginx']),
  explain: Prose,
  prior: v.exactOptional(v.pipe(v.number(), v.minValue(-20), v.maxValue(20))),
  evidence: v.strictObject({ for: Rules, against: Rules }),
  fix: v.strictObject({
    summary: Sentence,
    steps: v.pipe(
      v.array(
        v.strictObject({
          do: Prose,
          why: v.exactOptional(Prose),
          nginx: v.exactOptional(Snippet),
          at: v.exactOptional(v.picklist(['main', 'events', 'http', 'server', 'location', 'upstream'])),
          run: v.exactOptional(Snippet),
          risk: v.exactOptional(Prose),
        }),
      ),
      v.minLength(1, 'needs at least one step'),
      v.maxLength(20),
    ),
  }),
  verify: v.pipe(v.array(v.strictObject({ run: Snippet, expect: Prose })), v.maxLength(20)),
  versions: v.exactOptional(v.pipe(v.array(v.strictObject({ when: Sentence, note: Prose })), v.maxLength(20))),
  myths: v.exactOptional(v.pipe(v.array(v.strictObject({ claim: Sentence, truth: Prose })), v.maxLength(20))),
  references: v.exactOptional(v.pipe(v.array(Sentence), v.maxLength(20))),
  directive: v.exactOptional(Sentence),
  owner: v.exactOptional(Sentence),
});

/** A checked entry, or sentences of the form `where: what`. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: string[] };

/** Checks what a symptom file holds. */
export function checkSymptom(value: unknown): Checked<Symptom> {
  return check(SymptomSchema, value);
}

/** Checks what a cause file holds. */
export function checkCause(value: unknown): Checked<Cause> {
  return check(CauseSchema, value);
}

function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Checked<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return { ok: true, value: result.output };
  return { ok: false, problems: result.issues.slice(0, 10).map(describe) };
}

function describe(issue: v.BaseIssue<unknown>): string {
  const where = v.getDotPath(issue) ?? 'the file';
  if (issue.type === 'strict_object' && issue.expected === 'never') return `${where}: unknown key`;
  if (issue.received === 'undefined') return `${where}: missing`;
  return `${where}: ${issue.message}`;
}
