import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../src/commands/io.ts';
import { main } from '../../../src/main.ts';

function surroundings(env: Record<string, string> = {}) {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const stderr = new PassThrough({ encoding: 'utf8' });
  const io: Io = {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env: { HOME: '/nonexistent', ...env },
    cwd: '/',
    columns: 80,
    stdoutIsTerminal: true,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => Date.parse('2026-11-22T12:00:00Z'),
    monotonic: () => 0,
    signal: new AbortController().signal,
  };
  return { io, out: () => String(stdout.read() ?? ''), err: () => String(stderr.read() ?? '') };
}

describe('main', () => {
  it('resolves to the exit code and prints to the streams it is given', async () => {
    const { io, out, err } = surroundings();
    expect(await main(['--help'], io)).toBe(0);
    expect(out()).toContain('Examples:');
    expect(err()).toBe('');
  });

  it('keeps help within the width of the terminal', async () => {
    for (const command of ['analyze', 'watch', 'explain', 'patterns', 'completion']) {
      const { io, out } = surroundings();
      await main([command, '--help'], io);
      const options = out().slice(out().indexOf('Usage:'));
      expect(Math.max(...options.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    }
  });

  it('makes one sentence of a bug, and a trace only when asked', async () => {
    const broken = () => {
      throw new TypeError('boom\x1b[2J');
    };
    const quiet = surroundings();
    expect(await main(['--help'], { ...quiet.io, stdout: Object.assign(new PassThrough(), { write: broken }) })).toBe(
      2,
    );
    const said = quiet.err();
    expect(said).toMatch(/^wslog: unexpected: boom\\x1b\[2J\nwslog: this is a bug in wslog; .*WSLOG_DEBUG=1.*\n$/);
    const loud = surroundings({ WSLOG_DEBUG: '1' });
    expect(await main(['--help'], { ...loud.io, stdout: Object.assign(new PassThrough(), { write: broken }) })).toBe(2);
    expect(loud.err()).toMatch(/\n {4}at /);
  });
});
