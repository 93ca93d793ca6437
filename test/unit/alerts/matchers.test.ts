import { describe, expect, it } from 'vitest';
import { allMatch, needsRegex, parseMatcher } from '../../../src/alerts/matchers.ts';
import { loadRegex } from '../../../src/alerts/regex.ts';
import { incident } from '../state/incident.ts';

const compile = await loadRegex();
const one = incident({
  upstreams: [
    { address: '10.0.0.5:8080', count: 1 },
    { address: '10.0.0.6:8080', count: 1 },
  ],
});
const matches = (text: string, of = one) => parseMatcher(text, compile)(of);

describe('matchers', () => {
  it('compare as Alertmanager does', () => {
    for (const text of [
      'path=/ws',
      'path="/ws"',
      ' path = /ws ',
      'severity!=info',
      'path=~"/w."',
      'path=~/ws|/live',
      'server!~b[.].*',
      'host=',
      'host=~.*',
      'cause=""',
      'upstream=10.0.0.6:8080',
      'symptom=connect-refused',
      'incident=aaaaaaaaaaaa',
    ]) {
      expect(matches(text), text).toBe(true);
    }
    // Expressions match whole texts, and != none of several values.
    for (const text of ['path=/w', 'path=~/w', 'path=~s', 'upstream!=10.0.0.5:8080', 'upstream!~10[.].*', 'host!=""']) {
      expect(matches(text), text).toBe(false);
    }
    expect(matches('path="/a\\"b"', incident({ endpoint: { server: null, host: null, path: '/a"b' } }))).toBe(true);
  });

  it('hold all together', () => {
    const of = ['path=/ws', 'severity=error'].map((text) => parseMatcher(text, compile));
    expect(allMatch(of, one)).toBe(true);
    expect(allMatch(of, incident({ severity: 'info' }))).toBe(false);
    expect(allMatch([], one)).toBe(true);
  });

  it('take time linear in what clients wrote', () => {
    const long = incident({ endpoint: { server: null, host: null, path: `/${'a'.repeat(60_000)}!` } });
    const began = performance.now();
    expect(matches('path=~"/(a*)*b|/(a|a)*$"', long)).toBe(false);
    // A backtracking engine would not end within the age of the universe.
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('load an engine only where one is asked for', () => {
    expect(needsRegex(['path=/ws', 'path!=a~b'])).toBe(false);
    expect(needsRegex(['path=/ws', 'path=~a'])).toBe(true);
  });

  it('say in one sentence what is wrong with them', () => {
    expect(() => matches('path')).toThrow('"path" is no matcher; write one such as cause=idle-timeout');
    expect(() => matches('pth=/ws')).toThrow('there is no label "pth"; did you mean "path"?');
    expect(() => matches('path=~(')).toThrow(/"\(" is no regular expression of RE2 \(.*missing closing \)/);
  });
});
