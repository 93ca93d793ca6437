/** A watch that has seen more endpoints than an analysis holds: it begins anew, and what it knew stays known. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Folder, Running, refused, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const servers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => refused(from + i).replaceAll('chat.test', `s${from + i}.test`)).join('');

it('goes on telling new endpoints apart', async () => {
  const log = join(folder.path, 'error.log');
  const state = join(folder.path, 'state');
  writeFileSync(log, servers(0, 1850));
  const watch = new Running(['watch', '--no-nginx-conf', '--format', 'ndjson', '--from-start', '--state', state, log]);
  const known = (): { endpoint: { server: string }; count: number }[] =>
    JSON.parse(wslog(['incidents', '--json', '--state', state]).stdout).incidents;
  const poll = () => expect.poll(() => known().length, { timeout: 15_000, interval: 300 });
  await poll().toBe(1850);
  // Another moment is stored, after which the analysis is a new one.
  appendFileSync(log, servers(1850, 1851));
  await poll().toBe(1851);
  appendFileSync(log, servers(1840, 2200));
  await poll().toBe(2200);
  expect(await watch.end('SIGTERM')).toBe(0);
  const counts = new Map(known().map(({ endpoint, count }) => [endpoint.server, count]));
  expect(counts.size).toBe(2200);
  expect([counts.get('s5.test'), counts.get('s1845.test'), counts.get('s2100.test')]).toEqual([1, 2, 1]);
}, 60_000);
