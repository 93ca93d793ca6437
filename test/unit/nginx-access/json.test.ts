import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAccessJson } from '../../../src/nginx/access-json.ts';

const TIME = { wall: Date.UTC(2026, 10, 22, 12, 6, 41), offset: 0 };

describe('JSON access lines', () => {
  it.each<[string, string, Record<string, unknown>]>([
    [
      "nginx's names",
      '{"time_iso8601":"2026-11-22T12:06:41+00:00","remote_addr":"10.0.0.9","request":"GET /ws HTTP/1.1","status":101,"body_bytes_sent":0,"request_time":60.001,"upstream_status":"502, 101","upstream_addr":"10.0.0.1:1, 10.0.0.2:2","http_upgrade":"websocket","connection":"42"}',
      {
        time: TIME,
        client: '10.0.0.9',
        path: '/ws',
        status: 101,
        requestTime: 60.001,
        upstreamStatus: ['502', '101'],
        upgrade: 'websocket',
        connection: 42,
      },
    ],
    [
      'usual names',
      '{"@timestamp":"2026-11-22T12:06:41Z","client_ip":"10.0.0.9","method":"GET","uri":"/ws","status":"400","duration":"0.004","bytes":"12","vhost":"e.test","agent":"UA","upstream":"10.0.0.1:1"}',
      {
        time: TIME,
        client: '10.0.0.9',
        method: 'GET',
        path: '/ws',
        status: 400,
        requestTime: 0.004,
        bodyBytes: 12,
        host: 'e.test',
        userAgent: 'UA',
        upstreamAddr: ['10.0.0.1:1'],
      },
    ],
    [
      "ingress-nginx's example",
      '{"time": "2026-11-22T12:06:41+00:00", "remote_addr": "10.0.0.9", "x_forward_for": "10.0.0.9", "request_id": "ab", "bytes_sent": 189, "request_time": 0.003, "status": 426, "vhost": "e.test", "request_proto": "HTTP/1.1", "path": "/ws", "request_query": "a=1", "method": "GET"}',
      { path: '/ws?a=1', protocol: 'HTTP/1.1', status: 426, bytesSent: 189 },
    ],
    [
      'local time',
      '{"time":"22/Nov/2026:12:06:41 +0000","remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":"200"}',
      { time: TIME },
    ],
    [
      'epoch',
      '{"time":1795349201.250,"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":"200"}',
      { time: { wall: TIME.wall + 250, offset: 0 } },
    ],
    [
      'epoch in ms',
      '{"ts":1795349201250,"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":"200"}',
      { time: { wall: TIME.wall + 250, offset: 0 } },
    ],
    [
      'one level more',
      '{"nginx":{"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":"200","time":"2026-11-22T12:06:41Z"},"tag":"x"}',
      { client: '1.1.1.1', status: 200 },
    ],
    [
      'arrays',
      '{"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":502,"upstream_status":["502","101"]}',
      { upstreamStatus: ['502', '101'] },
    ],
    [
      'bare lists and gaps',
      '{"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":502,"urt":0.001, 0.002,"us":,"uct":- , "host":null}',
      { upstreamResponseTime: ['0.001', '0.002'], upstreamStatus: ['-'], upstreamConnectTime: ['-'], host: null },
    ],
    ['a last comma', '{"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":502,}', { status: 502 }],
    [
      'raw and \\x bytes',
      '{"remote_addr":"1.1.1.1","request":"GET /\xff HTTP/1.1","status":404,"user_agent":"a\\x22\\u00e9\\u20ac\\n"}',
      { path: '/\xff', userAgent: 'a"\xe9\xe2\x82\xac\n' },
    ],
    [
      'missing values',
      '{"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":404,"upstream_addr":"","http_upgrade":"","http_referer":"-"}',
      { upstreamAddr: ['-'], upgrade: '', referrer: null },
    ],
  ])('reads %s', (_, line, expected) => {
    expect(parseAccessJson(line)).toMatchObject(expected);
  });

  it.each([
    [
      'Traefik',
      '{"ClientAddr":"10.0.0.9:5","DownstreamStatus":502,"RequestMethod":"GET","RequestPath":"/ws","level":"info","msg":"","time":"2026-11-22T12:06:41Z"}',
    ],
    [
      'Caddy',
      '{"level":"info","ts":1795349201.2,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"10.0.0.9","method":"GET","uri":"/ws"},"status":502,"size":0}',
    ],
    [
      'pino',
      '{"level":30,"time":1795349201250,"pid":1,"req":{"method":"GET","url":"/ws","remoteAddress":"::1"},"res":{"statusCode":400},"msg":"request completed"}',
    ],
    ['an application', '{"message":"connect() failed (111: Connection refused)","status":500,"service":"api"}'],
    [
      'Google',
      '{"httpRequest":{"requestMethod":"GET","status":502,"remoteIp":"1.1.1.1"},"timestamp":"2026-11-22T12:06:41Z"}',
    ],
    ['a status of words', '{"remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":"failed"}'],
    ['no object', '["a"]'],
    ['half an object', '{"remote_addr":"1.1.1.1","request":"GET /'],
  ])('leaves %s alone', (_, line) => {
    expect(parseAccessJson(line)).toBeNull();
  });

  it('keeps keys that objects have by nature harmless', () => {
    const line =
      '{"__proto__":{"status":500,"polluted":"yes"},"constructor":"x","remote_addr":"1.1.1.1","request":"GET / HTTP/1.1","status":200}';
    expect(parseAccessJson(line)).toMatchObject({ status: 200 });
    expect('polluted' in {}).toBe(false);
  });

  it('agrees with JSON on lines that are JSON', () => {
    const text = fc.string({
      unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
      minLength: 1,
    });
    fc.assert(
      fc.property(text, text, (agent, path) => {
        const line = JSON.stringify({ remote_addr: '1.1.1.1', status: 200, request_uri: path, user_agent: agent });
        const logged = (value: string) => (value === '-' ? null : value);
        expect(parseAccessJson(line)).toMatchObject({ userAgent: logged(agent), client: '1.1.1.1' });
      }),
    );
  });
});
