/** `wslog explain`: a cause, a symptom, or log lines, explained. */
import { LineExplainer, type LineExplanation } from '../analysis/explain.ts';
import { readBlocks } from '../input/read.ts';
import { explainCause, explainSymptom } from '../report/explain-page.ts';
import { ndjsonLine } from '../report/ndjson.ts';
import { escapeJson } from '../safe/display.ts';
import { analysisSettings } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { catalogueFor } from './catalogue.ts';
import { SIGNAL_CODES } from './exit-code.ts';
import { explainedText } from './explained-text.ts';
import { formatAmong } from './formats.ts';
import { entryOf } from './ids.ts';
import type { Invocation } from './invocation.ts';
import { writeOut } from './output.ts';

const FORMATS = ['text', 'json', 'ndjson'] as const;
type Format = (typeof FORMATS)[number];

/** Ids are lower-case words joined by hyphens; no line of nginx's looks like one. */
const ID = /^[a-z0-9]+(?:[-_][a-z0-9]+)*$/i;

export async function explain(call: Invocation): Promise<number> {
  const { operands, settings, io } = call;
  const format = formatAmong(settings, FORMATS);
  const catalogue = await catalogueFor(settings, io);
  // An unquoted line arrives as many words.
  const what = operands.join(' ').trim();
  if (ID.test(what)) return explainId(call, what, format);
  const explainer = new LineExplainer(await analysisSettings(settings, io, catalogue, null));
  if (what === '-') return explainInput(call, explainer, format);
  // Log text is handled as bytes; an argument arrives decoded.
  io.stdout.write(shown(call, format, explainer.explain(Buffer.from(what, 'utf8').toString('latin1')), 1));
  return 0;
}

async function explainId({ settings, io }: Invocation, id: string, format: Format): Promise<number> {
  const found = entryOf(await catalogueFor(settings, io), id.toLowerCase());
  if (format !== 'text') {
    const content = found.kind === 'cause' ? found.cause : found.symptom;
    io.stdout.write(format === 'json' ? `${escapeJson(JSON.stringify(content, null, 2))}\n` : ndjsonLine(content));
    return 0;
  }
  const { color, columns } = appearanceOf(settings, io, false);
  io.stdout.write(
    found.kind === 'cause' ? explainCause(found.cause, color, columns) : explainSymptom(found.symptom, color, columns),
  );
  return 0;
}

async function explainInput(call: Invocation, explainer: LineExplainer, format: Format): Promise<number> {
  const { io, messages } = call;
  let readable = true;
  const onProblem = (sentence: string) => {
    readable = false;
    messages.error(sentence);
  };
  for await (const block of readBlocks('-', { stdin: io.stdin, signal: io.signal, onProblem })) {
    const text = block.bytes.toString('latin1');
    const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
    await writeOut(
      io.stdout,
      pieces(lines, (line, index) => shown(call, format, explainer.explain(line), block.firstLine + index)),
    );
    if (io.signal.aborted) break;
  }
  return SIGNAL_CODES.get(io.signal.reason) ?? (readable ? 0 : 3);
}

function* pieces(lines: readonly string[], show: (line: string, index: number) => string): Generator<string> {
  for (const [index, line] of lines.entries()) yield show(line, index);
}

function shown({ settings, io }: Invocation, format: Format, explained: LineExplanation, line: number): string {
  if (format === 'ndjson') return ndjsonLine({ line, ...explained.line });
  if (format === 'json') return `${escapeJson(JSON.stringify({ line, ...explained.line }, null, 2))}\n`;
  const text = explainedText(explained, appearanceOf(settings, io, false));
  return line === 1 ? text : `\n${text}`;
}
