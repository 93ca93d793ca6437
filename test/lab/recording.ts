/** Writes what a run logged into a folder of samples/. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from './lab.ts';
import type { NginxLogs } from './nginx.ts';
import { nginxBinary } from './setup.ts';

export const SAMPLES = new URL('../../samples/', import.meta.url).pathname;

/** `1.22.1`, as the binary says. */
export function nginxVersion(): string {
  const said = execFileSync('sh', ['-c', '"$0" -v 2>&1', nginxBinary()], { encoding: 'utf8' });
  return /nginx\/(\S+)/.exec(said)?.[1] ?? 'unknown';
}

/** The kernel's name says nothing about nginx and differs on every machine. */
export function neutral(errorLog: string): string {
  return errorLog.replaceAll(/(\]\s\d+#\d+: OS: Linux )\S+/g, '$16.1.0');
}

/** What an `error_log … error` would have kept of a log written at info. */
export function onlyErrors(log: string): string {
  return log
    .split('\n')
    .filter((line) => !/^\S+ \S+ \[(?:info|notice|warn)\]/.test(line))
    .join('\n');
}

/** Empties (or makes) a story's folder and returns its path. */
export function storyFolder(story: string): string {
  const folder = join(SAMPLES, story);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Records one scenario's run: configuration, both access logs, error log, and what a reader should find. */
export function record(scenario: Scenario, logs: NginxLogs): void {
  const folder = storyFolder(scenario.id);
  const put = (name: string, text: string): void => writeFileSync(join(folder, name), text, 'latin1');
  put('nginx.conf', logs.config);
  put('error.log', neutral(logs.error));
  put('access.log', logs.combined);
  put('access.timed.log', logs.timed);
  const expected = {
    story: scenario.story,
    nginx: nginxVersion(),
    cause: scenario.cause,
    websocket: scenario.websocket,
    accept: { full: scenario.acceptFull ?? [], default: scenario.acceptDefault ?? [] },
  };
  put('expected.json', `${JSON.stringify(expected, null, 2)}\n`);
}
