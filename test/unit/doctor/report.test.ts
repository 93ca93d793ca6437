import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DoctorOptions, runDoctor } from '../../../src/doctor/run.ts';
import { doctorDocument, renderDoctorJson } from '../../../src/report/doctor-document.ts';
import { renderDoctorMarkdown } from '../../../src/report/doctor-markdown.ts';
import { renderDoctorText } from '../../../src/report/doctor-text.ts';
import { width } from '../../../src/report/layout.ts';
import { confOf } from '../nginx-conf/memory-fs.ts';
import { CASES, FORWARD, whole } from './cases.ts';

const ASKED: DoctorOptions = { version: '1.22.1', ping: null, path: null, server: null };
const documentOf = (text: string, options: Partial<DoctorOptions> = {}) =>
  doctorDocument(runDoctor(confOf(text), { ...ASKED, ...options }), '/etc/nginx/nginx.conf');
const PLAIN = { color: false, columns: 80, ascii: false, verbose: false };

const BROKEN = whole({ body: 'proxy_read_timeout 0;' });

describe('the text', () => {
  it('says what is wrong, where, and what to write, once', () => {
    const text = renderDoctorText(documentOf(BROKEN), PLAIN);
    expect(text.split('\n').slice(0, 2)).toEqual([
      '✗ 4 things here break WebSockets.',
      '  /etc/nginx/nginx.conf, nginx 1.22.1',
    ]);
    expect(text).toContain('\nchat.example.com /ws\n ✗ http-version');
    expect(text.match(/proxy_set_header Upgrade \$http_upgrade;/g)).toHaveLength(1);
    expect(text).toMatch(/zero-timeout +proxy_read_timeout 0 means at once.*\n.*nginx\.conf:13/);
    expect(text).toMatch(/\d+ ok, 4 wrong\. -v shows every row\.\n$/);
  });

  it('is one sentence for a healthy configuration, and how long silence is allowed', () => {
    const text = renderDoctorText(documentOf(whole()), PLAIN);
    expect(text).toMatch(
      /^✓ Nothing here breaks WebSockets at chat\.example\.com \/ws\.\n {2}\S+ nginx 1\.22\.1\n {2}Tunnels silent for 60 s are cut/,
    );
    expect(text.split('\n').length).toBeLessThan(9);
    expect(renderDoctorText(documentOf(whole()), { ...PLAIN, verbose: true })).toMatch(
      /✓ upgrade-header +Upgrade is passed on/,
    );
  });

  it('says a fault that many locations share once, with all of them', () => {
    const more = `location /wss { ${FORWARD} proxy_pass http://10.0.0.5; }`;
    const text = renderDoctorText(documentOf(whole({ http: 'proxy_read_timeout 0;', more })), PLAIN);
    expect(text.match(/zero-timeout/g)).toHaveLength(1);
    expect(text).toContain('chat.example.com /ws and chat.example.com /wss');
  });

  it('keeps within the columns, except for lines to copy', () => {
    for (const columns of [40, 60, 80, 120]) {
      for (const { broken, options } of CASES) {
        const text = renderDoctorText(documentOf(broken, options), { ...PLAIN, columns, verbose: true });
        const wide = text.split('\n').filter((line) => width(line) > columns && !/^ {7}/.test(line));
        expect(wide).toEqual([]);
      }
    }
  });

  it('is plain ASCII where the terminal is', () => {
    expect(renderDoctorText(documentOf(BROKEN), { ...PLAIN, ascii: true, verbose: true })).toMatch(
      /^[\x0a\x20-\x7e]*$/,
    );
  });
});

describe('the JSON', () => {
  it('has the form that scripts rely on', () => {
    const document = JSON.parse(renderDoctorJson(documentOf(BROKEN)));
    expect(document).toMatchObject({
      schema: 'wslog.doctor/1',
      nginxVersion: '1.22.1',
      locations: [{ server: 'chat.example.com', location: '/ws', file: '/etc/nginx/nginx.conf', line: 12 }],
    });
    const row = document.checks.find(({ id }: { id: string }) => id === 'zero-timeout');
    expect(row).toEqual({
      id: 'zero-timeout',
      title: 'No timeout is 0',
      status: 'wrong',
      server: 'chat.example.com',
      location: '/ws',
      file: '/etc/nginx/nginx.conf',
      line: 13,
      why: 'proxy_read_timeout 0 means at once, not never: every request gets 504.',
      fix: { do: 'There is no "off"; write a long time:', nginx: 'proxy_read_timeout 1h;', at: 'location' },
      cause: 'read-timeout-zero',
    });
    for (const check of document.checks) expect(['ok', 'wrong', 'unknown', 'note']).toContain(check.status);
  });
});

describe('the Markdown', () => {
  it('has the faults with their snippets and a table of the rest', () => {
    const text = renderDoctorMarkdown(documentOf(BROKEN));
    expect(text).toMatch(/^# WebSocket checklist\n\n\*\*4 things here break WebSockets\.\*\*/);
    expect(text).toContain('  ```nginx\n  proxy_http_version 1.1;\n');
    expect(text).toMatch(/## In order\n\n\| Check \|/);
  });
});

describe('hostile configurations', () => {
  const NASTY = 'location /ws\x1b[2J\xe2\x80\xae`|<script> {';

  it('reach no output as they are', () => {
    const document = documentOf(whole().replace('location /ws {', NASTY));
    expect(document.locations).toHaveLength(1);
    for (const text of [
      renderDoctorText(document, { ...PLAIN, verbose: true }),
      renderDoctorJson(document),
      renderDoctorMarkdown(document),
    ]) {
      expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
    expect(renderDoctorMarkdown(document)).not.toMatch(/^[^`]*<script>/m);
  });

  it('end with an answer, the same each time', () => {
    const lines = whole({ server: FORWARD, http: 'upstream app { server a; }' }).split('\n');
    const odd = fc.constantFrom(
      '}',
      '{',
      ';',
      '"',
      '\0',
      'return',
      'proxy_pass $a$b;',
      'if ($x ~ (a+)+$) {',
      'listen :;',
      'map $a $a { $a $a; }',
      'rewrite (.*)* $1 permanent;',
      'proxy_set_header;',
      'location ~ "" {',
      'limit_conn;',
      'auth_request $x;',
      'set $to $to;',
      'try_files @a;',
      'location {',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(lines.length), odd), { maxLength: 6 }), fc.boolean(), (added, given) => {
        const text = [...lines];
        for (const [at, line] of added) text.splice(at, 0, line);
        const options = given ? { path: '/ws' } : {};
        const first = documentOf(text.join('\n'), options);
        expect(documentOf(text.join('\n'), options)).toEqual(first);
        for (const { status, fix, why } of first.checks) {
          expect(why).not.toBe('');
          if (status === 'wrong') expect(fix).not.toBeNull();
        }
      }),
      { numRuns: 200 },
    );
  });

  it('with very many locations end soon', () => {
    const locations = Array.from(
      { length: 2500 },
      (_, i) => `location /ws${i}/ws { ${FORWARD} proxy_pass http://10.0.0.5; }`,
    );
    const began = performance.now();
    const document = documentOf(whole({ more: locations.join('\n') }));
    expect(document.locations).toHaveLength(2000);
    expect(document.checks.find(({ id }) => id === 'proxied')?.why).toMatch(/Only the first 2000 locations/);
    expect(performance.now() - began).toBeLessThan(4000);
  });
});
