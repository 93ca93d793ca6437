import { expect, it } from 'vitest';
import { Registry } from '../../../src/findings/registry.ts';
import { keepClientsWithin } from '../../../src/incident/client-budget.ts';
import { Correlator } from '../../../src/incident/correlator.ts';
import { newAccessGroup } from '../../../src/incident/groups.ts';

it('lets the groups with most clients estimate them, and counts on', () => {
  const { tables } = new Correlator(new Registry(new Map()), { joins: true, grows: true });
  const fold = { path: '/ws', hint: null, kind: 'other', sid: false } as const;
  const endpoint = { index: 0, server: 'a.test', path: '/ws', fold, host: '' };
  for (const clients of [1000, 50, 300]) {
    const parts = { endpoint, status: 502, answeredBy: 'unknown', upgrade: 'unlogged', hint: null } as const;
    const group = newAccessGroup({ ...parts, tlsBytes: false });
    for (let i = 0; i < clients; i++) group.tally.hit(1, i);
    tables.access.push(group);
  }
  const distinct = () => tables.access.map(({ tally }) => tally.clients.distinct());
  keepClientsWithin(tables, 1350);
  expect(distinct().map(({ exact }) => exact)).toEqual([true, true, true]);
  keepClientsWithin(tables, 400);
  expect(distinct().map(({ exact }) => exact)).toEqual([false, true, true]);
  expect(distinct()[0]?.count).toBeGreaterThan(900);
  expect(distinct()[0]?.count).toBeLessThan(1100);
  expect(tables.access.map(({ tally }) => tally.count)).toEqual([1000, 50, 300]);
});
