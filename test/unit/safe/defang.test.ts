import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defang, defangCommand, defangSnippet, defangUrls } from '../../../src/safe/defang.ts';
import { cpuMs } from '../cpu-time.ts';

/** What mail programs make links of. */
const LIVE = /\b(?:https?|ftp|mailto|javascript|data|wss?):\S|\bwww\.\w|[\w.+-]@[\w-]+\.\w/i;

describe('defanging', () => {
  it.each([
    ['GET http://evil.example/x?y HTTP/1.1', 'GET hxxp://evil[.]example/x?y HTTP/1.1'],
    ['https://bank.evil.example:8443/', 'hxxps://bank.evil[.]example:8443/'],
    ['see www.evil.example now', 'see www[.]evil[.]example now'],
    ['mailto:a@evil.example', 'mailto[:]a[@]evil[.]example'],
    ['javascript:alert(1)', 'javascript[:]alert(1)'],
    [
      'upstream: "http://10.0.0.5:8080/ws", host: "evil.example"',
      'upstream: "hxxp://10.0.0.5:8080/ws", host: "evil[.]example"',
    ],
    ['client: 192.0.2.1, 22/Nov/2026:12:00:00', 'client: 192.0.2.1, 22/Nov/2026:12:00:00'],
    ['GET /index.html HTTP/1.1', 'GET /index.html HTTP/1.1'],
  ])('%s', (text, wanted) => {
    expect(defang(text)).toBe(wanted);
    expect(defang(wanted)).toBe(wanted);
  });

  it('leaves nothing that a mail program makes a link of', () => {
    const part = fc.constantFrom(
      'http://',
      'https:',
      '//',
      'www.',
      'evil',
      '.example',
      '@',
      'mailto:',
      ' ',
      '/',
      ':',
      'x',
      '"',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        for (const out of [defang(text), defangUrls(text)]) {
          expect(out).not.toMatch(/\bhttps?:\S/i);
          expect(out).not.toMatch(LIVE);
        }
        expect(defang(defang(text))).toBe(defang(text));
      }),
    );
  });

  it('takes time linear in the text', () => {
    for (const text of ['a.'.repeat(40_000), 'http://'.repeat(10_000), '@a.'.repeat(20_000), 'www.'.repeat(20_000)]) {
      expect(cpuMs(() => defang(text))).toBeLessThan(1000);
    }
  });
});

describe('what is to be copied', () => {
  it('keeps commands working', () => {
    expect(defangCommand("curl -i -H 'X: y' http://10.0.0.5:8080/ws")).toBe("curl -i -H 'X: y' 10.0.0.5:8080/ws");
    expect(defangCommand("curl -ksv 'https://chat.example.com/ws' -o /dev/null")).toBe(
      "curl -ksv --proto-default https 'chat.example.com/ws' -o /dev/null",
    );
    expect(defangCommand('npx wscat -c wss://chat.example.com/ws')).toBe('npx wscat -c wss[:]//chat.example[.]com/ws');
    expect(defangCommand('ss -ltnp')).toBe('ss -ltnp');
  });

  it('keeps addresses of one’s own network in configuration', () => {
    const snippet = 'location /ws {\n    proxy_pass http://10.0.0.5:8080;\n    proxy_pass http://backend;\n}';
    expect(defangSnippet(snippet)).toBe(snippet);
    expect(defangSnippet('return 301 https://evil.example/;')).toBe('return 301 hxxps://evil[.]example/;');
  });
});
