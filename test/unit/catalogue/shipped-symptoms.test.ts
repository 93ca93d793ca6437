import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Candidate, compareRank, holds } from '../../../src/catalogue/clauses.ts';
import type { ErrorFacts } from '../../../src/catalogue/facts.ts';
import { compileSymptoms } from '../../../src/catalogue/match.ts';
import { selfTest } from '../../../src/catalogue/self-test.ts';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';
import { answeredBy } from '../../../src/findings/answered-by.ts';
import { parseErrorLine } from '../../../src/nginx/error-line.ts';
import type { ErrorRecord } from '../../../src/nginx/record.ts';
import { cpuMs } from '../cpu-time.ts';
import { errorMatches, factsFor, variants, without } from './facts-for.ts';

const CAUSES = new Set(
  `client-tls-failed plain-http-to-tls-port tls-to-plain-port request-header-too-large upgrade-over-http2
  handshake-redirected route-not-proxied denied-by-nginx auth-subrequest-failed rate-limited body-too-large
  client-gone-before-upgrade upgrade-headers-missing proxy-http-version backend-refused backend-unreachable
  backend-socket-missing connect-denied backend-backlog-full local-ports-exhausted no-live-upstreams
  upstream-name-unresolved upstream-tls-mismatch upstream-tls-verify-failed upstream-tls-name backend-bad-response
  upstream-header-too-big handshake-timeout read-timeout-zero backend-closed-handshake backend-rejected-handshake
  sticky-session-missing idle-timeout backend-reset-tunnel backend-closed-tunnel client-reset-tunnel
  client-not-reading front-proxy-cut nginx-reload-drop nginx-stopped worker-connections-exhausted
  file-descriptors-exhausted config-map-missing config-invalid`.split(/\s+/),
);

const catalogue = await shippedCatalogue();
const symptoms = [...catalogue.symptoms.values()];
const matcher = compileSymptoms(catalogue);

function parsed(line: string): ErrorRecord {
  const record = parseErrorLine(line);
  if (record === null) throw new Error(`not an error line: ${line}`);
  return record;
}

describe('the shipped symptoms', () => {
  it('are all loaded, each under the name of its file', () => {
    const files = readdirSync(fileURLToPath(new URL('../../../patterns/symptoms', import.meta.url)));
    expect([...catalogue.symptoms.keys()]).toEqual(files.map((name) => name.replace('.yaml', '')).sort());
  });

  it('prove themselves by their samples: each line is won by its own symptom, and no near miss is', () => {
    expect(selfTest(catalogue, answeredBy).failures).toEqual([]);
  });

  it('name known causes only, and the routine ones none', () => {
    const unknown = symptoms.flatMap((s) => s.causes.filter((id) => !CAUSES.has(id)).map((id) => `${s.id}: ${id}`));
    expect(unknown).toEqual([]);
    expect(symptoms.filter((s) => s.role === 'routine' && s.causes.length > 0).map((s) => s.id)).toEqual([]);
  });

  it('follow symptoms that exist and do not follow themselves', () => {
    const dangling = symptoms.flatMap((s) =>
      (s.follows ?? []).filter((id) => id === s.id || !catalogue.symptoms.has(id)).map((id) => `${s.id}: ${id}`),
    );
    expect(dangling).toEqual([]);
    expect(symptoms.filter((s) => s.role === 'follower' && !s.follows?.length).map((s) => s.id)).toEqual([]);
  });

  it('say where each sample comes from, and have a near miss unless many lines show them', () => {
    for (const symptom of symptoms) {
      for (const sample of symptom.samples.match) expect(sample.from, symptom.id).toBeTruthy();
    }
    const bare = symptoms.filter((s) => s.samples['no-match'].length === 0 && errorMatches(s).length > 0);
    expect(bare.map((s) => s.id)).toEqual([]);
  });

  it('reach every cause that a line can show', () => {
    const reached = new Set(symptoms.flatMap((s) => s.causes));
    expect([...CAUSES].filter((id) => !reached.has(id))).toEqual([]);
  });
});

describe('each clause of each symptom', () => {
  const cases = symptoms.flatMap((symptom) =>
    errorMatches(symptom).flatMap((match) => factsFor(match).map((facts) => ({ symptom, match, facts }))),
  );

  it('is needed: a line that fails only this clause gets in when the clause is dropped', () => {
    let proved = 0;
    for (const { symptom, facts } of cases) {
      const own = matcher.errorCandidates.filter((c) => c.symptom === symptom && holds(c, facts));
      expect(own.length, `${symptom.id}: ${facts.message}`).toBeGreaterThan(0);
      for (const candidate of own) {
        for (const clause of candidate.clauses) {
          // A text that is only a wildcard takes every message; its other clauses do the work.
          if (clause.wants === '*') continue;
          const miss = without(clause.name, facts);
          expect(holds(candidate, miss), `${symptom.id} without ${clause.name}`).toBe(false);
          const rest: Candidate<ErrorFacts> = {
            ...candidate,
            clauses: candidate.clauses.filter((other) => other !== clause),
          };
          expect(holds(rest, miss), `${symptom.id} with ${clause.name} dropped`).toBe(true);
          proved++;
        }
      }
    }
    expect(proved).toBeGreaterThan(500);
  });

  it('leads somewhere: no text of a symptom is hidden behind another symptom', () => {
    const hidden = cases
      .filter(
        ({ symptom, match, facts }) =>
          !variants(match, facts).some((v) => matcher.rankError(v)[0]?.symptom === symptom),
      )
      .map(({ symptom, facts }) => `${symptom.id}: ${facts.message}`);
    expect(hidden).toEqual([]);
  });

  it('ranks: no two symptoms match a line equally well', () => {
    const ties = new Set<string>();
    for (const { match, facts } of cases) {
      for (const variant of variants(match, facts)) {
        const [first, ...rest] = matcher.rankError(variant);
        if (first === undefined) continue;
        for (const other of rest) {
          if (other.symptom !== first.symptom && compareRank(first, other) === 0) {
            ties.add(`${first.symptom.id} = ${other.symptom.id}: ${variant.message}`);
          }
        }
      }
    }
    expect([...ties]).toEqual([]);
  });
});

describe('text that a client wrote', () => {
  const messages = symptoms.flatMap((symptom) =>
    symptom.samples.match
      .map((sample) => parseErrorLine(sample.line))
      .filter((record) => record !== null)
      .map((record) => `${record.message} (104: Connection reset by peer) while ${record.phase ?? 'reading upstream'}`),
  );

  it('matches nothing in the request, the host or the referrer', () => {
    expect(messages.length).toBeGreaterThan(150);
    for (const text of messages) {
      for (const line of [
        `access forbidden by rule, client: 192.0.2.7, server: a.test, request: "GET /${text} HTTP/1.1", host: "a.test"`,
        `access forbidden by rule, client: 192.0.2.7, server: a.test, request: "GET / HTTP/1.1", host: "${text}"`,
        `access forbidden by rule, client: 192.0.2.7, server: a.test, request: "GET / HTTP/1.1", host: "a.test", referrer: "${text}"`,
      ]) {
        const record = parsed(`2026/11/22 12:06:22 [error] 7#7: *32 ${line}`);
        expect(matcher.matchError(record)?.id, line).toBe('access-forbidden-by-rule');
      }
    }
  });

  it('stays a file name in a message that quotes a path', () => {
    for (const text of messages) {
      const tail = ', client: 192.0.2.7, server: a.test, request: "GET /x HTTP/1.1", host: "a.test"';
      const file = parsed(`2026/11/22 12:06:22 [error] 7#7: *32 open() "/srv/${text}" failed (2: No such file)${tail}`);
      expect(matcher.matchError(file)?.id ?? 'none', text).toBe('static-file-missing');
      const index = parsed(
        `2026/11/22 12:06:22 [error] 7#7: *32 directory index of "/srv/${text}" is forbidden${tail}`,
      );
      expect(matcher.matchError(index)?.id ?? 'none', text).toBe('directory-index-forbidden');
    }
  });

  it('costs less than a millisecond however it is made', () => {
    const literals = matcher.errorCandidates.flatMap((c) =>
      c.clauses.filter((x) => x.name === 'message').map((x) => x.wants),
    );
    const hostile = [...new Set(literals)].map((wants) => {
      const parts = wants.split('*').filter((part) => part !== '');
      const repeated = (parts.at(-1) ?? 'x').repeat(65_536 / (parts.at(-1)?.length ?? 1));
      return `${parts[0] ?? ''}${repeated}`.slice(0, 65_536);
    });
    const record = parsed('2026/11/22 12:06:22 [error] 7#7: *32 access forbidden by rule');
    for (const message of hostile.slice(0, 50)) matcher.matchError({ ...record, message });
    const spent = cpuMs(() => {
      for (const message of hostile) matcher.matchError({ ...record, message });
    });
    expect(spent / hostile.length).toBeLessThan(1);
  });
});
