/** Gists come out of a parcel as they were put in, whatever they say. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Batch } from '../../../src/findings/batch.ts';
import type { AccessGist, ErrorGist, EventGist, Gist } from '../../../src/findings/gists.ts';
import { Packer, Unpacker } from '../../../src/findings/parcel.ts';
import { LEVELS } from '../../../src/nginx/record.ts';

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((c) => String.fromCharCode(c)), maxLength: 12 });
const text = fc.oneof(fc.constantFrom('', '-', 'chat.example.com', '/ws'), latin1);
const fold = fc.record({
  path: text,
  hint: fc.constantFrom('strong' as const, 'weak' as const, 'polling' as const, null),
  kind: fc.constantFrom(
    'other' as const,
    'socket.io' as const,
    'sockjs' as const,
    'signalr' as const,
    'graphql' as const,
  ),
  sid: fc.boolean(),
});
const asked = fc.record({ server: text, fold, host: text });
const unmet = { number: fc.constant(0), key: fc.constant(null), epoch: fc.constant(-1) };

const error: fc.Arbitrary<ErrorGist> = fc.record({
  kind: fc.constant('error'),
  ...unmet,
  symptom: text,
  level: fc.constantFrom(...LEVELS, null),
  asked: fc.oneof(asked, fc.constant(null)),
  upstream: text,
  scheme: text,
  protocol: text,
  phase: fc.oneof(text, fc.constant(null)),
  subrequest: fc.boolean(),
  listener: text,
  detail: text,
  truncated: fc.boolean(),
  forgeable: fc.boolean(),
});
const access: fc.Arbitrary<AccessGist> = fc.record({
  kind: fc.constant('access'),
  ...unmet,
  asked,
  status: fc.oneof(fc.integer({ min: -1, max: 599 }), fc.constant(1e12)),
  answeredBy: fc.constantFrom('nginx', 'backend', 'unknown'),
  upgrade: fc.constantFrom('yes', 'no', 'unlogged'),
  upstreamStatus: fc.array(text, { maxLength: 3 }),
  upstreams: fc.array(text, { maxLength: 3 }),
  protocol: text,
  tlsBytes: fc.boolean(),
  fold,
  method: text,
});
const event: fc.Arbitrary<EventGist> = fc.record({
  kind: fc.constant('event'),
  ...unmet,
  event: fc.constantFrom(
    'start',
    'reload',
    'quit',
    'stop',
    'worker-draining',
    'worker-exiting',
    'worker-crashed',
    'worker-exited',
  ),
  pid: fc.oneof(fc.nat(), fc.constant(2 ** 40)),
  symptom: fc.oneof(text, fc.constant(null)),
  message: text,
});
const gists = fc
  .array(fc.oneof(error, access, event), { maxLength: 12 })
  .map((all): Gist[] => all.map((gist, number) => ({ ...gist, number })));

it('gists are the same on the other side, also of parcels that nobody opened', () => {
  fc.assert(
    fc.property(gists, fc.nat(12), fc.boolean(), (all, cut, opened) => {
      const packer = new Packer();
      const unpacker = new Unpacker();
      const sent: Gist[] = all.slice(0, cut);
      const batch = new Batch();
      const hand = () => {
        batch.reset(Buffer.alloc(0), sent);
        const { parcel, memory } = packer.pack(batch);
        return unpacker.unpack(structuredClone(parcel, { transfer: memory }));
      };
      const first = hand();
      if (opened) first.open();
      sent.push(...all.slice(cut));
      const second = hand();
      second.open();
      expect(second.gists).toEqual(all);
      second.open();
      expect(second.gists).toHaveLength(all.length);
    }),
  );
});

it('a batch that waits says the same once it is opened', () => {
  const some = fc.sample(error, { numRuns: 1500, seed: 7 }).map((gist, number) => ({ ...gist, number }));
  const batch = new Batch();
  batch.reset(Buffer.alloc(0), some);
  batch.close();
  expect(batch.gists).toEqual([]);
  batch.open();
  expect(batch.gists).toEqual(some);
});
