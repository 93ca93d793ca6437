import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { appearanceOf } from '../../../src/commands/appearance.ts';
import type { Io } from '../../../src/commands/io.ts';
import { settle } from '../../../src/config/settings.ts';

function look(io: Partial<Io>, flags: ['color', string][] = [], toFile = false) {
  const whole: Io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    env: {},
    cwd: '/',
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => 0,
    monotonic: () => 0,
    signal: new AbortController().signal,
    ...io,
  };
  return appearanceOf(settle(['color'], new Map(flags), {}, []), whole, toFile);
}

const terminal = { stdoutIsTerminal: true, columns: 132 };

describe('appearanceOf', () => {
  it('is coloured and as wide as the terminal, and plain elsewhere', () => {
    expect(look(terminal)).toEqual({ color: true, columns: 132, ascii: false });
    expect(look({})).toEqual({ color: false, columns: 100, ascii: false });
    expect(look(terminal, [], true)).toEqual({ color: false, columns: 100, ascii: false });
  });

  it('takes COLUMNS where there is no terminal, within reason', () => {
    expect(look({ env: { COLUMNS: '72' } }).columns).toBe(72);
    expect(look({ env: { COLUMNS: '7' } }).columns).toBe(40);
    expect(look({ env: { COLUMNS: 'wide' } }).columns).toBe(100);
    expect(look({ ...terminal, columns: 0 }).columns).toBe(100);
  });

  it('lets the flag win over NO_COLOR, and NO_COLOR over FORCE_COLOR', () => {
    expect(look({ ...terminal, env: { NO_COLOR: '1' } }).color).toBe(false);
    expect(look({ ...terminal, env: { NO_COLOR: '' } }).color).toBe(true);
    expect(look({ env: { FORCE_COLOR: '1' } }).color).toBe(true);
    expect(look({ ...terminal, env: { FORCE_COLOR: '0' } }).color).toBe(false);
    expect(look({ env: { FORCE_COLOR: '1', NO_COLOR: '1' } }).color).toBe(false);
    expect(look({ env: { NO_COLOR: '1' } }, [['color', 'always']]).color).toBe(true);
    expect(look({ ...terminal, env: { TERM: 'dumb' } }).color).toBe(false);
  });

  it('draws in ASCII only where the locale asks for it', () => {
    expect(look({ env: { LANG: 'de_DE.UTF-8' } }).ascii).toBe(false);
    expect(look({ env: { LANG: 'C.utf8' } }).ascii).toBe(false);
    expect(look({ env: { LANG: 'de_DE.UTF-8', LC_ALL: 'C' } }).ascii).toBe(true);
  });
});
