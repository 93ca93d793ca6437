/** What is remembered of each log, to be stored and put back. */
import * as v from 'valibot';
import type { SourceCounts } from '../findings/counts.ts';
import { type Memory, type MemoryPart, numbered } from '../findings/memory.ts';
import { UnknownLines } from '../findings/unknown.ts';
import type { FormatRecipe } from '../nginx/access-line.ts';
import { formatOf } from '../nginx/format-recipe.ts';
import type { ReportInput } from '../report/document.ts';
import { redact } from '../safe/redact.ts';
import { LiveInput } from './live-input.ts';
import type { LiveInputs } from './live-inputs.ts';

const texts = v.array(v.string());
const RECIPE: v.GenericSchema<unknown, FormatRecipe> = v.variant('kind', [
  v.object({ kind: v.literal('preset'), name: v.string() }),
  v.object({
    kind: v.literal('written'),
    name: v.string(),
    format: v.string(),
    escaping: v.picklist(['default', 'json', 'none']),
  }),
  v.object({ kind: v.literal('combined-like'), variables: texts, isCombinedPrefix: v.boolean() }),
  v.object({ kind: v.literal('json'), variables: texts }),
]);

const COUNTS: v.GenericSchema<unknown, SourceCounts> = v.object({
  lines: v.number(),
  routine: v.number(),
  unknown: v.number(),
  errorLines: v.number(),
  accessLines: v.number(),
  outside: v.number(),
  forged: v.number(),
  cut: v.number(),
  timeless: v.number(),
  firstTime: v.number(),
  lastTime: v.number(),
  verbosity: v.number(),
  started: v.nullable(v.object({ version: v.string(), time: v.number() })),
});

const INPUT: v.GenericSchema<unknown, ReportInput> = v.object({
  path: v.string(),
  kind: v.picklist(['error', 'access', 'mixed', 'unknown']),
  format: v.string(),
  bytes: v.number(),
  lines: v.number(),
  unknown: v.number(),
  timezone: v.nullable(v.string()),
  timezoneFrom: v.nullable(v.picklist(['line', 'access-log', 'option', 'environment', 'system'])),
  problem: v.nullable(v.string()),
  twinOf: v.nullable(v.string()),
});

const SAVED = v.object({
  input: INPUT,
  recipe: v.nullable(RECIPE),
  counts: COUNTS,
  unknown: v.map(v.string(), v.object({ count: v.number(), example: v.string() })),
  guessesLeft: v.number(),
  stated: v.array(v.object({ path: v.string(), wall: v.number(), offset: v.number() })),
});

/** The logs that a memory speaks of, by name. @throws when it is not what was stored. */
export function pathsIn(memory: Memory): string[] {
  return numbered(memory, 'input ').map((content) => v.parse(SAVED, content).input.path);
}

/** The pieces to store. Their contents are to be copied before the next line. */
export function* inputParts(inputs: LiveInputs): Generator<MemoryPart> {
  for (const live of inputs.all) {
    const { input } = live.read;
    const revision = input.bytes;
    yield { key: `input ${live.file}`, revision, content: () => saved(live, inputs) };
  }
}

function saved({ read, tallied }: LiveInput, inputs: LiveInputs): v.InferInput<typeof SAVED> {
  const unknown = [...tallied.unknown.templates].map(
    ([template, { count, example }]) => [redact(template), { count, example: redact(example) }] as const,
  );
  return {
    input: read.input,
    recipe: read.format?.recipe ?? null,
    counts: tallied.counts,
    unknown: new Map(unknown),
    guessesLeft: tallied.guessesLeft,
    stated: inputs.stated.filter(({ path }) => path === read.input.path),
  };
}

/** Makes new inputs what was stored. @throws when it is not what was stored. */
export function restoreInputs(inputs: LiveInputs, memory: Memory): void {
  const { settings, matcher } = inputs;
  for (const [file, content] of numbered(memory, 'input ').entries()) {
    const { input, recipe, counts, unknown, guessesLeft, stated } = v.parse(SAVED, content);
    inputs.stated.push(...stated);
    const format = recipe === null ? null : formatOf(recipe);
    const known = settings.conf?.formats ?? [];
    const offsetAt = inputs.offsetOf(input.path);
    const lines = new UnknownLines();
    lines.merge(unknown);
    const before = { counts, unknown: lines, guessesLeft };
    const live = new LiveInput({ input, file, format, known, matcher, offsetAt }, before);
    inputs.add(input.path, live);
  }
}
