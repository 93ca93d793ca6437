import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/config/durations.ts';

describe('parseDuration', () => {
  it.each([
    ['2h', 7_200_000],
    ['1h30m', 5_400_000],
    ['90s', 90_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['1d 2h', 93_600_000],
    ['3W', 1_814_400_000],
    ['10min', 600_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '2', '30m1h', '1h1h', 'h', '-2h', '2 hours', '2h!', '1'.repeat(60)])('refuses "%s"', (text) => {
    expect(parseDuration(text)).toBeNull();
  });
});
