/** A watch whose wall clock jumps by days: windows close, nothing is forgotten, nothing hangs. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import type { Io } from '../../src/commands/io.ts';
import { main } from '../../src/main.ts';
import { readIncidents } from '../../src/state/store.ts';
import { errorLine } from '../unit/analysis/lines.ts';

const DAY = 86_400_000;
const dir = mkdtempSync(join(tmpdir(), 'wslog-clock-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('goes by the clock that never jumps', async () => {
  const log = join(dir, 'error.log');
  const state = join(dir, 'state');
  writeFileSync(log, `${errorLine()}\n`);
  let jump = 0;
  let out = '';
  const ending = new AbortController();
  const stdout = new PassThrough();
  stdout.on('data', (text) => {
    out += String(text);
  });
  const io: Io = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough().resume(),
    env: { HOME: dir },
    cwd: dir,
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => Date.now() + jump,
    monotonic: () => performance.now(),
    signal: ending.signal,
  };
  const options = [
    '--no-nginx-conf',
    '--format',
    'ndjson',
    '--from-start',
    '--quiet-window',
    '900ms',
    '--poll',
    '20ms',
  ];
  const ended = main(['watch', ...options, '--state', state, log], io);
  const until = (text: string) => expect.poll(() => out, { timeout: 10_000, interval: 20 }).toContain(text);
  await until('"opened"');
  jump = 400 * DAY;
  await until('"ended"');
  jump = -400 * DAY;
  appendFileSync(log, `${errorLine({ connection: 2, server: 'b.test' })}\n`);
  await until('b.test');
  await expect.poll(async () => (await readIncidents(state))?.length, { timeout: 10_000 }).toBe(2);
  ending.abort('SIGTERM');
  expect(await ended).toBe(0);
  const known = await readIncidents(state);
  expect(known?.map(({ endpoint, count }) => [endpoint.server, count])).toEqual(
    expect.arrayContaining([
      ['a.test', 1],
      ['b.test', 1],
    ]),
  );
});
