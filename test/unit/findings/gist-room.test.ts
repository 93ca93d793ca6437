/** Gists are remembered in larger numbers only where those that were forgotten come again. */
import { expect, it } from 'vitest';
import { GistRoom } from '../../../src/findings/gist-room.ts';

/** Lets a source meet gists, forgetting all whenever there is no room, and tells how many it remembers then. */
function roomAfter(gists: Iterable<string>, isLasting = true): number {
  const room = new GistRoom(isLasting);
  const remembered = new Set<string>();
  for (const gist of gists) {
    if (remembered.has(gist)) continue;
    if (remembered.size >= room.most) {
      remembered.clear();
      room.forgotten();
    }
    remembered.add(gist);
    room.made(gist);
  }
  return room.most;
}

function* numbered(count: number, number: (i: number) => number): Generator<string> {
  for (let i = 0; i < count; i++) yield `e upstream-timeout /shop/${number(i)} 10.0.0.1:8080`;
}

it('has room for all kinds of lines that take turns', () => {
  // One after the other, and in any order.
  expect(roomAfter(numbered(60_000, (i) => i % 9000))).toBeGreaterThanOrEqual(9000);
  expect(roomAfter(numbered(120_000, (i) => (i * i * 7919) % 20_011))).toBeGreaterThanOrEqual(10_000);
  expect(roomAfter(numbered(10_000, (i) => i % 1000))).toBe(new GistRoom(true).most);
});

it('has no more room for lines that never come again, and a bound for those that do', () => {
  const few = new GistRoom(true).most;
  expect(roomAfter(numbered(60_000, (i) => i))).toBe(few);
  expect(
    roomAfter(
      numbered(60_000, (i) => i),
      false,
    ),
  ).toBe(few);
  expect(roomAfter(numbered(150_000, (i) => i % 50_000))).toBeLessThanOrEqual(32_768);
});
