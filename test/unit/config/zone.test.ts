import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/config/usage-error.ts';
import { resolveZone } from '../../../src/config/zone.ts';

const at = (iso: string) => Date.parse(`${iso}Z`);

describe('resolveZone', () => {
  it('prefers the option, then TZ, then the system', () => {
    expect(resolveZone('+02:00', 'Asia/Kolkata', 'UTC')).toMatchObject({ name: '+02:00', from: 'option' });
    expect(resolveZone(null, ':Asia/Kolkata', 'UTC')).toMatchObject({ name: 'Asia/Kolkata', from: 'environment' });
    expect(resolveZone(null, '', 'Europe/Berlin')).toMatchObject({ name: 'Europe/Berlin', from: 'system' });
    expect(resolveZone(null, 'CET-1CEST', 'Europe/Berlin')).toMatchObject({ from: 'system' });
  });

  it.each([
    ['+02:00', 120],
    ['-0330', -210],
    ['+5', 300],
    ['Z', 0],
    ['UTC', 0],
    ['Asia/Kolkata', 330],
  ])('%s is %i minutes east', (name, minutes) => {
    expect(resolveZone(name, null, 'UTC').offsetAt(at('2026-11-22T12:00:00'))).toBe(minutes);
  });

  it('follows summer time', () => {
    const berlin = resolveZone('Europe/Berlin', null, 'UTC');
    expect(berlin.offsetAt(at('2026-10-25T01:59:59'))).toBe(120);
    // 02:30 happens twice that night: the first pass is meant.
    expect(berlin.offsetAt(at('2026-10-25T02:30:00'))).toBe(120);
    expect(berlin.offsetAt(at('2026-10-25T03:00:00'))).toBe(60);
    expect(berlin.offsetAt(at('2026-03-29T01:59:59'))).toBe(60);
    // 02:30 never happens that night.
    expect(berlin.offsetAt(at('2026-03-29T02:30:00'))).toBe(60);
    expect(berlin.offsetAt(at('2026-03-29T03:00:00'))).toBe(120);
  });

  it('agrees with the other side of the world, across half hours', () => {
    const lordHowe = resolveZone('Australia/Lord_Howe', null, 'UTC');
    expect(lordHowe.offsetAt(at('2026-01-15T00:00:00'))).toBe(660);
    expect(lordHowe.offsetAt(at('2026-07-15T00:00:00'))).toBe(630);
  });

  it.each(['Mars/Olympus', '+25:00', '../etc/passwd', '', 'Europe/Berlin\n', '+02:75'])('refuses "%s"', (name) => {
    expect(() => resolveZone(name, null, 'UTC')).toThrow(UsageError);
  });

  it('answers nonsense times with a number', () => {
    const berlin = resolveZone('Europe/Berlin', null, 'UTC');
    expect(berlin.offsetAt(Number.NaN)).toBe(0);
    expect(berlin.offsetAt(9e15)).toBe(0);
  });
});
