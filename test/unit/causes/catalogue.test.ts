import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import type { Cause } from '../../../src/catalogue/types.ts';
import { FACTS, holdsKnownValues } from './facts.ts';

const PATTERNS = fileURLToPath(new URL('../../../patterns', import.meta.url));

/** The ids that reports, scripts and `wslog explain` use; none may vanish or be renamed. */
const IDS = [
  'auth-subrequest-failed',
  'backend-backlog-full',
  'backend-bad-response',
  'backend-closed-handshake',
  'backend-closed-tunnel',
  'backend-refused',
  'backend-rejected-handshake',
  'backend-reset-tunnel',
  'backend-socket-missing',
  'backend-unreachable',
  'body-too-large',
  'client-gone-before-upgrade',
  'client-not-reading',
  'client-reset-tunnel',
  'client-tls-failed',
  'config-invalid',
  'config-map-missing',
  'connect-denied',
  'denied-by-nginx',
  'file-descriptors-exhausted',
  'front-proxy-cut',
  'handshake-redirected',
  'handshake-timeout',
  'idle-timeout',
  'local-ports-exhausted',
  'nginx-reload-drop',
  'nginx-stopped',
  'no-live-upstreams',
  'plain-http-to-tls-port',
  'proxy-http-version',
  'rate-limited',
  'read-timeout-zero',
  'request-header-too-large',
  'route-not-proxied',
  'sticky-session-missing',
  'tls-to-plain-port',
  'upgrade-headers-missing',
  'upgrade-over-http2',
  'upstream-header-too-big',
  'upstream-name-unresolved',
  'upstream-tls-mismatch',
  'upstream-tls-name',
  'upstream-tls-verify-failed',
  'worker-connections-exhausted',
];

/** Found in the shape of many sessions or events, not in a line; they need no file to be evidence. */
const COMPUTED = new Set([
  'sessions-cut-at-timer',
  'sessions-ended-at-once',
  'sessions-ended-with-worker',
  'clients-return-at-period',
  'nginx-fast-stop',
]);

const { catalogue, problems } = await loadCatalogue([PATTERNS]);
const causes = [...catalogue.causes.values()];
const each = causes.map((cause) => [cause.id, cause] as const);

function rulesOf(cause: Cause) {
  return [...cause.evidence.for, ...cause.evidence.against];
}

function symptomsOf(cause: Cause, side: 'for' | 'against'): string[] {
  return cause.evidence[side].filter((r) => r.fact === 'symptom').flatMap((r) => [r.is ?? []].flat().map(String));
}

/** Every text of the file that is shown to a reader. */
function texts(cause: Cause): string[] {
  return [
    cause.title,
    cause.headline,
    cause.explain,
    cause.fix.summary,
    ...rulesOf(cause).flatMap((r) => r.text ?? []),
    ...cause.fix.steps.flatMap((s) => [s.do, s.why ?? '', s.risk ?? '', s.nginx ?? '', s.run ?? '']),
    ...cause.verify.flatMap((v) => [v.run, v.expect]),
    ...(cause.versions ?? []).flatMap((v) => [v.when, v.note]),
    ...(cause.myths ?? []).flatMap((m) => [m.claim, m.truth]),
    cause.owner ?? '',
  ];
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{([a-z]+)\}/g)].map((found) => found[1] ?? '');
}

function commands(cause: Cause): string[] {
  return [...cause.fix.steps.flatMap((s) => s.run ?? []), ...cause.verify.map((v) => v.run)];
}

describe('the cause files', () => {
  it('pass the schema', () => {
    expect(problems.filter((problem) => problem.includes('causes/'))).toEqual([]);
  });

  it('are there for every published id and for no other', () => {
    expect([...catalogue.causes.keys()].sort()).toEqual(IDS);
  });

  it('are named after their ids', async () => {
    const files = (await readdir(`${PATTERNS}/causes`)).sort();
    expect(files).toEqual(IDS.map((id) => `${id}.yaml`));
  });

  it('answer every cause that a symptom names with evidence of that symptom', () => {
    const missing = [...catalogue.symptoms.values()].flatMap((symptom) =>
      symptom.causes
        .filter((id) => {
          const cause = catalogue.causes.get(id);
          return cause === undefined || !symptomsOf(cause, 'for').includes(symptom.id);
        })
        .map((id) => `${symptom.id} -> ${id}`),
    );
    expect(missing).toEqual([]);
  });

  it('count a symptom once on a side', () => {
    for (const cause of causes) {
      const named = symptomsOf(cause, 'for');
      expect(new Set(named).size, cause.id).toBe(named.length);
    }
  });
});

describe.each(each)('%s', (_, cause) => {
  it('weighs facts the diagnosis computes, with values they can have', () => {
    for (const rule of rulesOf(cause)) {
      expect(FACTS.has(rule.fact), `fact ${rule.fact}`).toBe(true);
      expect(holdsKnownValues(rule), JSON.stringify(rule)).toBe(true);
    }
  });

  it('names symptoms that exist', () => {
    const unknown = [...symptomsOf(cause, 'for'), ...symptomsOf(cause, 'against')].filter(
      (id) => !catalogue.symptoms.has(id) && !COMPUTED.has(id),
    );
    expect(unknown).toEqual([]);
  });

  it('can be reached from a symptom', () => {
    expect(symptomsOf(cause, 'for').length).toBeGreaterThan(0);
  });

  it('has weights whose sign is that of their side and whose size is on the common scale', () => {
    for (const rule of cause.evidence.for) expect(rule.weight, JSON.stringify(rule)).toBeGreaterThan(0);
    for (const rule of cause.evidence.against) expect(rule.weight, JSON.stringify(rule)).toBeLessThan(0);
    for (const rule of rulesOf(cause)) expect(Math.abs(rule.weight)).toBeLessThanOrEqual(7);
    expect(Math.abs(cause.prior ?? 0)).toBeLessThanOrEqual(2);
  });

  it('speaks ASCII, so that every terminal shows it', () => {
    for (const text of texts(cause)) expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('uses placeholders that the program fills in', () => {
    for (const command of commands(cause)) {
      for (const name of placeholders(command)) expect(['server', 'path', 'upstream', 'port']).toContain(name);
    }
    for (const name of placeholders(cause.headline)) {
      expect(['upstream', 'path', 'seconds', 'server', 'status', 'name']).toContain(name);
    }
    const prose = [cause.title, cause.explain, ...rulesOf(cause).flatMap((r) => r.text ?? [])].join('\n');
    for (const name of placeholders(prose)) expect(['value']).toContain(name);
  });

  it('keeps placeholders out of quotes, because they are filled with words that are quoted already', () => {
    for (const command of commands(cause)) {
      for (const quoted of command.matchAll(/'[^']*'|"[^"]*"/g)) {
        expect(quoted[0]).not.toMatch(/\{(server|path|upstream|port)\}/);
      }
    }
  });

  it('teaches: several paragraphs, a fix, a way to verify it, and whose door it is', () => {
    expect(cause.explain.trim().split(/\n\n/).length).toBeGreaterThanOrEqual(3);
    expect(cause.title).not.toMatch(/[.]$/);
    expect(cause.verify.length).toBeGreaterThan(0);
    expect(cause.fix.steps.some((s) => s.nginx !== undefined || s.run !== undefined)).toBe(true);
    expect(cause.directive ?? cause.owner).toBeDefined();
    for (const url of cause.references ?? []) expect(url).toMatch(/^https:\/\/[\w./-]+(#[\w.-]+)?$/);
  });

  it('has a block named for each snippet that is not for a location', () => {
    for (const step of cause.fix.steps) if (step.at !== undefined) expect(step.nginx).toBeDefined();
  });
});

describe('the commands', () => {
  it('are valid for a POSIX shell once filled in', () => {
    const filled = causes
      .flatMap(commands)
      .map((command) => command.replace(/\{(server|path|upstream|port)\}/g, "'x y'"));
    expect(filled.length).toBeGreaterThan(80);
    // Each is read as the body of a function that nobody calls: a shell for each would take seconds.
    const read = 'for command; do (eval "f() {\n$command\n}") || printf "in: %s\\n" "$command" >&2; done';
    const { status, stderr } = spawnSync('sh', ['-c', read, 'sh', ...filled], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('carry a handshake key that strict servers accept: 16 bytes', () => {
    const keys = causes
      .flatMap(commands)
      .flatMap((c) => [...c.matchAll(/Sec-WebSocket-Key: ([^'\\]+)/g)].map((m) => m[1] ?? ''));
    expect(keys.length).toBeGreaterThan(40);
    for (const key of keys) expect(Buffer.from(key, 'base64').length).toBe(16);
  });
});
