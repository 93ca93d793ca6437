import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOf, below, isInTheClear, isNoSecret } from '../../../src/deliver/address.ts';
import { backoff, retryAfter } from '../../../src/deliver/backoff.ts';
import { signature, signingKey, Webhook } from '../../../src/deliver/webhook.ts';
import { type Target, target } from './target.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
let server: Target;
beforeAll(async () => {
  server = await target();
});
afterAll(() => server.close());
beforeEach(() => {
  server.received.length = 0;
  server.answer = (response) => response.end('ok');
});

const webhook = (url: string, more: { key?: Buffer; timeout?: number; signal?: AbortSignal } = {}) =>
  new Webhook({
    address: addressOf(url, 'test'),
    key: more.key ?? null,
    version: '1.2.3',
    timeout: more.timeout ?? 5000,
    now: () => NOW,
    signal: more.signal ?? new AbortController().signal,
  });

describe('a webhook', () => {
  it('is posted under its id, signed so that a receiver can verify it', async () => {
    const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'test');
    expect(await webhook(`${server.url}/hook`, { key }).send('wslog-1', '{"a":"ü"}')).toEqual({
      kind: 'accepted',
      notice: null,
    });
    const [got] = server.received;
    expect(got).toMatchObject({ path: '/hook', body: '{"a":"ü"}' });
    expect(got?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'wslog/1.2.3',
      'idempotency-key': 'wslog-1',
      'webhook-id': 'wslog-1',
      'webhook-timestamp': String(NOW / 1000),
    });
    const signed = `${got?.headers['webhook-id']}.${got?.headers['webhook-timestamp']}.${got?.body}`;
    const expected = Buffer.from(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(timingSafeEqual(expected, Buffer.from(String(got?.headers['webhook-signature'])))).toBe(true);
  });

  it('is signed as the example of the specification is', () => {
    const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'test');
    expect(signature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
    expect(() => signingKey('short', 'k.yaml')).toThrow(/^k.yaml: a key needs at least 16 bytes/);
  });

  it('carries user and password of its URL in a header only', async () => {
    await webhook(server.url.replace('//', '//us%20er:p%40ss@')).send('1', '{}');
    expect(server.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('us er:p@ss').toString('base64')}`);
    expect(server.received[0]?.path).toBe('/');
  });

  it.each([
    [500, {}, { kind: 'refused', sentence: 'it answers 500: sorry' }],
    [503, { 'retry-after': '7' }, { kind: 'refused', sentence: 'it answers 503: sorry', retryAfterMs: 7000 }],
    [429, { 'retry-after': 'Sun, 22 Nov 2026 12:01:00 GMT' }, { kind: 'refused', retryAfterMs: 60_000 }],
    [408, {}, { kind: 'refused', sentence: 'it answers 408: sorry' }],
    [404, {}, { kind: 'refused', sentence: 'it answers 404: sorry', final: true }],
    [400, {}, { kind: 'refused', final: true }],
    [204, {}, { kind: 'accepted' }],
  ])('is judged by the answer %i', async (status, headers, outcome) => {
    server.answer = (response) => response.writeHead(status, headers).end(status === 204 ? undefined : ' sorry\n ');
    const got = await webhook(server.url).send('1', '{}');
    expect(got).toMatchObject(outcome);
    expect('final' in got).toBe('final' in outcome);
  });

  it('follows no redirect: what it carries is for one address', async () => {
    const other = await target();
    for (const status of [301, 302, 303, 307, 308]) {
      server.answer = (response) => response.writeHead(status, { location: `${other.url}/stolen` }).end();
      expect(await webhook(`${server.url}/hook`).send('1', '{}')).toMatchObject({
        kind: 'refused',
        final: true,
        sentence: `it answers ${status}, a redirect, which is not followed: give the address it leads to`,
      });
    }
    expect(other.received).toEqual([]);
    await other.close();
  });

  it('shows little of an answer, and nothing that could be secret or live', async () => {
    server.answer = (response, { path }) =>
      response.writeHead(403).end(`<b>no</b> \x1b[31m ${path} Bearer abcdef123456 ${'x'.repeat(100_000)}`);
    const outcome = await webhook(`${server.url}/hooks/T0SECRETPATH?key=t0psecret`).send('1', '{}');
    const sentence = 'sentence' in outcome ? outcome.sentence : '';
    expect(sentence).toMatch(/^it answers 403: no \\x1b\[31m \/hooks|^it answers 403: no/);
    expect(sentence).not.toMatch(/T0SECRET|t0psecret|abcdef123456|\x1b/);
    expect(sentence.length).toBeLessThan(200);
  });

  it('is given up when no answer comes in time, or wslog ends', async () => {
    server.answer = () => undefined;
    expect(await webhook(server.url, { timeout: 100 }).send('1', '{}')).toEqual({
      kind: 'unknown',
      sentence: 'no answer within 0.1 s',
    });
    const stop = new AbortController();
    const sent = webhook(server.url, { signal: stop.signal }).send('2', '{}');
    await server.until(2);
    stop.abort();
    expect(await sent).toEqual({ kind: 'unknown', sentence: 'it was given up: wslog ended' });
  });

  it('may have arrived when the connection breaks after it was sent', async () => {
    server.answer = (response) => response.socket?.destroy();
    expect((await webhook(server.url).send('1', '{}')).kind).toBe('unknown');
  });

  it('certainly has not arrived where nobody listens', async () => {
    const gone = await target();
    await gone.close();
    expect(await webhook(gone.url).send('1', '{}')).toEqual({ kind: 'refused', sentence: 'nobody listens there' });
    expect(await webhook('http://nowhere.invalid/').send('1', '{}')).toMatchObject({ kind: 'refused' });
  });

  it('is not sent over a certificate that is not trusted', async () => {
    let asked = 0;
    const tls = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => tls.listen(0, '127.0.0.1', resolve));
    const { port } = tls.address() as AddressInfo;
    expect(await webhook(`https://127.0.0.1:${port}/`).send('1', '{}')).toEqual({
      kind: 'refused',
      sentence: 'its certificate is self-signed',
    });
    expect(asked).toBe(0);
    tls.close();
  });
});

describe('an address', () => {
  it('is shown without what could be its password', () => {
    expect(addressOf('https://hooks.slack.com/services/T0/B0/x', 'a').shown).toBe('https://hooks.slack.com/***');
    expect(addressOf('https://u:p@am.test', 'a').shown).toBe('https://am.test/***');
    expect(addressOf('http://am.test:9093/', 'a').shown).toBe('http://am.test:9093');
  });

  it('is refused without being repeated', () => {
    for (const text of ['hooks.test/s3cret', 'ftp://h/s3cret', 'http://%zz:s3cret@h/']) {
      expect(() => addressOf(text, 'c.yaml: x')).toThrow(/^c.yaml: x: (?!.*s3cret)/);
    }
  });

  it('knows paths below it, and what gives nothing away', () => {
    const shown = (url: string) => below(addressOf(url, 'a'), '/api/v2/alerts').url.href;
    expect(shown('http://am:9093')).toBe('http://am:9093/api/v2/alerts');
    expect(shown('http://am/prefix/')).toBe('http://am/prefix/api/v2/alerts');
    expect(shown('http://am/api/v2/alerts')).toBe('http://am/api/v2/alerts');
    expect(['http://127.0.0.1/x', 'http://localhost:1/?a=b', 'https://am.test/'].map(isNoSecret)).toEqual([
      true,
      true,
      true,
    ]);
    expect(['https://am.test/x', 'https://u@am.test/', 'https://am.test/?k=v'].map(isNoSecret)).toEqual([
      false,
      false,
      false,
    ]);
    expect(isInTheClear(addressOf('http://am.test', 'a'))).toBe(true);
    expect(isInTheClear(addressOf('http://[::1]:1', 'a')) || isInTheClear(addressOf('https://x', 'a'))).toBe(false);
  });
});

describe('another try', () => {
  it('comes later each time, within bounds, and not before it was asked for', () => {
    expect([1, 2, 3].map((attempt) => backoff(attempt, 1))).toEqual([1000, 2000, 4000]);
    expect([1, 2, 3].map((attempt) => backoff(attempt, 0))).toEqual([500, 1000, 2000]);
    expect(backoff(1000, 1)).toBe(300_000);
    expect(backoff(1, 0, 90_000)).toBe(90_000);
    expect(backoff(1, 0, 1e12)).toBe(3_600_000);
  });

  it('reads what Retry-After asks for', () => {
    expect(retryAfter(' 120 ', NOW)).toBe(120_000);
    expect(retryAfter('Sun, 22 Nov 2026 11:00:00 GMT', NOW)).toBe(0);
    expect([null, 'soon', '-1', '1e3', '']).toSatisfy((all: (string | null)[]) =>
      all.every((text) => retryAfter(text, NOW) === undefined),
    );
  });
});

// A self-signed certificate for nothing but this test, valid until 2126.
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsgk9YVXBUaVXGcS3
EA7zljJkglfiqU9UNtt/qhXXyVWhRANCAAQ2hlqg4JDK5neVu8J267nUgmjxWNX1
ZV9EXLDvUYbIPjCgbKV+Pr3JtHTr8NZDBklNCvFtJqFrS0qauATCPYsU
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBjzCCATagAwIBAgIUa1hDx/oMIUkQFb+Xp6/mdyCpqFYwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMzAzMjY1M1oYDzIxMjYxMDMw
MDMyNjUzWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ2hlqg4JDK5neVu8J267nUgmjxWNX1ZV9EXLDvUYbIPjCgbKV+Pr3J
tHTr8NZDBklNCvFtJqFrS0qauATCPYsUo2QwYjAdBgNVHQ4EFgQUvO1ZugLQSgt3
VrSkJIMRlVK0PQowHwYDVR0jBBgwFoAUvO1ZugLQSgt3VrSkJIMRlVK0PQowDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0cAMEQC
IH/72wGSA1q13bWKnRjBIrYoflmO6ylKW2bzglqGbDCHAiAWDspzNC30hTK5ZQ6/
m0p6F7rvvpZgDrPED+ud/R8vYg==
-----END CERTIFICATE-----
`;
