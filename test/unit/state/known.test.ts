import { expect, it } from 'vitest';
import { knownTo } from '../../../src/state/known.ts';
import { incident } from './incident.ts';

it('tells an incident that two readers know once, by the one that saw more of it', () => {
  const watch = [
    incident({ id: 'a', lines: 300, count: 300, lastSeen: '2026-11-22T12:05:00.000Z', status: 'ended' }),
    incident({ id: 'b' }),
  ];
  const summary = [
    incident({
      id: 'a',
      lines: 200,
      count: 200,
      firstSeen: '2026-11-22T11:00:00.000Z',
      lastSeen: '2026-11-22T12:05:00.000Z',
    }),
    incident({ id: 'c' }),
  ];
  const expected = [
    incident({
      id: 'a',
      lines: 300,
      count: 300,
      firstSeen: '2026-11-22T11:00:00.000Z',
      lastSeen: '2026-11-22T12:05:00.000Z',
      status: 'ended',
    }),
    incident({ id: 'b' }),
    incident({ id: 'c' }),
  ];
  const byId = (list: readonly { id: string }[]) => [...list].sort((x, y) => (x.id < y.id ? -1 : 1));
  expect(byId(knownTo([watch, summary]))).toEqual(expected);
  expect(byId(knownTo([summary, watch]))).toEqual(expected);
});

it('believes the newest word on whether an incident goes on', () => {
  const ended = incident({ status: 'ended', lastSeen: '2026-11-22T12:05:00.000Z' });
  const later = incident({ status: 'open', lastSeen: '2026-11-22T12:09:00.000Z', lines: 1 });
  for (const readers of [
    [[ended], [later]],
    [[later], [ended]],
  ]) {
    expect(knownTo(readers)).toMatchObject([{ status: 'open', lastSeen: '2026-11-22T12:09:00.000Z', lines: 2 }]);
  }
});
