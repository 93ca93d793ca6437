/** Requests that wait for their access lines, in tables of fixed size. */
import { describe, expect, it } from 'vitest';
import { RequestsBySecond } from '../../../src/incident/requests-by-second.ts';

const WAITING = 10_000;
/** Spread as hashes are. */
const hashOf = (n: number): number => Math.imul(n, 2654435761) >>> 0;
const secondOf = (n: number): number => 1_795_348_800 + Math.floor(n / 1000);

function noted(): RequestsBySecond {
  const requests = new RequestsBySecond();
  for (let n = 0; n < WAITING; n++) requests.note(hashOf(n), secondOf(n), n % 7);
  return requests;
}

const joined = (requests: RequestsBySecond): number[] =>
  Array.from({ length: WAITING }, (_, n) => requests.join(hashOf(n), secondOf(n)));
const groups = Array.from({ length: WAITING }, (_, n) => n % 7);

describe('requests by second', () => {
  it('loses none of ten thousand that wait at the same time, as in a backlog, and gives each out once', () => {
    const requests = noted();
    expect(joined(requests)).toEqual(groups);
    expect(joined(requests).filter((group) => group !== -1)).toEqual([]);
  });

  it('finds them all after it was stored and put back', () => {
    const restored = new RequestsBySecond();
    for (const { rows } of noted().saved()) restored.restore(rows() ?? new Float64Array());
    expect(joined(restored)).toEqual(groups);
  });
});
