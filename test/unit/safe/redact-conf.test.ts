import { describe, expect, it } from 'vitest';
import { redactConfLine, redactPatch } from '../../../src/safe/redact-conf.ts';

describe('redactConfLine', () => {
  it.each([
    ['proxy_set_header Authorization "Basic dXNlcjpodW50ZXIy";', 'proxy_set_header Authorization ***;'],
    ['  proxy_set_header X-Api-Key s3cr3t-value; # key', '  proxy_set_header X-Api-Key ***; # key'],
    ['fastcgi_param DB_PASSWORD hunter2;', 'fastcgi_param DB_PASSWORD ***;'],
    ['set $api_token "abc$remote_addr-xyz";', 'set $api_token ***;'],
    ['if ($http_x_api_key != "s3cr3t") { return 403; }', 'if ($http_x_api_key != ***) { return 403; }'],
    ['proxy_pass http://user:hunter2@10.0.0.5:8080;', 'proxy_pass http://***@10.0.0.5:8080;'],
  ])('masks %s', (line, masked) => {
    expect(redactConfLine(line)).toBe(masked);
  });

  it.each([
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Authorization $http_authorization;',
    'proxy_set_header Connection "upgrade";',
    'location ~ ^/ws {',
    'proxy_read_timeout 60s;',
    'proxy_pass http://10.0.0.5:8080;',
    'limit_req zone=ws burst=5 nodelay;',
    'auth_basic_user_file /etc/nginx/htpasswd;',
  ])('leaves %s', (line) => {
    expect(redactConfLine(line)).toBe(line);
  });
});

describe('redactPatch', () => {
  const patch = [
    '--- a/etc/nginx/nginx.conf',
    '+++ b/etc/nginx/nginx.conf',
    '@@ -1,3 +1,4 @@',
    ' location /ws {',
    '   proxy_pass http://b;',
    '+  proxy_read_timeout 1h;',
    ' }',
    '',
  ].join('\n');

  it('leaves a diff without secrets as it is, so that it applies', () => {
    expect(redactPatch(patch, 'wslog fix')).toBe(patch);
  });

  it('masks what stands around the change, and says how to get the rest', () => {
    const line = '   proxy_set_header Authorization "Basic dXNlcjpodW50ZXIy";';
    const shown = redactPatch(patch.replace(' }', `${line}\n }`), 'wslog fix --cause idle-timeout');
    expect(shown).toContain('\n   proxy_set_header Authorization ***;\n');
    expect(shown).not.toContain('dXNlcjpodW50ZXIy');
    expect(shown.split('\n')[0]).toBe(
      '# *** stands for secrets; the diff that applies: wslog fix --cause idle-timeout',
    );
  });
});
