import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inhibited } from '../../../src/alerts/inhibition.ts';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import type { ReportIncident } from '../../../src/report/document.ts';
import { incident } from '../state/incident.ts';

const { catalogue } = await loadCatalogue([join(import.meta.dirname, '../../../patterns')]);
const made = (id: string, symptoms: string[], more: Partial<ReportIncident> = {}) =>
  incident({ id, symptoms: symptoms.map((symptom) => ({ id: symptom, count: 1 })), ...more });
const quiet = (...open: ReportIncident[]) => [...inhibited(open, catalogue.symptoms)];

const root = made('root', ['upstream-connect-refused', 'handshake-502']);
const follower = made('follower', ['no-live-upstreams', 'handshake-502'], {
  endpoint: { server: 'a.test', host: null, path: '/live' },
  upstreams: [{ address: 'backend', count: 3 }],
});

describe('inhibition', () => {
  it('keeps quiet what follows from an open root of the same server', () => {
    expect(quiet(follower, root)).toEqual([['follower', 'root']]);
  });

  it('lets a follower speak whose root is not open', () => {
    expect(quiet(follower)).toEqual([]);
    expect(quiet(follower, made('other', ['upstream-timeout-tunnel']))).toEqual([]);
  });

  it('lets a follower speak on another server', () => {
    expect(quiet({ ...follower, endpoint: { server: 'b.test', host: null, path: '/x' } }, root)).toEqual([]);
    const shared = {
      ...follower,
      endpoint: { server: 'b.test', host: null, path: '/x' },
      upstreams: [{ address: '10.0.0.5:8080', count: 1 }],
    };
    expect(quiet(shared, root)).toEqual([['follower', 'root']]);
  });

  it('never keeps a root quiet, nor what is not in the catalogue', () => {
    expect(quiet(root, made('second', ['upstream-connect-refused']))).toEqual([]);
    expect(quiet(made('both', ['no-live-upstreams', 'upstream-timeout-connect']), root)).toEqual([]);
    expect(quiet(made('own', ['my-own', 'no-live-upstreams']), root)).toEqual([]);
    expect(quiet(follower, { ...follower, id: 'follower-2' })).toEqual([]);
  });
});
