import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import type { Fact, FactValue } from '../../../src/diagnosis/fact.ts';
import { rankCauses } from '../../../src/diagnosis/weigh.ts';

const { catalogue } = await loadCatalogue([fileURLToPath(new URL('../../../patterns', import.meta.url))]);

type Told = Readonly<Record<string, FactValue | readonly FactValue[]>>;

/** Ranks the causes that the symptoms name, from these facts alone. */
function rank(told: Told) {
  const facts = new Map<string, Fact>();
  for (const [name, value] of Object.entries(told)) {
    facts.set(name, { values: [value].flat() as FactValue[], text: (v) => `${name} ${v}`, ref: null });
  }
  const candidates = new Map<string, number>();
  for (const id of [told.symptom ?? []].flat()) {
    const symptom = catalogue.symptoms.get(String(id));
    if (symptom === undefined) throw new Error(`no symptom ${id}`);
    for (const [place, cause] of symptom.causes.entries()) {
      candidates.set(cause, Math.min(place, candidates.get(cause) ?? place));
    }
  }
  return rankCauses(candidates, facts, catalogue);
}

/** What the first cause's confidence must be: said without doubt, or at least first. */
const CLEAR = 0.8;

const refusedByBackend = { 'answered-by': 'backend', 'endpoint-success': 'none', 'path-kind': 'other' } as const;

describe('the evidence tells apart causes that share a symptom', () => {
  const cases: [string, Told, string][] = [
    [
      'every handshake gets 400 from the backend',
      {
        ...refusedByBackend,
        symptom: 'handshake-400-backend',
        status: '400',
        'upstream-status': '400',
        'sid-in-query': false,
        upstreams: 1,
      },
      'upgrade-headers-missing',
    ],
    [
      'every handshake gets 400, in a combined log',
      {
        symptom: 'handshake-400',
        status: '400',
        'answered-by': 'unknown',
        'endpoint-success': 'none',
        'path-kind': 'other',
        'sid-in-query': false,
      },
      'upgrade-headers-missing',
    ],
    [
      'every handshake gets 426',
      {
        ...refusedByBackend,
        symptom: 'handshake-426',
        status: '426',
        'upstream-status': '426',
        'sid-in-query': false,
        upstreams: 1,
      },
      'upgrade-headers-missing',
    ],
    [
      'the configuration forwards both headers, over HTTP/1.0, and all get 426',
      {
        ...refusedByBackend,
        symptom: 'handshake-426',
        status: '426',
        'conf-upgrade': 'forwarded',
        'conf-connection': 'forwarded',
        'conf-http-version': '1.0',
      },
      'proxy-http-version',
    ],
    [
      'every handshake gets 505 from the backend',
      { ...refusedByBackend, symptom: 'handshake-505', status: '505', 'upstream-status': '505', body: 'empty' },
      'proxy-http-version',
    ],
    [
      '400 while most handshakes succeed',
      {
        symptom: 'handshake-400-backend',
        status: '400',
        'upstream-status': '400',
        'answered-by': 'backend',
        'endpoint-success': 'most',
        'path-kind': 'other',
        'sid-in-query': false,
        upstreams: 1,
      },
      'backend-rejected-handshake',
    ],
    [
      '403 from the backend',
      { ...refusedByBackend, symptom: 'handshake-403-backend', status: '403', 'upstream-status': '403' },
      'backend-rejected-handshake',
    ],
    [
      '403 with a page as long as nginx makes it',
      {
        symptom: 'handshake-403-nginx',
        status: '403',
        'answered-by': 'nginx',
        body: 'nginx-error-page',
        'endpoint-success': 'none',
      },
      'denied-by-nginx',
    ],
    [
      'socket.io, session unknown, two backends',
      {
        symptom: 'handshake-400-backend',
        status: '400',
        'upstream-status': '400',
        'answered-by': 'backend',
        body: 'says-session-unknown',
        'sid-in-query': true,
        upstreams: 2,
        'path-kind': 'socket.io',
        'endpoint-success': 'some',
      },
      'sticky-session-missing',
    ],
    [
      'socket.io, session unknown, in a combined log',
      {
        symptom: 'handshake-400',
        status: '400',
        'answered-by': 'unknown',
        body: 'says-session-unknown',
        'sid-in-query': true,
        'path-kind': 'socket.io',
        'endpoint-success': 'some',
      },
      'sticky-session-missing',
    ],
    [
      'missing headers in front of socket.io, one backend',
      {
        symptom: 'handshake-400-backend',
        status: '400',
        'upstream-status': '400',
        'answered-by': 'backend',
        body: 'says-upgrade-missing',
        'sid-in-query': true,
        upstreams: 1,
        'path-kind': 'socket.io',
        'endpoint-success': 'none',
      },
      'upgrade-headers-missing',
    ],
    [
      '404 from nginx after a missing file',
      {
        symptom: ['static-file-missing', 'handshake-404-nginx'],
        status: '404',
        'answered-by': 'nginx',
        body: 'nginx-error-page',
        'endpoint-success': 'none',
      },
      'route-not-proxied',
    ],
    [
      'no answer for as long as a timeout lasts',
      {
        symptom: 'upstream-timeout-header',
        status: '504',
        'request-time': 'timer',
        'answered-by': 'nginx',
        'endpoint-success': 'none',
      },
      'handshake-timeout',
    ],
    [
      'a timeout that took no time',
      {
        symptom: 'upstream-timeout-header',
        status: '504',
        'request-time': 'instant',
        'answered-by': 'nginx',
        'endpoint-success': 'none',
      },
      'read-timeout-zero',
    ],
    [
      'a connect timeout that took no time',
      { symptom: 'upstream-timeout-connect', status: '504', 'request-time': 'instant', 'endpoint-success': 'none' },
      'read-timeout-zero',
    ],
    [
      'a connect timeout that took its time',
      { symptom: 'upstream-timeout-connect', status: '504', 'request-time': 'timer' },
      'backend-unreachable',
    ],
    [
      'refusals and what follows from them',
      {
        symptom: ['upstream-connect-refused', 'upstream-server-disabled', 'no-live-upstreams', 'handshake-502'],
        status: '502',
        'request-time': 'instant',
        'answered-by': 'nginx',
      },
      'backend-refused',
    ],
    [
      'no live upstreams alone',
      { symptom: ['no-live-upstreams'], status: '502', 'request-time': 'instant' },
      'no-live-upstreams',
    ],
    [
      'a closed connection before the answer',
      {
        symptom: 'upstream-closed-header',
        status: '502',
        'upstream-port-tls': false,
        'endpoint-success': 'none',
        'answered-by': 'nginx',
      },
      'backend-closed-handshake',
    ],
    [
      'plain text in the TLS handshake with the backend',
      {
        symptom: 'upstream-tls-plain-backend',
        status: '502',
        'upstream-scheme': 'https',
        'upstream-port-tls': false,
        'endpoint-success': 'none',
      },
      'upstream-tls-mismatch',
    ],
    [
      'an auth service that is down',
      {
        symptom: ['subrequest-upstream-failed', 'auth-request-unexpected-status'],
        status: '500',
        'answered-by': 'nginx',
        'endpoint-success': 'none',
      },
      'auth-subrequest-failed',
    ],
    [
      'a limit, while others get through',
      { symptom: 'limiting-connections', status: '503', 'answered-by': 'nginx', 'endpoint-success': 'some' },
      'rate-limited',
    ],
    [
      'nginx says that it cut idle tunnels',
      {
        symptom: 'upstream-timeout-tunnel',
        status: '101',
        'error-log-shows': 'info',
        'session-length': 'timer',
        'session-timer': 'other',
        'session-bytes': 'none',
      },
      'idle-timeout',
    ],
    [
      'sessions of 60 s, error log at error',
      {
        symptom: 'sessions-cut-at-timer',
        status: '101',
        'error-log-shows': 'error',
        'session-length': 'timer',
        'session-seconds': 60.01,
        'session-timer': 'nginx-default',
        'session-bytes': 'none',
      },
      'idle-timeout',
    ],
    [
      'sessions of 60 s, error log at info without a word',
      {
        symptom: 'sessions-cut-at-timer',
        status: '101',
        'error-log-shows': 'info',
        'session-length': 'timer',
        'session-seconds': 60.01,
        'session-timer': 'nginx-default',
        'session-bytes': 'data',
      },
      'front-proxy-cut',
    ],
    [
      'sessions of 100 s, error log at error',
      {
        symptom: 'sessions-cut-at-timer',
        status: '101',
        'error-log-shows': 'error',
        'session-length': 'timer',
        'session-seconds': 100.1,
        'session-timer': 'other',
        'session-bytes': 'data',
      },
      'front-proxy-cut',
    ],
    [
      'sessions of 3.5 s that end with a close frame, error log at info',
      {
        symptom: 'sessions-cut-at-timer',
        status: '101',
        'error-log-shows': 'info',
        'session-length': 'timer',
        'session-seconds': 3.5,
        'session-timer': 'other',
        'session-bytes': 'close-frame',
      },
      'front-proxy-cut',
    ],
    [
      'sessions dropped at once',
      {
        symptom: 'sessions-ended-at-once',
        status: '101',
        'error-log-shows': 'error',
        'session-length': 'instant',
        'session-bytes': 'close-frame',
      },
      'backend-closed-tunnel',
    ],
    [
      'sessions that end together after a reload',
      {
        symptom: 'sessions-ended-with-worker',
        status: '101',
        'error-log-shows': 'notice',
        'ends-together': 'reload',
        'nginx-event': 'reload',
        'session-bytes': 'none',
      },
      'nginx-reload-drop',
    ],
    ['a worker that crashed', { symptom: 'worker-crash', 'nginx-event': 'crash', level: 'alert' }, 'nginx-stopped'],
    [
      'a handshake over HTTP/2',
      {
        symptom: 'handshake-400-nginx',
        status: '400',
        protocol: 'HTTP/2.0',
        'answered-by': 'nginx',
        'endpoint-success': 'none',
      },
      'upgrade-over-http2',
    ],
    [
      "the backend's resets",
      { symptom: 'recv-reset-tunnel-backend', status: '101', level: 'error' },
      'backend-reset-tunnel',
    ],
    [
      "the clients' resets",
      { symptom: 'recv-reset-tunnel-client', status: '101', level: 'info', 'error-log-shows': 'info' },
      'client-reset-tunnel',
    ],
    ['no map for $connection_upgrade', { symptom: 'config-map-missing', level: 'emerg' }, 'config-map-missing'],
  ];
  it.each(cases)('%s', (_, told, expected) => {
    const ranked = rank(told);
    const shown = ranked.map((r) => `${r.cause.id} ${r.confidence.toFixed(2)}`).join(', ');
    expect(ranked[0]?.cause.id, shown).toBe(expected);
    expect(ranked[0]?.confidence, shown).toBeGreaterThan(CLEAR);
  });
});

describe('doubt stays visible', () => {
  it('when only a status says that a backend answered 404', () => {
    const ranked = rank({
      ...refusedByBackend,
      symptom: 'handshake-404-backend',
      status: '404',
      'upstream-status': '404',
    });
    const two = ranked
      .slice(0, 2)
      .map((r) => r.cause.id)
      .sort();
    expect(two).toEqual(['backend-rejected-handshake', 'upgrade-headers-missing']);
    expect(ranked[0]?.confidence).toBeLessThan(0.8);
  });

  it('when an access log alone shows 502', () => {
    const ranked = rank({
      symptom: 'handshake-502',
      status: '502',
      'answered-by': 'unknown',
      'endpoint-success': 'none',
    });
    expect(ranked[0]?.confidence).toBeLessThan(0.8);
  });
});

describe('the configuration is the strongest evidence', () => {
  it('turns missing headers into a refusal when they are forwarded', () => {
    const told = { ...refusedByBackend, symptom: 'handshake-400-backend', status: '400', 'upstream-status': '400' };
    expect(rank(told)[0]?.cause.id).toBe('upgrade-headers-missing');
    const known = rank({
      ...told,
      'conf-upgrade': 'forwarded',
      'conf-connection': 'forwarded',
      'conf-http-version': '1.1',
    });
    expect(known[0]?.cause.id).toBe('backend-rejected-handshake');
  });

  it('makes a certainty of what is likely', () => {
    const told = { ...refusedByBackend, symptom: 'handshake-404-backend', status: '404', 'upstream-status': '404' };
    const known = rank({ ...told, 'conf-upgrade': 'missing', 'conf-connection': 'close', 'conf-proxied': true });
    expect(known[0]?.cause.id).toBe('upgrade-headers-missing');
    expect(known[0]?.confidence).toBeGreaterThan(0.95);
  });

  it.each([
    ['conf-affinity', true],
    ['conf-upstream-servers', 1],
  ])('rules sticky sessions out by %s', (name, value) => {
    const told: Told = {
      symptom: 'handshake-400-backend',
      status: '400',
      'answered-by': 'backend',
      'path-kind': 'socket.io',
      'sid-in-query': true,
      'endpoint-success': 'some',
    };
    const before = rank(told).find((r) => r.cause.id === 'sticky-session-missing')?.confidence ?? 0;
    const after =
      rank({ ...told, [name]: value }).find((r) => r.cause.id === 'sticky-session-missing')?.confidence ?? 0;
    expect(after).toBeLessThan(before / 2);
  });
});
