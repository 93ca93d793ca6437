import { describe, expect, it } from 'vitest';
import { addressText, parseAddresses } from '../../../src/deliver/mail-addresses.ts';
import { parseSmtpUrl } from '../../../src/deliver/smtp-url.ts';

describe('addresses', () => {
  it.each<[string, string[]]>([
    ['ops@example.com', ['ops@example.com']],
    ['a@example.com,b@example.com', ['a@example.com', 'b@example.com']],
    ['"Watch, Night" <night@example.com>, root', ['Watch, Night <night@example.com>', 'root']],
    ["o'neil+ws@sub.example.co.uk", ["o'neil+ws@sub.example.co.uk"]],
  ])('%s', async (text, wanted) => {
    const parsed = await parseAddresses(text);
    expect(typeof parsed === 'string' ? parsed : parsed.map(addressText)).toEqual(wanted);
  });

  it.each([
    ['', /no mail address was given/],
    ['nobody at all', /"nobody at all" is not a mail address/],
    ['a@b@c', /is not a mail address/],
    ['-t@example.com>', /is not a mail address/],
    ['a@example.com\r\nBcc: evil@example.org', /control character/],
    ['team: a@example.com, b@example.com;', /groups of addresses/],
    [`${'a@example.com,'.repeat(101)}`, /more than 100 recipients/],
  ])('%j is refused', async (text, why) => {
    expect(await parseAddresses(text)).toMatch(why);
  });
});

describe('the address of a mail server', () => {
  it.each([
    ['smtp://mail.example.com', { host: 'mail.example.com', port: 587, secure: false, loopback: false, user: null }],
    ['smtps://mail.example.com', { port: 465, secure: true }],
    ['smtp://localhost', { port: 25, loopback: true }],
    ['smtp://127.0.0.53:2525', { port: 2525, loopback: true }],
    ['smtp://[::1]', { host: '::1', port: 25, loopback: true }],
    ['smtp://127.0.0.1.evil.example', { loopback: false }],
    ['smtp://localhost.evil.example', { loopback: false }],
    ['smtp://u%40example.com:p%3Aw%2F@mail.example.com', { user: 'u@example.com', password: 'p:w/' }],
  ])('%s', (text, wanted) => {
    expect(parseSmtpUrl(text)).toMatchObject(wanted);
  });

  it.each([
    'mail.example.com',
    'http://mail.example.com',
    'smtp://',
    'smtp://h/path',
    'smtp://h?tls=no',
    'smtp://s3cr3t%:x@h',
    'smtp://user:s3cr3t@ho st',
  ])('%s is refused, in a sentence that does not repeat it', (text) => {
    const sentence = parseSmtpUrl(text);
    expect(typeof sentence).toBe('string');
    expect(sentence).not.toMatch(/s3cr3t/);
  });
});
