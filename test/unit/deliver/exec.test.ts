import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Exec } from '../../../src/deliver/exec.ts';
import { eventually } from './target.ts';

const cwd = mkdtempSync(join(tmpdir(), 'wslog-exec-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** One that has ended but was not asked for its exit code is not alive. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}

const PATH = process.env.PATH;
const exec = (command: string, more: { timeout?: number; signal?: AbortSignal } = {}) =>
  new Exec({
    command,
    cwd,
    env: { PATH, WSLOG_WEBHOOK_KEY: 's3cret', OWN: 'kept' },
    timeout: more.timeout ?? 10_000,
    signal: more.signal ?? new AbortController().signal,
  });

describe('a command', () => {
  it('gets the content on standard input, its id and no secret in the environment, nothing in its arguments', async () => {
    const content = '{"title":"$(touch owned) `id`; \\"\'"}\n';
    const outcome = await exec('cat > in; printf "%s\\n" "$#" "$0" > args; env > env; echo noise').send(
      'wslog-7',
      content,
    );
    expect(outcome).toEqual({ kind: 'accepted', notice: null });
    expect(readFileSync(join(cwd, 'in'), 'utf8')).toBe(content);
    expect(readFileSync(join(cwd, 'args'), 'utf8')).toBe('0\n/bin/sh\n');
    const env = readFileSync(join(cwd, 'env'), 'utf8');
    expect(env).toContain('WSLOG_DELIVERY=wslog-7\n');
    expect(env).toContain('OWN=kept');
    expect(env).not.toContain('s3cret');
  });

  it('fails for good by its exit code, and for now by 75', async () => {
    expect(await exec('echo first; echo "no such room" >&2; exit 3').send('1', 'x')).toEqual({
      kind: 'refused',
      sentence: 'it exits with 3: no such room',
      final: true,
    });
    expect(await exec('exit 75').send('1', 'x')).toEqual({ kind: 'refused', sentence: 'it exits with 75' });
    expect(await exec('/nonexistent/command').send('1', 'x')).toMatchObject({ kind: 'refused', final: true });
    expect(await exec('kill -9 $$').send('1', 'x')).toEqual({ kind: 'unknown', sentence: 'it was ended by SIGKILL' });
  });

  it('need not read its input, and may say as much as it likes', async () => {
    expect(await exec('exit 0').send('1', 'x'.repeat(1 << 20))).toMatchObject({ kind: 'accepted' });
    const outcome = await exec('head -c 3000000 /dev/zero | tr "\\0" y; printf "\\n\\033[31mred\\n"; exit 1').send(
      '1',
      '',
    );
    expect(outcome).toMatchObject({ sentence: 'it exits with 1: \\x1b[31mred' });
  });

  it('is ended with what it started when it takes too long', async () => {
    const outcome = await exec('trap "" TERM; sleep 60 & echo $! > pid; wait', { timeout: 300 }).send('1', 'x');
    expect(outcome).toMatchObject({ kind: 'unknown', sentence: 'it was ended: it ran for more than 0.3 s' });
    const pid = Number(readFileSync(join(cwd, 'pid'), 'utf8'));
    await eventually(() => !isAlive(pid));
  });

  it('is not waited for when it leaves something in the background', async () => {
    const began = performance.now();
    expect(await exec('sleep 30 & echo $! > left; exit 0').send('1', 'x')).toMatchObject({ kind: 'accepted' });
    expect(performance.now() - began).toBeLessThan(20_000);
    process.kill(Number(readFileSync(join(cwd, 'left'), 'utf8')));
  });

  it('ends with wslog', async () => {
    const stop = new AbortController();
    const sent = exec('sleep 60', { signal: stop.signal }).send('1', 'x');
    setTimeout(() => stop.abort(), 50);
    expect(await sent).toMatchObject({ kind: 'unknown', sentence: 'it was ended: wslog ends' });
    expect(await exec('true', { signal: stop.signal }).send('1', 'x')).toMatchObject({ kind: 'refused' });
  });
});
