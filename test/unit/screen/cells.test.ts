import { describe, expect, it } from 'vitest';
import { age, brief, broken, cutTo, percent } from '../../../src/screen/cells.ts';

describe('cells', () => {
  it('never round trouble away', () => {
    expect([percent(0, 0), percent(0, 9), percent(1, 9999), percent(9998, 9999), percent(9, 9)]).toEqual([
      '-',
      '0 %',
      '1 %',
      '99 %',
      '100 %',
    ]);
  });

  it('tell ages and numbers in few columns', () => {
    expect([age(-3), age(59.9), age(60), age(7200), age(200_000)]).toEqual(['0 s', '59 s', '1 min', '2 h', '2 d']);
    expect([brief(9999), brief(12_345), brief(3_450_000)]).toEqual(['9 999', '12k', '3.4M']);
  });

  it('cut and break coloured lines without leaving a colour on', () => {
    expect(cutTo('\x1b[31mabcdef\x1b[39mgh', 3)).toBe('\x1b[31mabc\x1b[39m');
    expect(cutTo('日本語', 5)).toBe('日本');
    expect(broken('\x1b[36mabcdef\x1b[39m', 4)).toEqual(['\x1b[36mabcd\x1b[22m\x1b[39m', '\x1b[36mef\x1b[39m']);
    expect(broken('abc', 4)).toEqual(['abc']);
  });
});
