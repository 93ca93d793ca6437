/** A report as a busy evening would give it: several WebSocket incidents, one elsewhere, doubts and notes. */
import type { ReportCause, ReportDocument, ReportIncident } from '../../../src/report/document.ts';

function cause(over: Partial<ReportCause> = {}): ReportCause {
  return {
    id: 'backend-refused',
    title: "nothing listens at the backend's address",
    confidence: 0.98,
    evidence: [
      {
        text: 'connect() failed (111: Connection refused) 412 times, for this backend only',
        weight: 3.1,
        file: 'error.log',
        line: 8812,
      },
      { text: '10.0.0.6:8080 kept accepting, so the network is not it', weight: 1.2, file: null, line: null },
      { text: 'two attempts succeeded in between', weight: -0.4, file: 'access.log', line: 901 },
    ],
    directive: null,
    fix: {
      summary: 'Start the backend, or correct the address nginx uses.',
      steps: [
        {
          do: 'On 10.0.0.5, see whether the service runs and on which port it listens.',
          why: null,
          nginx: null,
          run: 'ss -ltnp | grep 8080',
        },
        {
          do: 'If it listens elsewhere, correct the address in the upstream block and reload nginx.',
          why: 'A server that listens on 127.0.0.1 only refuses every connection from another host.',
          nginx: 'upstream chat {\n    server 10.0.0.5:8081;\n}',
          run: null,
        },
      ],
      patch: null,
      verify: [
        {
          run: "curl -i -N -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' http://chat.example.com/ws",
          expect: 'HTTP/1.1 101 Switching Protocols',
        },
      ],
    },
    ...over,
  };
}

export function incident(over: Partial<ReportIncident> = {}): ReportIncident {
  return {
    id: 'inc-1',
    title: 'Nothing listens on 10.0.0.5:8080',
    severity: 'critical',
    status: 'ended',
    websocket: 'yes',
    firstSeen: '2026-11-22T14:02:11.000Z',
    lastSeen: '2026-11-22T14:19:40.000Z',
    endpoint: { server: 'chat.example.com', host: 'chat.example.com', path: '/ws' },
    upstreams: [{ address: '10.0.0.5:8080', count: 412 }],
    clients: { distinct: 87, exact: true, top: [{ address: '192.0.2.7', count: 12 }] },
    count: 412,
    lines: 824,
    symptoms: [{ id: 'connect-refused', count: 412 }],
    statuses: { '502': 400, '504': 12 },
    timeline: {
      from: '2026-11-22T14:02:00.000Z',
      bucketSeconds: 60,
      counts: [3, 9, 12, 8, 14, 30, 41, 60, 72, 55, 40, 28, 20, 9, 5, 3, 2, 1],
    },
    causes: [cause()],
    ruledOut: [{ id: 'backend-unreachable', why: 'the backend answered each attempt with a reset at once' }],
    undecided: null,
    evidence: [
      {
        file: '/var/log/nginx/error.log.2.gz',
        line: 8812,
        raw: '2026/11/22 14:02:11 [error] 7#7: *380 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.7, server: chat.example.com, request: "GET /ws?token=*** HTTP/1.1", upstream: "http://10.0.0.5:8080/ws?token=***", host: "chat.example.com"',
      },
      {
        file: 'access.log',
        line: 901,
        raw: '192.0.2.7 - - [22/Nov/2026:14:02:11 +0000] "GET /ws?token=*** HTTP/1.1" 502 157 "-" "Mozilla/5.0"',
      },
    ],
    ...over,
  };
}

export function idleIncident(over: Partial<ReportIncident> = {}): ReportIncident {
  return incident({
    id: 'inc-2',
    title: 'nginx cuts idle WebSockets after 60 s on /live/{id}/very/long/endpoint',
    severity: 'warning',
    status: 'open',
    firstSeen: '2026-11-22T14:00:04.000Z',
    lastSeen: '2026-11-22T14:31:01.000Z',
    endpoint: { server: 'chat.example.com', host: 'chat.example.com', path: '/live/{id}/very/long/endpoint' },
    upstreams: [
      { address: '10.0.0.5:8090', count: 60 },
      { address: 'unix:/run/live.sock', count: 36 },
    ],
    clients: { distinct: 61, exact: false, top: [{ address: '198.51.100.9', count: 70 }] },
    count: 96,
    statuses: { '101': 96 },
    timeline: { from: '2026-11-22T14:00:00.000Z', bucketSeconds: 300, counts: [14, 15, 2, 22, 13, 15, 15] },
    causes: [
      cause({
        id: 'idle-timeout',
        title: 'nginx closed an idle WebSocket',
        confidence: 0.72,
        evidence: [
          { text: '88 of 96 sessions lasted between 60.0 and 60.3 s', weight: 2.2, file: null, line: null },
          {
            text: 'no line says that nginx timed out, which it would at level info',
            weight: -0.8,
            file: null,
            line: null,
          },
        ],
        directive: {
          name: 'proxy_read_timeout',
          value: '60s',
          file: null,
          line: null,
          default: true,
          excerpt: {
            file: '/etc/nginx/conf.d/chat.conf',
            from: 12,
            lines: ['location /live/ {', '    proxy_pass http://live;', '}'],
          },
        },
        fix: {
          summary: 'Send a ping every 30 s, or let nginx wait longer.',
          steps: [
            {
              do: 'Raise the timeout where the WebSocket is proxied.',
              why: 'It is the longest silence from the backend that nginx allows.',
              nginx: 'proxy_read_timeout 1h;\nproxy_send_timeout 1h;',
              run: null,
            },
          ],
          patch: null,
          verify: [{ run: 'wslog probe wss://chat.example.com/live', expect: 'open after 60 s of silence' }],
        },
      }),
      cause({ id: 'front-proxy-cut', title: 'something before nginx ends sessions by a timer', confidence: 0.21 }),
    ],
    undecided: 'the error log at level info: nginx writes "upstream timed out" when it is the one that cut.',
    ...over,
  });
}

export function report(over: Partial<ReportDocument> = {}): ReportDocument {
  return {
    schema: 'wslog.report/1',
    generator: { name: 'wslog', version: '0.1.0' },
    range: { from: '2026-11-22T14:00:04.000Z', to: '2026-11-22T14:31:10.000Z' },
    inputs: [
      {
        path: 'error.log',
        kind: 'error',
        format: 'nginx-error',
        bytes: 912_000,
        lines: 9210,
        unknown: 3,
        timezone: '+01:00',
        timezoneFrom: 'access-log',
        problem: null,
        twinOf: null,
      },
      {
        path: 'access.log',
        kind: 'access',
        format: 'combined',
        bytes: 4_200_000,
        lines: 39_000,
        unknown: 0,
        timezone: '+01:00',
        timezoneFrom: 'line',
        problem: null,
        twinOf: null,
      },
      {
        path: 'error.log.3.gz',
        kind: 'error',
        format: 'nginx-error',
        bytes: 100,
        lines: 0,
        unknown: 0,
        timezone: null,
        timezoneFrom: null,
        problem: 'The gzip data ends early; what came before was read.',
        twinOf: null,
      },
    ],
    accounting: { lines: 48_210, classified: 1_732, routine: 46_475, unknown: 3 },
    unknown: [{ template: '[lua] * something * happened', count: 3, example: '[lua] x.lua:3: something bad happened' }],
    endpoints: [
      {
        server: 'chat.example.com',
        path: '/ws',
        websocket: 'yes',
        handshakes: { ok: 12_003, failed: 412, byStatus: { '101': 12_003, '502': 412 } },
        sessions: {
          closed: 11_800,
          p50: 62.5,
          p95: 4000,
          max: 86_400,
          histogram: [
            { from: 1.9, to: 2.1, count: 120 },
            { from: 56.2, to: 62.1, count: 9_000 },
            { from: 3_700, to: 4_100, count: 2_680 },
          ],
          spike: { seconds: 60.01, count: 9_000 },
        },
      },
      {
        server: 'chat.example.com',
        path: '/api',
        websocket: 'no',
        handshakes: { ok: 0, failed: 0, byStatus: {} },
        sessions: { closed: 0, p50: null, p95: null, max: null, histogram: [], spike: null },
      },
    ],
    incidents: [
      incident(),
      idleIncident(),
      incident({
        id: 'inc-3',
        title: 'worker_connections are not enough',
        severity: 'error',
        status: 'ended',
        websocket: 'unknown',
        endpoint: { server: null, host: null, path: null },
        upstreams: [],
        clients: { distinct: 0, exact: true, top: [] },
        count: 7,
        statuses: {},
        timeline: { from: '2026-11-22T14:10:00.000Z', bucketSeconds: 60, counts: [5, 2] },
        causes: [cause({ id: 'worker-connections-exhausted', title: 'worker_connections reached', confidence: 0.85 })],
      }),
      incident({
        id: 'inc-4',
        title: 'No route to 10.9.9.9:80',
        severity: 'error',
        websocket: 'no',
        endpoint: { server: 'shop.example.com', host: 'shop.example.com', path: '/api/orders' },
        count: 33,
      }),
    ],
    sessions: {
      opened: { from: '2026-11-22T13:59:00.000Z', bucketSeconds: 64, counts: [3, 40, 41, 38, 12, 39, 44, 50] },
      ended: { from: '2026-11-22T14:00:00.000Z', bucketSeconds: 64, counts: [2, 38, 40, 41, 30, 20, 41, 44] },
      openedBefore: 0,
      untimed: 0,
    },
    events: [
      { at: '2026-11-22T14:01:58.000Z', event: 'reload', pid: 7 },
      { at: '2026-11-22T14:20:00.000Z', event: 'worker-crashed', pid: 12 },
    ],
    notes: [
      {
        id: 'hidden-evidence',
        text: 'error_log is at level error here, so a tunnel that nginx times out leaves no line. To see them, set:',
        nginx: 'error_log /var/log/nginx/error.log info;',
      },
    ],
    ...over,
  };
}
