/** Nothing but the changed lines differs by a byte, in whatever layout the files are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchFor } from '../../../src/fix/patch.ts';
import { REMEDIES } from '../../../src/fix/remedies/list.ts';
import { confOf } from '../nginx-conf/memory-fs.ts';
import { apply, ask, changedLines, diffOf } from './ask.ts';

const BLANK = fc.constantFrom(
  ' ',
  '  ',
  '\t',
  '\n',
  '\n    ',
  '\n\t\t',
  '\r\n  ',
  ' # note; { } "\n',
  '\n# \xe4\xf6 \x1b[2J\n',
);
const GAP = fc.oneof(fc.constant(' '), fc.constant(''), fc.constant('\n'), BLANK);

/** Directives laid out at random: the words are joined by blanks, directives by anything. */
function laidOut(lines: readonly string[]): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(BLANK, GAP), { minLength: lines.length, maxLength: lines.length })
    .map((gaps) => lines.map((line, index) => `${gaps[index]![0]}${line}${gaps[index]![1]}`).join(''));
}

const SETTINGS = [
  'proxy_http_version 1.0;',
  'proxy_set_header   Upgrade $http_upgrade;',
  'proxy_set_header Connection "";',
  "proxy_set_header 'Connection' $connection_upgrade;",
  'proxy_set_header X-Note "a; b { c";',
  'proxy_read_timeout 0;',
  'proxy_read_timeout  30s ;',
  'proxy_buffers 4 8k;',
  'auth_request /auth;',
  'access_log /var/log/a.log;',
  'error_log /var/log/e.log warn;',
];

/** Single-valued directives stand once. */
const settings = fc.uniqueArray(fc.constantFrom(...SETTINGS), {
  selector: (line) => line.split(/[ ;]/)[0] + (line.includes('header') ? line : ''),
  maxLength: 5,
});

const location = fc
  .tuple(
    fc.constantFrom('/ws', '/ws/', '/', '~ ^/chat', '= /auth'),
    settings,
    fc.constantFrom('http://app', 'https://10.0.0.5:8080', 'https://10.0.0.5:8443', 'ws://x.test:1', 'http://b/x/'),
  )
  .chain(([pattern, lines, pass]) =>
    laidOut([...lines, `proxy_pass ${pass};`]).map((body) => ({ pattern, text: `location ${pattern} {${body}\n}` })),
  );

const server = fc
  .tuple(settings, fc.uniqueArray(location, { selector: ({ pattern }) => pattern, minLength: 1, maxLength: 3 }))
  .chain(([lines, locations]) =>
    laidOut([...lines.filter((line) => !line.startsWith('auth')), ...locations.map(({ text }) => text)]),
  )
  .map((body) => `server {${body}\n}`);

const main = fc
  .tuple(server, server, fc.boolean(), fc.constantFrom('', '\n', '\r\n'))
  .map(
    ([one, two, included, end]) =>
      [
        `events {}\nhttp { upstream app { server a:1; server b:1; }\n${one}\n${included ? 'include conf.d/*;' : two}\n}${end}`,
        included ? `${two}${end}` : '# nothing',
      ] as const,
  );

const requests = fc.record({
  cause: fc.constantFrom(...REMEDIES.keys(), null),
  location: fc.constantFrom(null, '/ws', '/', '/chat'),
});

describe('a patch', () => {
  it('is exactly the difference, keeps every other line, and leaves a mended configuration alone', () => {
    let patches = 0;
    fc.assert(
      fc.property(main, requests, ([text, other], { cause, location: path }) => {
        const conf = confOf(text, { '/etc/nginx/conf.d/b.conf': other });
        const request = ask(cause, { location: path });
        const fix = patchFor(conf, request);
        if (fix.kind !== 'patch') return;
        patches++;
        const diff = diffOf(conf, fix);
        const after = apply(conf, diff);
        for (const [file, wanted] of fix.files) expect(after.get(file)).toBe(wanted);
        expect(changedLines(diff).length).toBeLessThanOrEqual(2 * fix.changes.length + 3 * count(diff, '+map'));
        for (const [file, wanted] of fix.files) expect(keeps(conf.files.get(file) ?? '', wanted)).toBe(true);
        const again = confOf(after.get('/etc/nginx/nginx.conf') ?? '', {
          '/etc/nginx/conf.d/b.conf': after.get('/etc/nginx/conf.d/b.conf') ?? other,
        });
        expect(again.problems).toEqual(conf.problems);
        expect(patchFor(again, request).kind).toBe('unchanged');
      }),
      { numRuns: 600 },
    );
    expect(patches).toBeGreaterThan(150);
  });
});

/**
 * Comments and lines without a directive that a fix may touch are all still there, in order. There may be more of them
 * than before: a directive that is taken out leaves the comment behind it standing alone.
 */
function keeps(before: string, after: string): boolean {
  const kept = (text: string) =>
    text.split('\n').filter((line) => /^\s*(?:#.*)?$/.test(line) || /[\x1b\xe4]/.test(line));
  const left = kept(after);
  let at = 0;
  return kept(before).every((line) => {
    at = left.indexOf(line, at) + 1;
    return at > 0;
  });
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}
