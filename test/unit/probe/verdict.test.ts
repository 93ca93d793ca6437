import { describe, expect, it } from 'vitest';
import type { Answer, Attempt, FailureKind, Handshake, TunnelEnd } from '../../../src/probe/attempt.ts';
import type { HoldResult } from '../../../src/probe/hold.ts';
import { readTarget, type Target } from '../../../src/probe/target.ts';
import { type Trial, type TrialId, trialsPast, trialsThrough } from '../../../src/probe/trials.ts';
import { judge, type ProbeFacts } from '../../../src/probe/verdict.ts';

const ACCEPT = 'right';

function target(url: string): Target {
  const found = readTarget(url, null);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

const HANDSHAKE: Handshake = {
  httpVersion: '1.1',
  host: 'chat.test',
  origin: 'http://chat.test',
  upgrade: true,
  connection: 'Upgrade',
  protocols: [],
  cookie: null,
  headers: [],
  serverName: null,
};

function attempt(url: string, more: Partial<Attempt>): Attempt {
  return {
    target: target(url),
    handshake: HANDSHAKE,
    addresses: [],
    address: '192.0.2.1:80',
    passedOver: [],
    tls: null,
    failure: null,
    answer: null,
    expectedAccept: ACCEPT,
    opening: null,
    timings: { dns: 0, connect: 0, tls: null, answer: 0.01 },
    ...more,
  };
}

function says(status: number, body = '', headers: Answer['headers'] = []): Partial<Attempt> {
  const answer: Answer = {
    httpVersion: '1.1',
    status,
    reason: '',
    headers,
    headBytes: 200,
    body,
    bodyBytes: body.length,
    badLines: [],
  };
  return { answer };
}

const OPEN = { pong: true, end: null };
const UPGRADE: Answer['headers'] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'upgrade'],
  ['Sec-WebSocket-Accept', ACCEPT],
];
const ok = (headers = UPGRADE): Partial<Attempt> => ({ ...says(101, '', headers), opening: OPEN });
const fails = (kind: FailureKind, text = 'does something'): Partial<Attempt> => ({ failure: { kind, text } });
const page = (status: number, text = ''): Partial<Attempt> =>
  says(status, `<h1>${status}</h1>${text}<hr><center>nginx/1.22.1</center>`);
const FRONT = 'ws://chat.test/ws';
const BACK = 'http://10.0.0.5:8080/ws';

interface Told {
  readonly through: Partial<Attempt>;
  readonly url?: string;
  readonly direct?: Partial<Attempt>;
  readonly back?: string;
  readonly trials?: readonly (readonly [TrialId, Partial<Attempt>])[];
  readonly more?: Partial<ProbeFacts>;
}

const THROUGH: ReadonlySet<TrialId> = new Set(['other-scheme', 'plain-get', 'site-origin', 'no-origin', 'again']);

function facts({ through, url = FRONT, direct, back = BACK, trials = [], more = {} }: Told): ProbeFacts {
  const made: Trial[] = trials.map(([id, found]) => {
    const way = THROUGH.has(id) ? 'through' : 'direct';
    const at = attempt(way === 'through' ? url : back, found);
    return { id, way, words: `(${id})`, target: at.target, handshake: HANDSHAKE, isFallback: false, attempt: at };
  });
  return {
    through: attempt(url, through),
    made: 1,
    succeeded: through.opening?.end === null ? 1 : 0,
    direct: direct === undefined ? null : attempt(back, direct),
    trials: made,
    hold: null,
    location: null,
    lines: [],
    ...more,
  };
}

const TLS = { protocol: 'TLSv1.3', cipher: 'x', alpn: 'http/1.1', subject: 'a', issuer: 'a', names: 'a', validTo: 0 };

const TABLE: readonly (readonly [what: string, cause: string | null, told: Told])[] = [
  ['nothing listens at nginx', null, { through: fails('refused') }],
  ['the name does not resolve', null, { through: fails('name-unknown') }],
  ['TLS is refused', 'client-tls-failed', { url: 'wss://chat.test/ws', through: fails('tls-refused') }],
  ['the certificate is not trusted', 'client-tls-failed', { url: 'wss://chat.test/ws', through: fails('certificate') }],
  [
    'a plain port is asked in TLS',
    'tls-to-plain-port',
    { url: 'wss://chat.test/ws', through: fails('not-tls'), trials: [['other-scheme', page(404)]] },
  ],
  ['a TLS port answers in TLS', 'plain-http-to-tls-port', { through: fails('speaks-tls') }],
  [
    "a backend's TLS bytes come through a plain port",
    'upstream-tls-mismatch',
    { through: fails('speaks-tls'), trials: [['other-scheme', fails('not-tls')]] },
  ],
  [
    'a TLS port closes on plain HTTP',
    'plain-http-to-tls-port',
    { through: fails('closed'), trials: [['other-scheme', { ...page(404), tls: { ...TLS, problem: null } }]] },
  ],
  ['the port speaks only HTTP/2', 'upgrade-over-http2', { through: fails('speaks-http2') }],
  ['garbage', 'backend-bad-response', { through: fails('not-http'), direct: fails('not-http') }],
  ['silence on both ways', 'handshake-timeout', { through: fails('answer-timeout'), direct: fails('answer-timeout') }],
  [
    'silence, and no way to the backend',
    'backend-unreachable',
    { through: fails('answer-timeout'), direct: fails('connect-timeout') },
  ],
  [
    'silence to a request without the headers',
    'upgrade-headers-missing',
    {
      through: fails('answer-timeout'),
      direct: ok(),
      trials: [
        ['stripped', fails('answer-timeout')],
        ['http-1.0', ok()],
      ],
    },
  ],
  ['a redirect', 'handshake-redirected', { through: says(302, '', [['Location', '/login']]) }],
  [
    'an own page about TLS',
    'plain-http-to-tls-port',
    { through: page(400, 'The plain HTTP request was sent to HTTPS port') },
  ],
  [
    'the same page from behind',
    'upstream-tls-mismatch',
    {
      through: page(400, 'The plain HTTP request was sent to HTTPS port'),
      direct: page(400, 'The plain HTTP request was sent to HTTPS port'),
    },
  ],
  ['cookies too large', 'request-header-too-large', { through: page(400, 'Request Header Or Cookie Too Large') }],
  ['URI too long', 'request-header-too-large', { through: page(414) }],
  [
    'a client certificate is wanted',
    'client-tls-failed',
    { through: page(400, 'No required SSL certificate was sent') },
  ],
  ['misdirected', 'client-tls-failed', { through: page(421) }],
  ['404 of nginx', 'route-not-proxied', { through: page(404), direct: ok() }],
  ['405 of nginx', 'route-not-proxied', { through: page(405) }],
  ['403 of nginx', 'denied-by-nginx', { through: page(403) }],
  ['401 of nginx', 'denied-by-nginx', { through: page(401) }],
  ['503 of nginx', 'rate-limited', { through: page(503), trials: [['again', ok()]] }],
  ['an instant 504', 'read-timeout-zero', { through: page(504), direct: ok() }],
  [
    'a late 504',
    'handshake-timeout',
    {
      through: { ...page(504), timings: { dns: 0, connect: 0, tls: null, answer: 60 } },
      direct: fails('answer-timeout'),
    },
  ],
  ['502, refused past nginx', 'backend-refused', { through: page(502), direct: fails('refused') }],
  ['502, no socket', 'backend-socket-missing', { through: page(502), direct: fails('socket-missing') }],
  ['502, a closed socket mode', 'connect-denied', { through: page(502), direct: fails('denied') }],
  ['502, a full queue', 'backend-backlog-full', { through: page(502), direct: fails('backlog-full') }],
  ['502, no route', 'backend-unreachable', { through: page(502), direct: fails('unreachable') }],
  ['502, an unknown name', 'upstream-name-unresolved', { through: page(502), direct: fails('name-unknown') }],
  ['502, closed past nginx', 'backend-closed-handshake', { through: page(502), direct: fails('closed') }],
  [
    '502, closed past nginx but TLS answers',
    'upstream-tls-mismatch',
    {
      through: page(502),
      direct: fails('closed'),
      trials: [['other-scheme-direct', { ...ok(), tls: { ...TLS, problem: null } }]],
    },
  ],
  [
    '502, https to a plain port',
    'upstream-tls-mismatch',
    { through: page(502), back: 'https://10.0.0.5/ws', direct: fails('not-tls') },
  ],
  ['502, garbage past nginx', 'backend-bad-response', { through: page(502), direct: fails('not-http') }],
  [
    '502, a large header past nginx',
    'upstream-header-too-big',
    { through: page(502), direct: { ...ok(), answer: { ...(says(101).answer as Answer), headBytes: 9000 } } },
  ],
  [
    '502, closed on HTTP/1.0',
    'proxy-http-version',
    {
      through: page(502),
      direct: ok(),
      trials: [
        ['http-1.0', fails('closed')],
        ['stripped', says(400, 'x')],
      ],
    },
  ],
  [
    '502, no server name',
    'upstream-tls-name',
    {
      through: page(502),
      back: 'https://10.0.0.5/ws',
      direct: { ...ok(), tls: { ...TLS, problem: null } },
      trials: [['no-server-name', fails('tls-refused')]],
    },
  ],
  ['502 alone', 'backend-refused', { through: page(502) }],
  [
    'the answer of a request without the headers',
    'upgrade-headers-missing',
    {
      through: says(400, 'Bad Request\n'),
      direct: ok(),
      trials: [
        ['stripped', says(400, 'Bad Request\n')],
        ['http-1.0', ok()],
      ],
    },
  ],
  [
    'the answer of HTTP/1.0',
    'proxy-http-version',
    {
      through: says(426, 'x'),
      direct: ok(),
      trials: [
        ['stripped', says(404)],
        ['http-1.0', says(426, 'x')],
      ],
    },
  ],
  [
    'both trials answered alike: the headers are the commoner fault',
    'upgrade-headers-missing',
    {
      through: says(400, 'x'),
      direct: ok(),
      trials: [
        ['stripped', says(400, 'x')],
        ['http-1.0', says(400, 'x')],
      ],
    },
  ],
  ['505', 'proxy-http-version', { through: says(505, 'no') }],
  ['426 alone', 'upgrade-headers-missing', { through: says(426, 'Upgrade Required') }],
  ['refused past nginx as well', 'backend-rejected-handshake', { through: says(403, 'no'), direct: says(403, 'no') }],
  [
    'accepted without the Origin',
    'backend-rejected-handshake',
    { through: says(403, 'no'), trials: [['no-origin', ok()]] },
  ],
  [
    'the Host of proxy_pass is refused',
    'backend-rejected-handshake',
    {
      through: says(403, 'no'),
      direct: ok(),
      trials: [
        ['stripped', says(400)],
        ['proxy-host', says(403, 'no')],
      ],
    },
  ],
  [
    'a session of another node',
    'sticky-session-missing',
    { through: says(400, '{"code":1,"message":"Session ID unknown"}') },
  ],
  [
    'a wrong accept value',
    null,
    { through: { ...says(101, '', [...UPGRADE.slice(0, 2), ['Sec-WebSocket-Accept', 'x']]) } },
  ],
  ['a subprotocol nobody offered', null, { through: { ...ok([...UPGRADE, ['Sec-WebSocket-Protocol', 'x']]) } }],
];

describe('judge', () => {
  it.each(TABLE)('%s: %s', (_, cause, told) => {
    const verdict = judge(facts(told));
    expect(verdict.healthy).toBe(false);
    expect(verdict.cause).toBe(cause);
    if (cause === null) expect(verdict.statement).toMatch(/./);
    else expect(verdict.evidence.length).toBeGreaterThan(0);
  });

  it('calls a good handshake healthy, also when the way past nginx is closed', () => {
    expect(judge(facts({ through: ok() }))).toMatchObject({ healthy: true, cause: null });
    expect(judge(facts({ through: ok(), direct: fails('refused') }))).toMatchObject({ healthy: true, cause: null });
  });

  it('is not healthy when some of several handshakes failed', () => {
    const verdict = judge(facts({ through: page(503), more: { made: 5, succeeded: 3 } }));
    expect(verdict.cause).toBe('rate-limited');
    expect(verdict.evidence.map(({ text }) => text).join()).toContain('3 of 5');
  });

  it('says without a way past nginx how little a 502 tells', () => {
    expect(judge(facts({ through: page(502) })).confidence).toBeLessThan(0.6);
    expect(judge(facts({ through: page(502), direct: fails('refused') })).confidence).toBeGreaterThan(0.9);
  });

  it("lets a fresh line of nginx's own decide, and no line about the probe leaving", () => {
    const line = { raw: 'x', file: 'error.log', causes: ['connect-denied'], fresh: true };
    expect(judge(facts({ through: page(502), more: { lines: [line] } })).cause).toBe('connect-denied');
    const left = { ...line, causes: ['client-gone-before-upgrade'] };
    expect(judge(facts({ through: fails('answer-timeout'), more: { lines: [left] } })).cause).not.toBe(
      'client-gone-before-upgrade',
    );
  });

  it('has nothing to say after a stop', () => {
    expect(judge(facts({ through: fails('stopped') }))).toMatchObject({ healthy: false, cause: null, confidence: 0 });
  });
});

describe('judge on tunnels', () => {
  const end = (how: TunnelEnd['how'], silent: number, code: number | null = null): TunnelEnd => ({
    how,
    code,
    reason: '',
    after: silent,
    silent,
  });
  const held = (seconds: number, ended: TunnelEnd | null) => ({
    seconds,
    end: ended,
    messages: 0,
    serverPings: 0,
    pongs: 0,
  });
  const hold = (more: Partial<HoldResult>): Partial<ProbeFacts> => ({
    hold: { asked: 90, idle: null, direct: null, pinged: null, problem: null, ...more },
  });

  it.each<[string, string, Partial<ProbeFacts>]>([
    ['60 s of silence', 'idle-timeout', hold({ idle: held(60, end('fin', 60)) })],
    [
      'open past nginx, kept by pings',
      'idle-timeout',
      hold({ idle: held(5, end('fin', 5)), direct: held(8, null), pinged: { ...held(8, null), every: 2 } }),
    ],
    [
      'cut past nginx as well',
      'backend-closed-tunnel',
      hold({ idle: held(30, end('fin', 30)), direct: held(30, end('fin', 30)) }),
    ],
    ['a close frame', 'backend-closed-tunnel', hold({ idle: held(60, end('close-frame', 60, 1001)) })],
    [
      'pings do not help',
      'front-proxy-cut',
      hold({
        idle: held(30, end('fin', 30)),
        direct: held(40, null),
        pinged: { ...held(30, end('fin', 1)), every: 5 },
      }),
    ],
  ])('%s: %s', (_, cause, more) => {
    expect(judge(facts({ through: ok(), more })).cause).toBe(cause);
  });

  it('is healthy when the silent tunnel stayed open', () => {
    expect(judge(facts({ through: ok(), more: hold({ idle: held(90, null) }) })).healthy).toBe(true);
  });

  it('tells who dropped it at once', () => {
    const dropped = { ...ok(), opening: { pong: false, end: end('close-frame', 0.1, 4401) } };
    expect(judge(facts({ through: dropped })).cause).toBe('backend-closed-tunnel');
    const reset = { ...ok(), opening: { pong: false, end: end('reset', 0.1) } };
    const cut = { ...ok(), opening: { pong: false, end: end('fin', 0.1) } };
    expect(judge(facts({ through: cut, direct: reset })).cause).toBe('backend-reset-tunnel');
  });
});

describe('trials', () => {
  const ids = (through: Partial<Attempt>, direct: Partial<Attempt>): string[] =>
    trialsPast(attempt(FRONT, through), attempt(BACK, direct)).map(({ id }) => id);

  it('are made only where they can tell something', () => {
    expect(ids(ok(), ok())).toEqual([]);
    expect(ids(says(301), ok())).toEqual([]);
    expect(ids(page(404), ok())).toEqual([]);
    expect(ids(fails('certificate'), ok())).toEqual([]);
    expect(ids(says(403, 'no'), says(403, 'no'))).toEqual([]);
    expect(ids(page(502), fails('refused'))).toEqual([]);
    expect(ids(page(502), fails('closed'))).toEqual(['other-scheme-direct']);
    expect(ids(says(400, 'x'), ok())).toEqual(
      expect.arrayContaining(['stripped', 'http-1.0', 'proxy-host', 'no-upgrade', 'no-connection']),
    );
  });

  it('try the site’s own Origin when another was refused', () => {
    const refused = attempt(FRONT, { ...says(403), handshake: { ...HANDSHAKE, origin: 'https://other.test' } });
    expect(trialsThrough(refused).map(({ id }) => id)).toEqual(['plain-get', 'site-origin']);
    expect(trialsThrough(attempt(FRONT, says(403))).map(({ id }) => id)).toEqual(['plain-get', 'no-origin']);
    expect(trialsThrough(attempt(FRONT, ok()))).toEqual([]);
  });
});
