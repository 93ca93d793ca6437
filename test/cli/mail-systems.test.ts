/** Summaries through the mail systems that people have: Postfix, by its sendmail and by SMTP, and msmtp. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offeredPostfix, offeredProgram } from '../lab/setup.ts';
import { deadPort, MailServer } from './mail-server.ts';
import { Postfix } from './postfix.ts';
import { Folder, many, refused, wslogBeside } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
const log = folder.write('error.log', many(30, refused) + refused(31).replaceAll('/ws', '/chat/ws/é'));

const summary = (state: string, env: Record<string, string>, ...args: string[]) =>
  wslogBeside(
    [
      'summary',
      '--no-nginx-conf',
      '--tz',
      'UTC',
      '--state',
      join(folder.path, state),
      '--mail-to',
      'Ops <ops@example.com>',
      ...args,
      log,
    ],
    { env: { WSLOG_MAIL_FROM: 'wslog@example.com', ...env } },
  );

async function expectWhole(raw: Buffer): Promise<string> {
  const mail = await PostalMime.parse(raw);
  expect(mail.subject).toMatch(/^\S+: 2 new, critical: Nothing listens on 10\.0\.0\.5:8080$/);
  expect(mail.to).toMatchObject([{ name: 'Ops', address: 'ops@example.com' }]);
  expect(mail.from).toMatchObject({ address: 'wslog@example.com' });
  for (const part of [mail.text, mail.html]) expect(part).toContain('30 handshakes to /ws on chat.test failed');
  expect(mail.html).toContain('</html>');
  expect(mail.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
  return mail.messageId ?? '';
}

describe.skipIf(!offeredPostfix())('Postfix', () => {
  let postfix: Postfix;
  let port = 0;
  beforeAll(async () => {
    port = await deadPort();
    postfix = new Postfix(port);
    postfix.start();
  });
  afterAll(() => postfix.stop());

  it('takes a mail by its sendmail and by SMTP, whole and once', async () => {
    expect(await summary('sendmail', {}, '--sendmail', postfix.sendmail)).toEqual({ code: 0, stdout: '', stderr: '' });
    const [first] = await postfix.mails(1);
    await expectWhole(first ?? Buffer.alloc(0));
    expect(await summary('sendmail', {}, '--sendmail', postfix.sendmail)).toMatchObject({ code: 0 });
    expect(await summary('smtp', { WSLOG_SMTP_URL: `smtp://127.0.0.1:${port}` })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const mails = await postfix.mails(2);
    expect(mails).toHaveLength(2);
    const ids = new Set<string>();
    for (const mail of mails) ids.add(await expectWhole(mail));
    // The same said to the same readers from the same machine.
    expect(ids.size).toBe(1);
  });

  it('says no where it must, and the mail is kept', async () => {
    const elsewhere = ['--mail-to', 'ops@elsewhere.test'];
    const { code, stderr } = await summary('relay', { WSLOG_SMTP_URL: `smtp://127.0.0.1:${port}` }, ...elsewhere);
    expect(code).toBe(75);
    expect(stderr).toMatch(/did not take the mail: 554 .*Relay access denied/);
  });
});

const msmtp = offeredProgram('msmtp', 'msmtp');

describe.skipIf(msmtp === null)('msmtp', () => {
  it('passes a mail on, and says when it cannot', async () => {
    const server = await MailServer.start();
    const config = folder.write(
      'msmtprc',
      `account default\nhost 127.0.0.1\nport ${server.port}\nfrom w@example.com\n`,
    );
    const program = join(folder.path, 'msmtp-sendmail');
    writeFileSync(program, `#!/bin/sh\nexec '${msmtp ?? ''}' -C '${config}' "$@"\n`, { mode: 0o755 });
    expect(await summary('msmtp', {}, '--sendmail', program)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(server.received).toHaveLength(1);
    expect(server.received[0]?.to).toEqual(['ops@example.com']);
    await expectWhole(Buffer.from(server.received[0]?.raw ?? '', 'latin1'));
    await server.stop();
    const down = await summary('down', {}, '--sendmail', program);
    expect(down.code).toBe(75);
    expect(down.stderr).toMatch(/the mail was not accepted: .*sendmail ended with 7\d: .*cannot connect/);
  });
});

it('a sendmail that is none, ends badly, or cannot be started is said in a sentence', async () => {
  const missing = await summary('a', {}, '--sendmail', '/nonexistent');
  expect(missing.code).toBe(2);
  expect(missing.stderr).toBe('wslog: --sendmail: /nonexistent is not a program that can be started\n');
  const bad = join(folder.path, 'bad');
  writeFileSync(bad, '#!/bin/sh\ncat > /dev/null; printf "no \\033[2Jqueue\\n" >&2; exit 75\n', { mode: 0o755 });
  const failing = await summary('b', {}, '--sendmail', bad);
  expect(failing.code).toBe(75);
  expect(failing.stderr).toContain(`${bad} ended with 75: no \\x1b[2Jqueue`);
  writeFileSync(bad, '#!/nonexistent\n', { mode: 0o755 });
  expect((await summary('c', {}, '--sendmail', bad)).stderr).toContain('cannot be started (ENOENT)');
  // It may end before it has read anything.
  writeFileSync(bad, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  expect(await summary('d', {}, '--sendmail', bad)).toMatchObject({ code: 0 });
});
