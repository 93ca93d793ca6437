/** `wslog diff`: what changed between two saved reports, or before and after a moment in the same logs. */
import type { Severity } from '../catalogue/types.ts';
import { compareReports } from '../compare/compare.ts';
import { renderDiffMarkdown } from '../compare/markdown.ts';
import { renderDiffText } from '../compare/text.ts';
import type { DiffDocument } from '../compare/types.ts';
import { SEVERITIES } from '../config/options.ts';
import { escapeJson } from '../safe/display.ts';
import { appearanceOf } from './appearance.ts';
import { type Sides, sidesOfLogs } from './diff-logs.ts';
import { sidesOfReports } from './diff-reports.ts';
import { SIGNAL_CODES } from './exit-code.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import { writeFileWhole, writeOut } from './output.ts';
import { refuseToOverwrite } from './overwrite.ts';
import { ownVersion } from './version.ts';

const FORMATS = ['text', 'json', 'markdown'] as const;

/** Runs the command; resolves to its exit code. */
export async function diff(call: Invocation): Promise<number> {
  const { settings, io } = call;
  const format = formatAmong(settings, FORMATS);
  const output = settings.text('output');
  const sides: Sides | null = settings.text('at') === null ? await sidesOfReports(call) : await sidesOfLogs(call);
  if (sides === null) return 2;
  if (output !== null) await refuseToOverwrite(output, sides.read);
  const document = compareReports(sides.before, sides.after, {
    version: ownVersion(),
    at: sides.at,
    all: settings.flag('all'),
  });
  const text =
    format === 'json'
      ? `${escapeJson(JSON.stringify(document, null, 2))}\n`
      : format === 'markdown'
        ? renderDiffMarkdown(document)
        : renderDiffText(document, {
            ...appearanceOf(settings, io, output !== null),
            all: settings.flag('all'),
            verbose: settings.flag('verbose'),
          });
  if (output === null) await writeOut(io.stdout, [text]);
  else await writeFileWhole(output, [text]);
  return SIGNAL_CODES.get(io.signal.reason) ?? codeOf(document, sides, settings.choiceOrNull('failOn', SEVERITIES));
}

/** As that of a report, but for what is new or worse only. */
function codeOf({ changes }: DiffDocument, { before, after }: Sides, failOn: Severity | null): number {
  const inputs = [...before.report.inputs, ...after.report.inputs];
  if (failOn !== null) {
    const limit = SEVERITIES.indexOf(failOn);
    const bad = changes.filter(({ change }) => change === 'new' || change === 'worse');
    if (bad.some(({ severity }) => SEVERITIES.indexOf(severity) >= limit)) return 1;
  }
  return inputs.some(({ problem }) => problem !== null) ? 3 : 0;
}
