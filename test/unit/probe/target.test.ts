import { describe, expect, it } from 'vitest';
import { readOverride, readTarget, siteOrigin, type Target, withTls } from '../../../src/probe/target.ts';

function target(text: string, path: string | null = null): Target {
  const found = readTarget(text, path);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

describe('readTarget', () => {
  it.each([
    ['wss://chat.test/ws', { tls: true, host: 'chat.test', port: 443, authority: 'chat.test', path: '/ws' }],
    ['ws://chat.test:8080/ws?a=b', { tls: false, port: 8080, authority: 'chat.test:8080', path: '/ws?a=b' }],
    ['https://chat.test', { tls: true, path: '/' }],
    ['http://[::1]:81/x', { host: '::1', port: 81, authority: '[::1]:81' }],
    ['10.0.0.5:8080/ws', { tls: false, host: '10.0.0.5', port: 8080, path: '/ws' }],
    ['wss://chat.test/ws#frag', { path: '/ws', url: 'wss://chat.test/ws' }],
    ['http://unix:/run/app.sock:/ws', { socketPath: '/run/app.sock', path: '/ws', tls: false }],
    ['https://unix:/run/app.sock', { socketPath: '/run/app.sock', path: '/', tls: true }],
  ])('reads %s', (text, wanted) => {
    expect(target(text)).toMatchObject(wanted);
  });

  it('takes the other path only when the URL has none of its own', () => {
    expect(target('http://b:8080', '/ws?x=1')).toMatchObject({ path: '/ws?x=1', url: 'http://b:8080/ws?x=1' });
    expect(target('http://b:8080/', '/ws').path).toBe('/');
    expect(target('http://b:8080/other', '/ws').path).toBe('/other');
    expect(target('http://unix:/s', '/ws').path).toBe('/ws');
  });

  it.each([
    ['ftp://a/b', 'scheme ftp'],
    ['ws://user:hunter2@a/ws', '--cookie-file'],
    ['ws://', 'not a URL'],
    ['::::', 'not a URL'],
  ])('refuses %s without repeating it', (text, why) => {
    const said = readTarget(text, null);
    expect(said).toContain(why);
    expect(said).not.toContain('hunter2');
  });

  it('never lets a line end into the request line', () => {
    const found = readTarget('ws://a/ws\r\nEvil: 1', null);
    if (typeof found !== 'string') expect(found.path).not.toMatch(/[\r\n ]/);
  });
});

it('tells the origin of the site', () => {
  expect(siteOrigin(target('wss://chat.test/ws'))).toBe('https://chat.test');
  expect(siteOrigin(target('ws://chat.test:81/ws'))).toBe('http://chat.test:81');
  expect(withTls(target('ws://chat.test:81/ws'), true)).toMatchObject({
    tls: true,
    url: 'wss://chat.test:81/ws',
    port: 81,
  });
});

describe('readOverride', () => {
  it.each([
    ['10.0.0.2', { host: '10.0.0.2', port: null }],
    ['10.0.0.2:8443', { host: '10.0.0.2', port: 8443 }],
    ['[::1]:8443', { host: '::1', port: 8443 }],
    ['::1', { host: '::1', port: null }],
    ['web1.internal:80', { host: 'web1.internal', port: 80 }],
  ])('reads %s', (text, wanted) => expect(readOverride(text)).toEqual(wanted));

  it.each(['', 'a b', 'a:0', 'a:99999', 'http://a/', '[::1'])('refuses %j', (text) => {
    expect(readOverride(text)).toBeNull();
  });
});
