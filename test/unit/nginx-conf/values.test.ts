import { expect, it } from 'vitest';
import { isAtLeast, parseBytes, parseSeconds } from '../../../src/nginx-conf/values.ts';

it.each<[string, number | null]>([
  ['60', 60],
  ['60s', 60],
  ['1m30s', 90],
  ['1h 30m', 5400],
  ['500ms', 0.5],
  ['0', 0],
  ['1d', 86_400],
  ['1y', 31_536_000],
  ['', null],
  ['off', null],
  ['-1', null],
  ['1s1m', null],
  ['1m1m', null],
  ['5x', null],
  ['1.5s', null],
])('%j is %s seconds', (text, expected) => {
  expect(parseSeconds(text)).toBe(expected);
});

it.each<[string, number | null]>([
  ['4k', 4096],
  ['8K', 8192],
  ['1m', 1_048_576],
  ['512', 512],
  ['2g', 2_147_483_648],
  ['', null],
  ['k', null],
  ['-1', null],
  ['4kb', null],
])('%j is %s bytes', (text, expected) => {
  expect(parseBytes(text)).toBe(expected);
});

it('orders versions by number', () => {
  expect(isAtLeast('1.29.7', '1.29.7')).toBe(true);
  expect(isAtLeast('1.30', '1.29.7')).toBe(true);
  expect(isAtLeast('1.9.15', '1.29.7')).toBe(false);
  expect(isAtLeast('1.29.6', '1.29.7')).toBe(false);
});
