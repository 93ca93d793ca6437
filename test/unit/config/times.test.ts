import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveRange } from '../../../src/config/times.ts';
import { UsageError } from '../../../src/config/usage-error.ts';
import { resolveZone } from '../../../src/config/zone.ts';

const utc = resolveZone('UTC', null, 'UTC');
const berlin = resolveZone('Europe/Berlin', null, 'UTC');
const NOW = Date.parse('2026-11-22T18:20:00Z');

function since(text: string, zone = utc, now = NOW): string {
  const { since: from } = resolveRange({ text, where: '--since' }, null, now, zone);
  return new Date(from ?? Number.NaN).toISOString();
}

describe('--since', () => {
  it.each([
    ['2h', '2026-11-22T16:20:00.000Z'],
    ['1h30m', '2026-11-22T16:50:00.000Z'],
    ['90 min ago', '2026-11-22T16:50:00.000Z'],
    ['now', '2026-11-22T18:20:00.000Z'],
    ['today', '2026-11-22T00:00:00.000Z'],
    ['yesterday', '2026-11-21T00:00:00.000Z'],
    ['09:30', '2026-11-22T09:30:00.000Z'],
    ['9:30:15', '2026-11-22T09:30:15.000Z'],
    ['22:00', '2026-11-21T22:00:00.000Z'],
    ['2026-11-22', '2026-11-22T00:00:00.000Z'],
    ['2026-11-22 18:17', '2026-11-22T18:17:00.000Z'],
    ['2026-11-22 18:17:26', '2026-11-22T18:17:26.000Z'],
    ['2026-11-22T18:17:26Z', '2026-11-22T18:17:26.000Z'],
    ['2026-11-22t18:17:26.5z', '2026-11-22T18:17:26.500Z'],
    ['2026-11-22T18:17:26.123456+02:00', '2026-11-22T16:17:26.123Z'],
    ['2026-11-22T18:17:26+0530', '2026-11-22T12:47:26.000Z'],
    ['2026-11-22 18:17:26 -03:00', '2026-11-22T21:17:26.000Z'],
    ['@1795371446', '2026-11-22T18:17:26.000Z'],
    ['@1795371446.25', '2026-11-22T18:17:26.250Z'],
    ['2026/11/22 18:17:26', '2026-11-22T18:17:26.000Z'],
    ['22/Nov/2026:18:17:26 +0100', '2026-11-22T17:17:26.000Z'],
    ['[22/Nov/2026:18:17:26 +0000]', '2026-11-22T18:17:26.000Z'],
    ['22/Nov/2026:18:17:26', '2026-11-22T18:17:26.000Z'],
  ])('reads %s', (text, iso) => {
    expect(since(text)).toBe(iso);
  });

  it('reads zone-less forms in the zone, and days as the zone has them', () => {
    expect(since('2026-11-22 18:17', berlin)).toBe('2026-11-22T17:17:00.000Z');
    expect(since('09:30', berlin)).toBe('2026-11-22T08:30:00.000Z');
    // Past midnight in Berlin, still the day before in UTC.
    expect(since('today', berlin, Date.parse('2026-11-22T23:30:00Z'))).toBe('2026-11-22T23:00:00.000Z');
    expect(since('yesterday', berlin, Date.parse('2026-11-22T23:30:00Z'))).toBe('2026-11-21T23:00:00.000Z');
    // The day summer time ended had 25 hours.
    expect(since('yesterday', berlin, Date.parse('2026-10-26T10:00:00Z'))).toBe('2026-10-24T22:00:00.000Z');
  });

  it.each([
    '2026-02-30',
    '2026-11-22 25:00',
    '24:00',
    'tomorrowish',
    '@',
    '@-5',
    '2026-13-01 00:00',
    '22/Foo/2026:18:17:26',
    '',
    '1732277846',
    'x'.repeat(500),
  ])('refuses "%s" in one sentence that names the option', (text) => {
    expect(() => since(text)).toThrow(UsageError);
    expect(() => since(text)).toThrow(/^--since: [^\n]*$/);
  });

  it('never fails with anything but a usage error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isFinite(resolveRange({ text, where: 'x' }, null, NOW, berlin).since)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });

  it('gives back every instant written as RFC 3339', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (instant) => {
        expect(since(new Date(instant).toISOString(), berlin)).toBe(new Date(instant).toISOString());
      }),
      { numRuns: 50 },
    );
  });
});

describe('--until', () => {
  const range = (from: string, to: string, now = NOW) => {
    const found = resolveRange({ text: from, where: '--since' }, { text: to, where: '--until' }, now, utc);
    return [found.since, found.until].map((at) => new Date(at ?? Number.NaN).toISOString());
  };

  it('takes a time of day as the first one after --since', () => {
    const atThree = Date.parse('2026-11-22T03:00:00Z');
    expect(range('22:00', '02:00', atThree)).toEqual(['2026-11-21T22:00:00.000Z', '2026-11-22T02:00:00.000Z']);
    expect(range('2026-11-20 10:00', '11:00')).toEqual(['2026-11-20T10:00:00.000Z', '2026-11-20T11:00:00.000Z']);
    // Still to come is fine for an end.
    expect(range('17:00', '19:00')).toEqual(['2026-11-22T17:00:00.000Z', '2026-11-22T19:00:00.000Z']);
  });

  it('refuses an end before the beginning', () => {
    expect(() => range('1h', '2h')).toThrow(/--until: "2h" is not after --since "1h"/);
  });
});
