import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byAge, isLogName, rotatedName } from '../../../src/input/log-family.ts';

test.each([
  ['error.log', 'error.log', 'living', ''],
  ['error.log.1', 'error.log', 'numbered', '1'],
  ['error.log.02.gz', 'error.log', 'numbered', '2'],
  ['error.log-20261122.gz', 'error.log', 'dated', '20261122'],
  ['error-2026-11-22.log', 'error.log', 'dated', '20261122'],
  ['error.log.2026-11-22', 'error.log', 'dated', '20261122'],
  ['www.example.com.log', 'www.example.com.log', 'living', ''],
  ['10.0.0.1-access.log', '10.0.0.1-access.log', 'living', ''],
  ['app-12345678.log', 'app-12345678.log', 'living', ''],
  ['0.log', '0.log', 'living', ''],
])('%s belongs to %s', (name, family, scheme, step) => {
  expect(rotatedName(name)).toMatchObject({ family, scheme, step });
});

test.each([
  'error.log',
  'access.log.3.gz',
  'site_access_log',
  'error.log-20261122.xz',
  'abc-json.log',
  'nginx.err',
  'log',
])('%s looks like a log', (name) => expect(isLogName(name)).toBe(true));

test.each(['nginx.conf', 'wtmp', 'lastlog', 'package.json', '.error.log', 'error.log.swp', 'catalog', 'logo.png'])(
  '%s does not look like a log',
  (name) => expect(isLogName(name)).toBe(false),
);

test('every name has an answer, and ages are in one order', () => {
  const name = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc
      .array(fc.constantFrom('error', '.log', '.1', '-2026', '-11-22', '20261122', '.gz', '.'), { maxLength: 30 })
      .map((p) => p.join('')),
  );
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      const [x, y, z] = [rotatedName(a), rotatedName(b), rotatedName(c)];
      expect(Math.sign(byAge(x, y))).toBe(-Math.sign(byAge(y, x)) + 0);
      if (byAge(x, y) <= 0 && byAge(y, z) <= 0) expect(byAge(x, z)).toBeLessThanOrEqual(0);
    }),
  );
});
