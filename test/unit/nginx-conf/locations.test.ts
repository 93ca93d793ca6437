import { describe, expect, it } from 'vitest';
import { findLocation, normalizePath } from '../../../src/nginx-conf/locations.ts';
import { matchesPcre } from '../../../src/nginx-conf/regex.ts';
import { confOf } from './memory-fs.ts';

/** The chosen location's argument text, with `>` before it for a redirect to the slash. */
function chosen(locations: string, path: string): string | null {
  const { match } = findLocation(confOf(`server { ${locations} }`).directives[0]!, path);
  return match === null ? null : (match.autoRedirect ? '>' : '') + match.directive.args.join(' ');
}

describe('a location', () => {
  it.each<[string, string, string | null]>([
    ['location / { } location /ws { }', '/ws/room', '/ws'],
    ['location /ws { } location = /ws { }', '/ws', '= /ws'],
    ['location /ws { } location =/ws { }', '/ws', '=/ws'],
    ['location / { } location ~ \\.js$ { }', '/ws.js', '~ \\.js$'],
    ['location ^~ / { } location ~ \\.js$ { }', '/ws.js', '^~ /'],
    ['location ^~ / { } location /ws { } location ~ \\.js$ { }', '/ws/a.js', '~ \\.js$'],
    ['location ~ ^/WS { } location ~* ^/WS { }', '/ws', '~* ^/WS'],
    ['location ~* ^/w { } location ~ ^/ws { }', '/ws', '~* ^/w'],
    ['location @ws { }', '/@ws', null],
    ['location /a { }', '/b', null],
    // nginx itself redirects only where the location passes on, and only if nothing names the path as it came.
    ['location / { } location /ws/ { proxy_pass http://b; }', '/ws', '>/ws/'],
    ['location / { } location /ws/ { }', '/ws', '/'],
    ['location /ws { } location /ws/ { proxy_pass http://b; }', '/ws', '/ws'],
    ['location = /ws { } location /ws/ { proxy_pass http://b; }', '/ws', '= /ws'],
    ['location /ws/ { proxy_pass http://b; } location ~ ^/ws { }', '/ws', '>/ws/'],
    // Nested ones are looked up in the longest prefix; a regex of the level around them still wins over a prefix.
    ['location /ws { location /ws/a { } }', '/ws/a/b', '/ws/a'],
    ['location /ws { location /ws/a { } } location ~ b$ { }', '/ws/a/b', '~ b$'],
    ['location ^~ /ws { location /ws/a { } } location ~ b$ { }', '/ws/a/b', '/ws/a'],
    ['location /ws { location = /ws/a { } } location ~ a$ { }', '/ws/a', '= /ws/a'],
    ['location ~ ^/ws { location ~ a$ { } }', '/ws/a', '~ a$'],
    ['location ~ ^/ws { location ~ a$ { } }', '/ws/b', '~ ^/ws'],
  ])('%s for %s', (locations, path, expected) => {
    expect(chosen(locations, path)).toBe(expected);
  });

  it.each([
    ['/ws?x=/a', '/ws'],
    ['/a/../ws', '/ws'],
    ['//ws//x', '/ws/x'],
    ['/%77s', '/ws'],
    ['/ws/', '/ws/'],
    ['/ws/.', '/ws/'],
    ['http://e.test/ws?a', '/ws'],
    ['', '/'],
    ['/../..', '/'],
    ['/%zz', '/%zz'],
    ['/a/..', '/'],
  ])('sees %s as %s', (target, expected) => {
    expect(normalizePath(target)).toBe(expected);
  });
});

describe('a regular expression', () => {
  it.each<[string, string, boolean | null]>([
    ['^/(api|ws)(/.*)?$', '/ws/x', true],
    ['(?i)^/WS', '/ws', true],
    ['^/(?P<room>[a-z]+)$', '/ws', true],
    ['^/[[:alpha:]]+\\z', '/ws', true],
    ['^/([0-9]{1,3}\\.){3}', '/10.0.0.1', true],
    ['^/a.b', '/a\nb', false],
    ['(a+)+$', '/aaaa', null],
    ['((a|b)*)*', '/ab', null],
    ['(?>a)b', 'ab', null],
    ['a++b', 'aab', null],
    ['(', '(', null],
    ['.*.*.*.*.*x', 'a'.repeat(500), null],
  ])('%s on %s', (pattern, text, expected) => {
    expect(matchesPcre(pattern, text, false)).toBe(expected);
  });
});
