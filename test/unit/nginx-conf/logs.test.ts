import { describe, expect, it } from 'vitest';
import { loadConf } from '../../../src/nginx-conf/load.ts';
import { logSettings } from '../../../src/nginx-conf/logs.ts';
import { confOf, memoryFs } from './memory-fs.ts';

describe('log settings', () => {
  const settings = logSettings(
    confOf(`
error_log logs/main.log;
http {
  log_format Ws escape=json '{"a":"$remote_addr",'
                            '"s":$status}';
  log_format plain "$remote_addr " '$status';
  access_log /var/log/nginx/a.log;
  access_log syslog:server=10.0.0.1 ws;
  server {
    access_log b.log wS buffer=32k flush=1m if=$loggable;
    error_log stderr info;
    location / { access_log off; error_log syslog:server=unix:/dev/log,tag=x warn; }
    location /d { error_log /d.log debug_http; error_log memory:32m debug; }
  }
}
stream { log_format s '$bytes_sent'; access_log /s.log s; error_log /se.log notice; }
`),
  );

  it('joins formats without a separator and keeps their escaping', () => {
    expect(settings.formats).toEqual([
      {
        name: 'Ws',
        escape: 'json',
        format: '{"a":"$remote_addr","s":$status}',
        file: '/etc/nginx/nginx.conf',
        line: 4,
      },
      { name: 'plain', escape: 'default', format: '$remote_addr $status', file: '/etc/nginx/nginx.conf', line: 6 },
    ]);
  });

  it('finds every access log of http', () => {
    expect(
      settings.accessLogs.map(({ kind, path, format, context, condition, buffered, line }) => [
        kind,
        path,
        format,
        context,
        condition,
        buffered,
        line,
      ]),
    ).toEqual([
      ['file', '/var/log/nginx/a.log', 'combined', 'http', null, false, 7],
      ['syslog', 'syslog:server=10.0.0.1', 'Ws', 'http', null, false, 8],
      ['file', '/etc/nginx/b.log', 'Ws', 'server', '$loggable', true, 10],
      ['off', '', 'combined', 'location', null, false, 12],
    ]);
  });

  it('finds every error log with its level', () => {
    expect(settings.errorLogs.map(({ kind, path, level, context }) => [kind, path, level, context])).toEqual([
      ['file', '/etc/nginx/logs/main.log', 'error', 'main'],
      ['stderr', 'stderr', 'info', 'server'],
      ['syslog', 'syslog:server=unix:/dev/log,tag=x', 'warn', 'location'],
      ['file', '/d.log', 'debug', 'location'],
      ['memory', 'memory:32m', 'debug', 'location'],
      ['file', '/se.log', 'notice', 'stream'],
    ]);
  });

  it('resolves paths against the given prefix, or that of a build from source', () => {
    const fs = memoryFs({ '/usr/local/nginx/conf/nginx.conf': 'error_log logs/e.log;' });
    const path = (prefix?: string) =>
      logSettings(loadConf({ path: '/usr/local/nginx/conf/nginx.conf' }, fs, prefix)).errorLogs[0]?.path;
    expect(path()).toBe('/usr/local/nginx/logs/e.log');
    expect(path('/opt')).toBe('/opt/logs/e.log');
  });
});
