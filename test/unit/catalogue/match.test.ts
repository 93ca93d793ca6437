import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCandidates, compareWithoutLevel, holds } from '../../../src/catalogue/clauses.ts';
import type { AccessFacts } from '../../../src/catalogue/facts.ts';
import { compileSymptoms } from '../../../src/catalogue/match.ts';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';
import { parseErrorLine, parseErrorText } from '../../../src/nginx/error-line.ts';
import { errorMatches, factsFor, variants, without } from './facts-for.ts';

const catalogue = await shippedCatalogue();
const matcher = compileSymptoms(catalogue);

function named(text: string): string | null {
  const record = parseErrorLine(text) ?? parseErrorText(text);
  if (record === null) throw new Error(`not nginx's: ${text}`);
  return matcher.matchError(record)?.id ?? null;
}

function access(status: number, facts: Partial<AccessFacts> = {}): string | null {
  const found = matcher.matchAccess({
    status,
    answeredBy: 'unknown',
    bodyBytes: null,
    tlsBytes: false,
    protocol: 'HTTP/1.1',
    handshake: true,
    ...facts,
  });
  return found?.id ?? null;
}

describe('matchError', () => {
  const tail =
    ', client: 192.0.2.7, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:80/ws", host: "a.test"';

  it('tells the same words apart by phase', () => {
    const timedOut = (phase: string) =>
      named(`2026/11/22 12:06:22 [error] 7#7: *2 upstream timed out (110: Connection timed out) while ${phase}${tail}`);
    expect(timedOut('connecting to upstream')).toBe('upstream-timeout-connect');
    expect(timedOut('SSL handshaking to upstream')).toBe('upstream-timeout-tls');
    expect(timedOut('sending request to upstream')).toBe('upstream-timeout-send');
    expect(timedOut('reading response header from upstream')).toBe('upstream-timeout-header');
    expect(timedOut('reading upstream')).toBe('upstream-timeout-body');
    expect(timedOut('proxying upgraded connection')).toBe('upstream-timeout-tunnel');
  });

  it('tells the sides of a tunnel apart by level', () => {
    const reset = (level: string) =>
      named(
        `2026/11/22 12:06:22 [${level}] 7#7: *2 recv() failed (104: Connection reset by peer) while proxying upgraded connection${tail}`,
      );
    expect(reset('error')).toBe('recv-reset-tunnel-backend');
    expect(reset('info')).toBe('recv-reset-tunnel-client');
  });

  it('reads a tunnel line without a level as the backend side', () => {
    expect(named(`recv() failed (104: Connection reset by peer) while proxying upgraded connection${tail}`)).toBe(
      'recv-reset-tunnel-backend',
    );
    expect(named(`send() failed (32: Broken pipe) while proxying upgraded connection${tail}`)).toBe(
      'send-failed-tunnel-backend',
    );
  });

  it('knows an errno by name on every platform', () => {
    for (const errno of [
      '111: Connection refused',
      '61: Connection refused',
      '10061: No connection could be made because the target machine actively refused it',
    ]) {
      expect(
        named(`2026/11/22 12:06:22 [error] 7#7: *2 connect() failed (${errno}) while connecting to upstream${tail}`),
      ).toBe('upstream-connect-refused');
    }
  });

  it('does not lose a match to its index', () => {
    const cases = [...catalogue.symptoms.values()].flatMap((symptom) =>
      errorMatches(symptom).flatMap((match) => factsFor(match).flatMap((facts) => variants(match, facts))),
    );
    const clause = fc.constantFrom(
      'message',
      'phase',
      'errno',
      'level',
      'context',
      'subrequest',
      'upstream',
      'protocol',
    );
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.option(clause), (facts, changed) => {
        const tried = changed === null ? facts : without(changed, facts);
        const order = tried.level === null ? compareWithoutLevel : compareCandidates;
        const [best] = matcher.errorCandidates.filter((candidate) => holds(candidate, tried)).sort(order);
        expect(matcher.rankError(tried)[0]?.symptom.id).toBe(best?.symptom.id);
      }),
      { numRuns: 1000 },
    );
  });

  it('knows nothing of a message nginx does not have', () => {
    expect(named(`2026/11/22 12:06:22 [error] 7#7: *2 the frobnicator is empty${tail}`)).toBeNull();
  });
});

describe('matchAccess', () => {
  it('looks at handshakes, unless the line itself shows the fault', () => {
    expect(access(502)).toBe('handshake-502');
    expect(access(502, { handshake: false })).toBeNull();
    expect(access(400, { handshake: false, tlsBytes: true })).toBe('tls-bytes-in-request');
    expect(access(101, { handshake: false, protocol: 'HTTP/2.0' })).toBe('handshake-101-http2');
  });

  it('says nothing of a handshake that went well', () => {
    expect(access(101)).toBeNull();
  });

  it('tells who refused', () => {
    expect(access(400)).toBe('handshake-400');
    expect(access(400, { answeredBy: 'backend' })).toBe('handshake-400-backend');
    expect(access(400, { answeredBy: 'nginx', bodyBytes: 157 })).toBe('handshake-400-nginx');
    expect(access(400, { answeredBy: 'nginx', bodyBytes: 255 })).toBe('plain-http-to-https-port-400');
    expect(access(400, { answeredBy: 'nginx', protocol: 'HTTP/2.0' })).toBe('handshake-400-http2');
  });

  it('has a name for every way a handshake is refused', () => {
    const statuses = [
      0, 9, 200, 204, 301, 302, 307, 308, 400, 401, 403, 404, 405, 408, 413, 414, 421, 426, 429, 431, 444, 499, 500,
      501, 502, 503, 504, 505,
    ];
    for (const status of statuses) {
      for (const answeredBy of ['nginx', 'backend', 'unknown'] as const)
        expect(access(status, { answeredBy })).not.toBeNull();
    }
  });

  it('never finds two equally good symptoms', () => {
    const ambiguous: string[] = [];
    for (let status = 0; status < 1000; status++) {
      for (const answeredBy of ['nginx', 'backend', 'unknown'] as const) {
        for (const bodyBytes of [null, 157, 255]) {
          for (const tlsBytes of [false, true]) {
            for (const protocol of [null, 'HTTP/1.1', 'HTTP/2.0']) {
              for (const handshake of [false, true]) {
                const [first, second] = matcher.rankAccess({
                  status,
                  answeredBy,
                  bodyBytes,
                  tlsBytes,
                  protocol,
                  handshake,
                });
                if (second !== undefined && first?.rank.join() === second.rank.join())
                  ambiguous.push(`${first.symptom.id} ${second.symptom.id}`);
              }
            }
          }
        }
      }
    }
    expect([...new Set(ambiguous)]).toEqual([]);
  });
});
