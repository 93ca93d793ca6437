/** A ranked cause as the report shows it: evidence, directive, and the fix with its placeholders filled. */
import type { FixStep } from '../catalogue/types.ts';
import type { Directive } from '../diagnosis/conf-view.ts';
import type { Diagnosis } from '../diagnosis/diagnose.ts';
import type { RankedCause } from '../diagnosis/weigh.ts';
import { showBytes } from '../safe/display.ts';
import { redactConfLine, redactPatch } from '../safe/redact-conf.ts';
import { quoteShell } from '../safe/shell.ts';
import type { ReportCause, ReportDirective } from './document.ts';
import type { DocumentParts } from './document-parts.ts';
import { shower } from './show.ts';

/** Confidence from which a patch is offered. */
const WORTH_A_PATCH = 0.5;

/** What the placeholders of a cause's texts stand for; already safe to show. */
export interface Names {
  readonly upstream: string;
  readonly oneUpstream: string;
  readonly path: string;
  readonly onePath: string;
  readonly server: string;
  readonly host: string;
  readonly seconds: string;
  readonly status: string;
  readonly name: string;
}

export function buildCause(
  ranked: RankedCause,
  rank: number,
  diagnosis: Diagnosis,
  parts: DocumentParts,
  names: Names,
): ReportCause {
  const { cause: of } = ranked;
  const directive =
    of.directive === undefined || parts.conf === null
      ? null
      : parts.conf.directive(diagnosis.cluster.endpoint, of.directive);
  return {
    id: of.id,
    title: of.title,
    confidence: Math.round(ranked.confidence * 1000) / 1000,
    evidence: ranked.evidence.map((e) => ({
      text: shower(parts.redact).text(e.text),
      weight: e.weight,
      file: e.ref === null ? null : showBytes(parts.paths[e.ref.file] ?? ''),
      line: e.ref === null ? null : e.ref.line,
    })),
    directive:
      directive === null
        ? null
        : {
            ...directive,
            value: directive.value === null ? null : showBytes(directive.value),
            excerpt: excerptOf(parts, diagnosis, directive),
          },
    fix: {
      summary: fill(of.fix.summary, names),
      steps: of.fix.steps.map((s) => step(s, names)),
      patch: patchOf(of.id, ranked, rank, diagnosis, parts),
      verify: of.verify.map((v) => ({ run: command(v.run, names), expect: v.expect })),
    },
  };
}

function excerptOf(
  { conf, redact }: DocumentParts,
  { cluster }: Diagnosis,
  directive: Directive,
): ReportDirective['excerpt'] {
  const found = conf?.excerpt(cluster.endpoint, directive) ?? null;
  if (found === null) return null;
  const lines = found.lines.map((line) => showBytes(line.replaceAll('\t', '    ')));
  return { file: showBytes(found.file), from: found.from, lines: redact ? lines.map(redactConfLine) : lines };
}

/** A change to the reader's own files is offered for the verdict only, and only when it is likelier than not. */
function patchOf(
  id: string,
  ranked: RankedCause,
  rank: number,
  { cluster }: Diagnosis,
  { conf, redact }: DocumentParts,
): string | null {
  if (conf === null || rank > 0 || ranked.confidence < WORTH_A_PATCH) return null;
  const patch = conf.patch(cluster.endpoint, id);
  return patch === null || !redact ? patch : redactPatch(patch, `wslog fix --cause ${id}`);
}

function step(of: FixStep, names: Names): ReportCause['fix']['steps'][number] {
  return {
    do: fill(of.do, names),
    why: of.why === undefined ? null : fill(of.why, names),
    nginx: of.nginx ?? null,
    run: of.run === undefined ? null : command(of.run, names),
  };
}

export function fill(text: string, names: Names): string {
  // Without a measured or configured time there is no figure to name.
  return (names.seconds === '' ? text.replaceAll('{seconds} s', 'proxy_read_timeout') : text).replace(
    /\{(upstream|path|server|host|seconds|status|name)\}/g,
    (_, key: string) => names[key as keyof Names],
  );
}

/** Fills a command's placeholders with quoted text: what a client sent must stay one inert word in any shell. */
function command(text: string, names: Names): string {
  return text.replace(/\{(upstream|path|server|host|seconds|port)\}/g, (_, key: string) => {
    const value =
      key === 'path'
        ? names.onePath.replace(/\{id\}/g, '1')
        : key === 'upstream'
          ? names.oneUpstream
          : key === 'server' || key === 'host'
            ? names.host
            : key === 'port'
              ? (/:(\d{1,5})$/.exec(names.oneUpstream)?.[1] ?? '')
              : names.seconds;
    if (value === '') return `<${key}>`;
    // Whatever is plainly harmless stays readable; everything else is quoted as one word.
    return /^[\w./:~@%+,=-]+$/.test(value)
      ? value
      : value.includes('…') || value.includes('\\')
        ? `<${key}>`
        : quoteShell(value);
  });
}
