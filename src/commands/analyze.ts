/** `wslog analyze`: everything in the given logs, explained. */
import { REPORT_FORMATS, SEVERITIES } from '../config/options.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { discoverLogs, type InputProblem, type LogSet } from '../input/discover.ts';
import type { ReportDocument, ReportInput } from '../report/document.ts';
import { analysisSettings } from './analysis-settings.ts';
import { appearanceOf } from './appearance.ts';
import { catalogueFor } from './catalogue.ts';
import { exitCodeOf, SIGNAL_CODES } from './exit-code.ts';
import { formatAmong } from './formats.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import { confNaming, confOf, type NginxConf, namedLogs } from './nginx-conf.ts';
import { writeFileWhole, writeOut } from './output.ts';
import { refuseToOverwrite } from './overwrite.ts';
import { Progress } from './progress.ts';
import { renderReport } from './render.ts';

/** Runs the command; resolves to its exit code. */
export async function analyze(call: Invocation): Promise<number> {
  const { operands, settings, io, messages } = call;
  const format = formatAmong(settings, REPORT_FORMATS);
  if (settings.text('nginxConf') === '-' && operands.includes('-')) {
    throw new UsageError(
      `${settings.where('nginxConf')} - and the log - both read standard input; name a file for one`,
    );
  }
  const given = await confOf(settings, io, messages);
  const logs = operands.length > 0 ? operands : logsOfConf(given, settings);
  const { sets, problems } = await discoverLogs(logs);
  for (const problem of problems) messages.error(`${problem.path}: ${problem.sentence}`);
  if (sets.length === 0) {
    if (problems.length === 0) messages.error(`there is no log to read in ${logs.join(' ')}`);
    return 2;
  }
  const output = settings.text('output');
  if (output !== null) await refuseToOverwrite(output, filesOf(sets));
  if (logs.includes('-') && isTerminal(io.stdin)) messages.notice('reading standard input; Ctrl-D ends it');
  // Side by side: this machine's nginx is asked for its configuration while what reads logs is loaded.
  const [conf, catalogue, { analyzeLogs }] = await Promise.all([
    given ?? confNaming(sets, settings, io, messages),
    catalogueFor(settings, io),
    import('../analysis/analyze.ts'),
  ]);
  const told = await analysisSettings(settings, io, catalogue, conf);

  const progress = progressFor(sets, settings, io);
  // A signal ends the reading; what was read until then is reported.
  const workers = settings.number('workers');
  const sideBySide = workers === 0 ? {} : { threads: workers, worthwhile: 0 };
  const onProgress = (bytes: number) => progress?.add(bytes);
  const around = {
    // Only asked for when it is a log.
    get stdin() {
      return io.stdin;
    },
    onProgress,
    signal: io.signal,
    sideBySide,
  };
  const report = await analyzeLogs(sets, told, around);
  progress?.clear();
  report.inputs.push(...problems.map(unreadInput));
  const stdin = report.inputs.find((input) => input.path === '-');
  if (stdin !== undefined && stdin.lines === 0) {
    stdin.problem ??= 'standard input was empty or closed; pipe a log into it';
  }

  const code = exitCodeOf(report, settings.choiceOrNull('failOn', SEVERITIES), settings.flag('all'));
  sayProblems(call, report, format === 'text' && output === null && code !== 2);
  const view = {
    ...appearanceOf(settings, io, output !== null),
    all: settings.flag('all'),
    verbose: settings.flag('verbose'),
  };
  if (code !== 2) {
    const pieces = await renderReport(report, format, view);
    if (output === null) await writeOut(io.stdout, pieces);
    else await writeFileWhole(output, pieces);
  }
  return SIGNAL_CODES.get(io.signal.reason) ?? code;
}

function logsOfConf(conf: NginxConf | null, settings: Settings): readonly string[] {
  if (conf === null) {
    throw new UsageError("analyze needs logs: files, folders or '-'; or -c nginx.conf to read those it names");
  }
  const logs = namedLogs(conf);
  if (logs.length > 0) return logs;
  throw new UsageError(
    `${settings.where('nginxConf')}: this configuration names no log file that exists; name the logs`,
  );
}

function filesOf(sets: readonly LogSet[]): string[] {
  return sets.flatMap((set) => set.files.map(({ path }) => path));
}

export function progressFor(sets: readonly LogSet[], settings: Settings, io: Io): Progress | null {
  if (!io.stderrIsTerminal || settings.flag('quiet')) return null;
  const files = sets.flatMap((set) => set.files);
  const total = files.some((file) => file.path === '-') ? null : files.reduce((sum, file) => sum + file.bytes, 0);
  return new Progress(io.stderr, total, () => io.monotonic());
}

export function unreadInput({ path, sentence }: InputProblem): ReportInput {
  return {
    path,
    kind: 'unknown',
    format: 'unknown',
    bytes: 0,
    lines: 0,
    unknown: 0,
    timezone: null,
    timezoneFrom: null,
    problem: sentence,
    twinOf: null,
  };
}

/** Problems met while reading. A text report on standard output says them itself. */
function sayProblems({ messages }: Invocation, report: ReportDocument, shown: boolean): void {
  if (shown) return;
  for (const { path, problem } of report.inputs) if (problem !== null) messages.error(`${path}: ${problem}`);
}

function isTerminal(stream: NodeJS.ReadableStream): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
