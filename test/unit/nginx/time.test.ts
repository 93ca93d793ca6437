import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseErrorTime,
  parseIso8601,
  parseMsec,
  parseSyslogTime,
  parseTimeLocal,
  scanIso8601,
} from '../../../src/nginx/time.ts';

const pad = (value: number, width = 2) => String(value).padStart(width, '0');

describe('error-log times', () => {
  it('are the wall clock read as UTC', () => {
    expect(parseErrorTime('2026/11/22 12:05:33')).toBe(Date.UTC(2026, 10, 22, 12, 5, 33));
    expect(parseErrorTime('xx2026/11/22 12:05:33 [error]', 2)).toBe(Date.UTC(2026, 10, 22, 12, 5, 33));
  });

  it.each([
    '2026/02/30 12:00:00',
    '2026/02/29 12:00:00',
    '1900/02/29 12:00:00',
    '0000/01/01 00:00:00',
    '2026/13/01 00:00:00',
    '2026/00/01 00:00:00',
    '2026/01/00 00:00:00',
    '2026/04/31 00:00:00',
    '2026/01/01 24:00:00',
    '2026/01/01 25:00:00',
    '2026/01/01 00:60:00',
    '2026/01/01 00:00:61',
    '2026-01-01 00:00:00',
    '2026/01/01T00:00:00',
    '2026/1/1 00:00:00',
    '2o26/01/01 00:00:00',
    '2026/01/01 00:00',
    '',
  ])('that cannot be are refused: %s', (text) => expect(parseErrorTime(text)).toBeNull());

  it('agree with Date over four centuries', () => {
    const minute = fc.integer({ min: 0, max: Date.UTC(2400, 0, 1) / 60_000 });
    fc.assert(
      fc.property(minute, (at) => {
        const date = new Date(at * 60_000);
        const day = `${pad(date.getUTCFullYear(), 4)}/${pad(date.getUTCMonth() + 1)}/${pad(date.getUTCDate())}`;
        const text = `${day} ${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:00`;
        return (
          parseErrorTime(text) === at * 60_000 && parseIso8601(`${text.replaceAll('/', '-')}Z`)?.wall === at * 60_000
        );
      }),
    );
  });
});

describe('access-log times', () => {
  it('$time_local keeps its zone', () => {
    const wall = Date.UTC(2026, 10, 22, 12, 6, 41);
    expect(parseTimeLocal('22/Nov/2026:12:06:41 +0000')).toEqual({ wall, offset: 0 });
    expect(parseTimeLocal('22/Nov/2026:12:06:41 -0330')).toEqual({ wall, offset: -210 });
  });

  it.each([
    '31/Nov/2026:12:06:41 +0000',
    '22/nov/2026:12:06:41 +0000',
    '22/Nov/2026:12:06:41',
    '22/Nov/2026:12:06:41 +00:0',
    '22/Nov/2026:12:06:41 0000 ',
    '22 Nov 2026:12:06:41 +0000',
  ])('%s is none', (text) => expect(parseTimeLocal(text)).toBeNull());

  it('$msec is UTC', () => {
    expect(parseMsec('1732277201.123')).toEqual({ wall: 1732277201123, offset: 0 });
    expect(parseMsec('1732277201')).toEqual({ wall: 1732277201000, offset: 0 });
    expect(parseMsec('1732277201.123456')).toEqual({ wall: 1732277201123, offset: 0 });
    expect(parseMsec('17.3e9')).toBeNull();
  });
});

describe('ISO 8601 times', () => {
  const wall = Date.UTC(2026, 10, 22, 12, 6, 41);
  it.each([
    ['2026-11-22T12:06:41Z', 0, 0],
    ['2026-11-22T12:06:41+00:00', 0, 0],
    ['2026-11-22T12:06:41.5+05:30', 500, 330],
    ['2026-11-22T12:06:41.123456789Z', 123, 0],
    ['2026-11-22T12:06:41,123-0800', 123, -480],
    ['2026-11-22 12:06:41', 0, null],
    ['2026-11-22T12:06:41+01', 0, 60],
  ])('%s', (text, millis, offset) => expect(parseIso8601(text)).toEqual({ wall: wall + millis, offset }));

  it.each(['2026-02-30T00:00:00Z', '2026-11-22T12:06', '2026-11-22T12:06:41Zx', '2026-11-22T12:06:41+99:00'])(
    '%s is none',
    (text) => expect(parseIso8601(text)).toBeNull(),
  );

  it('are found inside a line, with their end', () => {
    expect(scanIso8601('at 2026-11-22T12:06:41Z stderr', 3)).toEqual({ time: { wall, offset: 0 }, end: 23 });
  });
});

describe('syslog times', () => {
  it('take the year they are given', () => {
    expect(parseSyslogTime('Nov 22 12:10:26', 2026)).toEqual({
      wall: Date.UTC(2026, 10, 22, 12, 10, 26),
      offset: null,
    });
    expect(parseSyslogTime('Feb  9 02:03:04', 2026)?.wall).toBe(Date.UTC(2026, 1, 9, 2, 3, 4));
    expect(parseSyslogTime('Feb 29 02:03:04', 2028)?.wall).toBe(Date.UTC(2028, 1, 29, 2, 3, 4));
  });
  it('that cannot be are refused', () => {
    expect(parseSyslogTime('Feb 29 02:03:04', 2026)).toBeNull();
    expect(parseSyslogTime('Foo 29 02:03:04', 2026)).toBeNull();
    expect(parseSyslogTime('Feb 2 02:03:04', 2026)).toBeNull();
  });
});
