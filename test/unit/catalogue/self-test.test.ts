import { describe, expect, it } from 'vitest';
import { selfTest } from '../../../src/catalogue/self-test.ts';
import type { ErrorMatch, Symptom, SymptomSample } from '../../../src/catalogue/types.ts';

const RESET =
  '2026/11/22 12:05:34 [error] 7#7: *18 recv() failed (104: Connection reset by peer) while proxying upgraded connection, client: 192.0.2.7, server: a.test, request: "GET /rst HTTP/1.1", upstream: "http://10.0.0.5:80/rst", host: "a.test"';

function symptom(
  id: string,
  match: Omit<ErrorMatch, 'log'>,
  samples: readonly SymptomSample[],
  misses: readonly string[] = [],
): Symptom {
  return {
    id,
    title: id,
    explain: id,
    role: 'root',
    severity: 'error',
    stage: 'tunnel',
    match: { log: 'error', ...match },
    causes: [],
    nginx: { loggedAt: 'error' },
    samples: { match: samples, 'no-match': misses.map((line) => ({ line, why: 'it is another thing' })) },
  };
}

function failuresOf(...symptoms: Symptom[]): readonly string[] {
  const catalogue = { symptoms: new Map(symptoms.map((s) => [s.id, s])), causes: new Map() };
  return selfTest(catalogue, () => 'unknown').failures;
}

describe('selfTest', () => {
  it('passes a catalogue whose samples are recognised', () => {
    const good = symptom('good', { message: 'recv() failed', errno: 'ECONNRESET' }, [
      { line: RESET, expect: { errno: 104, path: '/rst' } },
    ]);
    expect(failuresOf(good)).toEqual([]);
  });

  it('says how far a match got', () => {
    const [failure] = failuresOf(
      symptom('bad', { message: 'recv() failed', errno: 'EPIPE', level: 'info' }, [{ line: RESET }]),
    );
    expect(failure).toBe(
      'symptom bad: sample 1: nothing recognises it; 1 of 3 clauses hold: errno wants "EPIPE" and the line has "ECONNRESET", level wants "info" and the line has "error"',
    );
  });

  it('names the symptom that wins instead', () => {
    const wide = symptom('wide', { message: 'recv() failed' }, [{ line: RESET }]);
    const narrow = symptom('narrow', { message: 'recv() failed', errno: 'ECONNRESET' }, [{ line: RESET }]);
    expect(failuresOf(wide, narrow)).toEqual([
      'symptom wide: sample 1: narrow recognises it first, being more specific',
    ]);
  });

  it('calls a tie what it is', () => {
    const one = symptom('one', { message: 'recv() failed' }, [{ line: RESET }]);
    const two = symptom('two', { message: 'recv() failed' }, []);
    expect(failuresOf(one, two)).toEqual([
      'symptom one: sample 1: two recognises it just as well; one of them must be more specific',
    ]);
  });

  it("finds near misses that hit, broken promises, and lines that are not nginx's", () => {
    const match = { message: 'recv() failed' };
    expect(failuresOf(symptom('s', match, [{ line: RESET }], [RESET]))).toEqual([
      'symptom s: near miss 1: is recognised, although it should not be: it is another thing',
    ]);
    expect(failuresOf(symptom('s', match, [{ line: RESET, expect: { path: '/x' } }]))).toEqual([
      'symptom s: sample 1: expects path "/x", but the line has "/rst"',
    ]);
    expect(failuresOf(symptom('s', match, [{ line: RESET, expect: { paht: '/x' } }]))).toEqual([
      'symptom s: sample 1: expects the field "paht", which lines of this log do not have',
    ]);
    expect(failuresOf(symptom('s', match, [{ line: 'GET / 200' }]))).toEqual([
      'symptom s: sample 1: is not a line nginx writes',
    ]);
  });
});
