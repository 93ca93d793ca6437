/** Error lines counted in WebAssembly come to what they come to the plain way, in the order of their lines. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';
import { Batch } from '../../../src/findings/batch.ts';
import type { Client } from '../../../src/findings/client.ts';
import type { AccessGist, ErrorGist, EventGist, Gist } from '../../../src/findings/gists.ts';
import { Registry } from '../../../src/findings/registry.ts';
import { Correlator } from '../../../src/incident/correlator.ts';
import type { ErrorGroup } from '../../../src/incident/groups.ts';

const { symptoms } = await shippedCatalogue();
const START = 1_700_000_000;

interface Finding {
  readonly gist: number;
  readonly time: number;
  readonly client: Client;
  readonly connection: number;
  readonly request: number;
  readonly span: number;
}

const symptomIds = [...symptoms.values()].filter((s) => s.match !== undefined).map((s) => s.id);
const tunnel = [...symptoms.values()].find((s) => s.provesWebSocket === true)!.id;

const asked = (path: string) => ({
  server: 'a.example',
  host: 'a.example',
  fold: { path, hint: null, kind: 'other' as const, sid: false },
});

function errorGist(number: number, upstream: string, said: Partial<ErrorGist> = {}): ErrorGist {
  return {
    kind: 'error',
    number,
    key: null,
    epoch: -1,
    symptom: symptomIds[number % symptomIds.length]!,
    level: 'error',
    asked: asked(`/ws/${number % 5}`),
    upstream,
    scheme: 'http',
    protocol: 'HTTP/1.1',
    phase: null,
    subrequest: false,
    listener: '',
    detail: '',
    truncated: false,
    forgeable: false,
    ...said,
  };
}

const accessGist = (number: number): AccessGist => ({
  kind: 'access',
  number,
  key: null,
  epoch: -1,
  asked: asked('/ws/0'),
  status: 502,
  answeredBy: 'nginx',
  upgrade: 'yes',
  upstreamStatus: ['502'],
  upstreams: ['10.0.0.1:80'],
  protocol: 'HTTP/1.1',
  tlsBytes: false,
  fold: asked('/ws/0').fold,
  method: 'GET',
});

const eventGist = (number: number): EventGist => ({
  kind: 'event',
  number,
  key: null,
  epoch: -1,
  event: 'worker-crashed',
  pid: 7,
  symptom: [...symptoms.values()].find((s) => s.id.includes('crash'))?.id ?? null,
  message: 'worker process 7 exited on signal 11',
});

function batchOf(findings: readonly Finding[], gists: readonly Gist[]): Batch {
  const batch = new Batch();
  const bytes = Buffer.from('x'.repeat(100));
  batch.reset(bytes, gists);
  for (const [i, { gist, time, client, connection, request, span }] of findings.entries()) {
    batch.add(gists[gist]!, time, batch.clientCode(client), connection, request, i + 1, i % 50, 50 + (i % 50));
    if (span > 1) batch.spans.set(i, span);
  }
  return batch;
}

/** All that comes of the findings; `cuts`: where a batch ends. */
function outcome(plain: boolean, findings: readonly Finding[], gists: () => Gist[], cuts: readonly number[] = []) {
  const registry = new Registry(symptoms);
  const correlator = new Correlator(registry, { joins: false, plain });
  const made = gists();
  let from = 0;
  for (const cut of [...cuts, findings.length]) {
    const batch = batchOf(findings.slice(from, cut), made);
    const half = batch.length >> 1;
    correlator.take(batch, 0, half, 0);
    correlator.take(batch, half, batch.length, 0);
    from = cut;
  }
  const gathered = correlator.gathered();
  const told = (group: ErrorGroup) => ({ ...group, tally: { ...group.tally.saved(), place: group.tally.place } });
  return {
    ...gathered,
    errors: gathered.errors.map(told),
    access: gathered.access.map((group) => ({ ...group, tally: group.tally.saved() })),
    folded: registry.folded,
    forgotten: registry.forgotten,
  };
}

function expectAlike(findings: readonly Finding[], gists: () => Gist[], cuts: readonly number[] = []): void {
  expect(outcome(false, findings, gists, cuts)).toEqual(outcome(true, findings, gists, cuts));
}

/** Findings by rule, of any number. */
const many = (count: number, of: (i: number) => Partial<Finding>): Finding[] =>
  Array.from({ length: count }, (_, i) => ({
    gist: i % 3,
    time: START + (i >> 4),
    client: Math.imul(i, 0x9e3779b1),
    connection: i,
    request: (i % 9) + 1,
    span: 1,
    ...of(i),
  }));

const fewGists = () => [errorGist(0, '10.0.0.1:80'), errorGist(1, '10.0.0.2:80'), errorGist(2, '')];

describe('the counter of error lines', () => {
  it('counts what the plain way counts', () => {
    const gists = () => [
      ...fewGists(),
      errorGist(3, '10.0.0.1:80', { symptom: tunnel }),
      errorGist(4, '', { forgeable: true, level: 'warn' }),
      errorGist(5, '', { asked: null, symptom: tunnel }),
    ];
    const finding = fc.record({
      gist: fc.nat(5),
      time: fc.oneof(
        fc.integer({ min: START, max: START + 400 }),
        fc.double({ min: START, max: START + 1e7, noNaN: true }),
        fc.constantFrom(Number.NaN, 0, -5, 4e9),
      ),
      client: fc.oneof(
        fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
        fc.nat(3),
        fc.constantFrom('unix:', '::1', null),
      ),
      connection: fc.oneof(fc.nat(5), fc.constantFrom(-1, 65_541, 2 ** 40)),
      request: fc.constantFrom(0, 1, 2, 0xffffffff),
      span: fc.constantFrom(1, 1, 1, 3),
    });
    fc.assert(
      fc.property(fc.array(finding, { minLength: 130, maxLength: 260 }), fc.nat(260), (findings, cut) => {
        expectAlike(findings, gists, cut > 128 && cut < findings.length ? [cut] : []);
      }),
      { numRuns: 60 },
    );
  });

  it('tells floods of clients from a few, and who stands out in them', () => {
    expectAlike(
      many(20_000, (i) => ({ client: i % 5 === 0 ? 77 : Math.imul(i, 0x9e3779b1) })),
      fewGists,
      [6000, 14_000],
    );
    expectAlike(
      many(20_000, (i) => ({ client: i % 4096 })),
      fewGists,
    );
    expectAlike(
      many(9000, (i) => ({ gist: 0, client: (i * 7) % 4500 })),
      fewGists,
    );
  });

  it('leaves to the plain way the clients of groups that have names among them, from the first name on', () => {
    expectAlike(
      many(20_000, (i) => ({ client: i > 9000 && i % 6 === 1 ? `2001:db8::${i}` : i * 3 })),
      fewGists,
    );
    expectAlike(
      many(20_000, (i) => ({ client: i === 19_000 ? 'unix:' : i * 3 })),
      fewGists,
    );
  });

  it('remembers as many groups of a request', () => {
    const gists = () => Array.from({ length: 7 }, (_, i) => errorGist(i, `10.0.0.${i}:80`));
    expectAlike(
      many(7000, (i) => ({ gist: i % 7, connection: Math.floor(i / 14), request: 5 })),
      gists,
    );
  });

  it('counts over spans of years as over seconds', () => {
    expectAlike(
      many(3000, (i) => ({ time: START + i ** 2 * (i % 2 === 0 ? 1 : -1) })),
      fewGists,
    );
  });

  it('hands over when there are more groups than it has room for, and more endpoints than the registry', () => {
    const gists = () =>
      Array.from({ length: 7000 }, (_, i) =>
        errorGist(i, `10.0.${i >> 8}.${i & 255}:80`, { asked: asked(`/p${i % 2500}`) }),
      );
    expectAlike(
      many(15_000, (i) => ({ gist: i % 7000 })),
      gists,
      [3000],
    );
  });

  it('hands over to access lines, which join what it has counted', () => {
    const gists = () => [...fewGists(), accessGist(3)];
    const findings = many(2000, (i) => ({
      gist: i >= 1000 && i % 2 === 0 ? 3 : i % 3,
      time: START + 100,
      connection: i >= 1000 ? i - 900 : i,
      request: 5,
    }));
    const joined = outcome(false, findings, gists).errors.reduce((sum, group) => sum + group.joined, 0);
    expect(joined).toBeGreaterThan(100);
    expectAlike(findings, gists);
  });

  it('goes on beside what processes say of themselves', () => {
    expectAlike(
      many(2000, (i) => ({ gist: i % 100 === 5 ? 3 : i % 3 })),
      () => [...fewGists(), eventGist(3)],
    );
  });
});
