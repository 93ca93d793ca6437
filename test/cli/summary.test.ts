import { type ChildProcess, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deadPort, MailServer } from './mail-server.ts';
import { bash, Folder, many, Running, refused, wslog, wslogBeside } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let place = '';
let log = '';
let state = '';
let serial = 0;
let server: MailServer | null = null;
beforeEach(() => {
  serial++;
  place = join(folder.path, `${serial}`);
  log = join(place, 'error.log');
  state = join(place, 'state');
  mkdirSync(place);
  writeFileSync(log, many(30, refused));
});
afterEach(async () => {
  await server?.stop();
  server = null;
});

/** Lines of another incident: the same backend at another path. */
const at = (path: string, count: number): string =>
  Array.from({ length: count }, (_, n) => refused(1000 + n, n % 60).replaceAll('/ws', path)).join('');
const plain = ['--no-nginx-conf', '--tz', 'UTC'];
const summary = (...args: string[]) => wslog(['summary', ...plain, '--state', state, ...args, log]);
const known = () => JSON.parse(wslog(['incidents', '--state', state, '--json']).stdout).incidents;

describe('summary', () => {
  it('tells what is new once, then nothing, then what came', () => {
    const first = summary();
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^\S+: 1 new\n/);
    expect(first.stdout).toContain('This is the first summary here');
    expect(first.stdout).toContain('30 handshakes to /ws on chat.test failed');
    expect(summary()).toEqual({ code: 0, stdout: '', stderr: '' });
    appendFileSync(log, at('/live', 7));
    const third = summary();
    expect(third.stdout).toContain('7 handshakes to /live on chat.test failed');
    expect(third.stdout).not.toContain('/ws ');
    expect(third.stdout).toMatch(/backend-refused +7 +before 30/);
    expect(
      known()
        .map(({ count }: { count: number }) => count)
        .sort(),
    ).toEqual([30, 7]);
  });

  it('is silent about healthy logs, and says now and then that all is well where that is wished', () => {
    writeFileSync(log, '2026/11/22 12:00:00 [notice] 1#1: start worker processes\n');
    expect(summary()).toEqual({ code: 0, stdout: '', stderr: '' });
    writeFileSync(`${log}2`, '2026/11/22 12:00:00 [notice] 1#1: start worker processes\n');
    const beat = wslog(['summary', ...plain, '--state', `${state}2`, '--heartbeat', 'weekly', `${log}2`]);
    expect(beat).toMatchObject({ code: 0, stderr: '' });
    expect(beat.stdout).toMatch(/: all well\nAll well: nothing to tell for .*\. 1 line read\.\n$/);
    expect(wslog(['summary', ...plain, '--state', `${state}2`, '--heartbeat', 'weekly', `${log}2`]).stdout).toBe('');
  });

  it('reads on through rotation and compression', () => {
    summary();
    appendFileSync(log, at('/live', 3));
    writeFileSync(`${log}.2.gz`, gzipSync(readFileSync(log)));
    writeFileSync(`${log}.1`, at('/live', 4));
    writeFileSync(log, at('/live', 5));
    expect(summary().stdout).toContain('12 handshakes to /live');
    renameSync(`${log}.1`, `${log}.3`);
    appendFileSync(log, at('/chat', 2));
    expect(summary().stdout).toContain('2 requests to /chat');
  });

  it('runs beside a watch, and both know each incident once', async () => {
    const watch = new Running(['watch', '--format', 'ndjson', '--from-start', ...plain, '--state', state, log]);
    await watch.until('stdout', '"opened"');
    expect(summary().stdout).toContain('30 handshakes to /ws');
    appendFileSync(log, at('/live', 7));
    await watch.until('stdout', '/live');
    expect(summary().stdout).toContain('7 handshakes to /live');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stderr).not.toContain('cannot be saved');
    expect(
      known()
        .map(({ count }: { count: number }) => count)
        .sort(),
    ).toEqual([30, 7]);
  });

  it('prints the very message, and changes nothing', () => {
    const dry = summary('--dry-run', '--mail-to', 'Ops <ops@example.com>, root', '--mail-from', 'w@example.com');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/^Subject: \S+: 1 new, critical: Nothing listens on 10\.0\.0\.5:8080$/m);
    expect(dry.stdout).toMatch(/^To: Ops <ops@example\.com>, <root>$/m);
    expect(existsSync(state)).toBe(false);
    expect(summary('--dry-run').stdout).toContain('1 new');
  });

  it('tells of a time that was asked for, compared with as long before, and remembers nothing', () => {
    writeFileSync(log, many(20, refused) + at('/live', 40).replaceAll('12:00:', '12:30:'));
    const since = summary('--since', '2026-11-22 12:30:10', '--json');
    expect(since.code).toBe(0);
    const document = JSON.parse(since.stdout);
    expect(document).toMatchObject({
      schema: 'wslog.summary/1',
      since: '2026-11-22T12:30:10.000Z',
      window: { lines: 30 },
    });
    expect(existsSync(state)).toBe(false);
  });

  it('says what it could not read, and tells the rest', () => {
    const gone = join(place, 'gone.log');
    const { code, stdout, stderr } = summary(gone);
    expect(code).toBe(3);
    expect(stdout).toContain('1 new');
    expect(stderr).toContain('gone.log');
    expect(wslog(['summary', ...plain, '--state', state, gone])).toMatchObject({ code: 2, stdout: '' });
  });

  it('prints files for cron and systemd that hold what was typed', () => {
    const typed = ['--mail-to', "o'neil@example.com", '--heartbeat', 'weekly', '--repeat-interval', '8h'];
    const cron = wslog(['summary', '--print-cron', ...typed, 'error.log'], { cwd: place });
    expect(cron.code).toBe(0);
    const line = cron.stdout.split('\n').find((each) => each.startsWith('0 7 * * *')) ?? '';
    expect(line).toContain(`--mail-to 'o'\\''neil@example.com' --heartbeat weekly --repeat-interval 28800s`);
    expect(line).toContain(log);
    const timer = wslog(['summary', '--print-systemd-timer', '--mail-to', 'ops@example.com', log]);
    expect(timer.stdout).toMatch(/^ExecStart=\/\S*wslog summary --mail-to ops@example\.com \/\S+error\.log$/m);
    expect(timer.stdout).toContain('OnCalendar=');
  });
});

/** A user namespace of one's own may be forbidden, in containers above all. */
const unshares = spawnSync('unshare', ['-rm', 'true']).status === 0;

it.skipIf(!unshares)('sends nothing that it cannot write down, and says so in a sentence', () => {
  const run = bash(`export -f wslog; cd '${place}'; cat > sendmail <<'E'
#!/bin/sh
cat > /dev/null; echo sent >> '${place}/sent'
E
    chmod +x sendmail
    unshare -rm bash -c '
      mkdir state; mount -t tmpfs -o size=180k,mode=0700 tmpfs state
      tell() { wslog summary ${plain.join(' ')} --state state --mail-to ops@example.com --sendmail ./sendmail error.log; echo "exit $?"; }
      : > error.log.keep; cp error.log error.log.keep; : > error.log; tell
      cp error.log.keep error.log; head -c 1M /dev/zero > state/fill 2>/dev/null
      tell 2>&1; cat sent 2>/dev/null; rm state/fill; tell; cat sent; tell; cat sent'`);
  expect(run.stdout).toMatch(
    /^exit 0\nwslog: .*\/state .*\(SQLITE_\w+\); .*next run .*\nexit 75\nexit 0\nsent\nexit 0\nsent\n$/,
  );
});

describe('summary by mail', () => {
  const env = () => ({ WSLOG_SMTP_URL: server?.url ?? '', WSLOG_MAIL_FROM: 'wslog@example.com' });
  const mailed = (begun?: (child: ChildProcess) => void) =>
    wslogBeside(['summary', ...plain, '--state', state, '--mail-to', 'ops@example.com,dev@example.com', log], {
      env: env(),
      ...(begun === undefined ? {} : { begun }),
    });

  it('sends one mail to those who were named, and nothing when there is nothing', async () => {
    server = await MailServer.start();
    expect(await mailed()).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(server.received).toHaveLength(1);
    const [{ mail, to, from } = expect.fail()] = server.received;
    expect(to).toEqual(['ops@example.com', 'dev@example.com']);
    expect(from).toBe('wslog@example.com');
    expect(mail.subject).toMatch(/^\S+: 1 new, critical: Nothing listens on 10\.0\.0\.5:8080$/);
    expect(mail.text).toContain('30 handshakes to /ws on chat.test failed');
    expect(mail.html).toContain('30 handshakes to /ws on chat.test failed');
    expect((await mailed()).code).toBe(0);
    expect(server.received).toHaveLength(1);
  });

  it('keeps everything for the next run when the server says no or is down, and then sends it once', async () => {
    server = await MailServer.start();
    await mailed();
    appendFileSync(log, at('/live', 7));
    server.refusal = { code: 451, text: 'try again later' };
    const refusedRun = await mailed();
    expect(refusedRun).toMatchObject({ code: 75, stdout: '' });
    expect(refusedRun.stderr).toMatch(
      /^wslog: the mail was not accepted: 127\.0\.0\.1:\d+ did not take the mail: 451 /,
    );
    const down = await wslogBeside(['summary', ...plain, '--state', state, '--mail-to', 'ops@example.com', log], {
      env: { WSLOG_SMTP_URL: `smtp://127.0.0.1:${await deadPort()}` },
    });
    expect(down).toMatchObject({ code: 75 });
    expect(down.stderr).toContain('nothing listens there');
    server.refusal = null;
    appendFileSync(log, at('/chat', 4));
    expect((await mailed()).code).toBe(0);
    expect(await mailed()).toMatchObject({ code: 0 });
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.mail.text).toContain('7 handshakes to /live');
    expect(server.received[1]?.mail.text).toContain('4 requests to /chat');
  });

  it('sends the same mail under the same Message-ID when it was killed before it knew', async () => {
    server = await MailServer.start();
    let child: ChildProcess | null = null;
    server.onMessage = () => child?.kill('SIGKILL');
    await mailed((begun) => {
      child = begun;
    });
    server.onMessage = null;
    // What came meanwhile is told in a mail of its own.
    appendFileSync(log, at('/live', 7));
    expect(await mailed()).toMatchObject({ code: 0, stderr: '' });
    const ids = server.received.map(({ mail }) => mail.messageId);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(server.received[0]?.raw.replace(/^Received:.*\r\n(?:[ \t].*\r\n)*/m, '')).toBe(
      server.received[1]?.raw.replace(/^Received:.*\r\n(?:[ \t].*\r\n)*/m, ''),
    );
    expect(server.received[2]?.mail.text).not.toContain('/ws ');
    expect(
      known()
        .map(({ count }: { count: number }) => count)
        .sort(),
    ).toEqual([30, 7]);
    expect(await mailed()).toMatchObject({ code: 0 });
    expect(server.received).toHaveLength(3);
  });

  it('tells everything once, whenever it is killed', async () => {
    server = await MailServer.start();
    writeFileSync(log, '');
    const names = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta', 'theta'];
    for (const [n, name] of names.entries()) {
      appendFileSync(log, at(`/ws/${name}`, 5));
      // From before it reads to after it has sent, on a fast machine as on a slow one.
      await mailed((child) => void setTimeout(() => child.kill('SIGKILL'), 150 + n * 110));
    }
    expect(await mailed()).toMatchObject({ code: 0, stderr: '' });
    const texts = new Map<string, string>();
    for (const { mail, raw } of server.received) {
      const said = texts.get(mail.messageId ?? '') ?? mail.text;
      expect(mail.text, raw.slice(0, 500)).toBe(said);
      texts.set(mail.messageId ?? '', mail.text ?? '');
    }
    const counts = known().map(({ count }: { count: number }) => count);
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(40);
    // Hits of incidents explained and of those told in brief, whatever they were folded into.
    const told = [...texts.values()].flatMap((text) => [
      ...text.matchAll(/-- New, [\s\S]*?\n {3}(\d+) handshakes? to/g),
      ...text.matchAll(/\n\* New[^*]*?, (\d+) hits/g),
      ...text.matchAll(/: (\d+) more hits? since/g),
    ]);
    expect(told.reduce((sum, [, hits]) => sum + Number(hits), 0)).toBe(40);
  });

  it('lets one run at a time, and the other wait', async () => {
    server = await MailServer.start();
    const both = await Promise.all([mailed(), mailed(), mailed()]);
    expect(both).toEqual(both.map(() => ({ code: 0, stdout: '', stderr: '' })));
    expect(server.received).toHaveLength(1);
  });

  it('logs in with a password from a file that nobody else can read, and never says it', async () => {
    const secret = 'correct-horse-battery';
    server = await MailServer.start({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      authMethods: ['PLAIN', 'LOGIN'],
      onAuth: ({ username, password }, _, done) =>
        password === secret ? done(null, { user: username ?? '' }) : done(new Error(`no: ${password}`)),
    });
    const file = join(place, 'password');
    writeFileSync(file, `${secret}\n`);
    const run = (more: Record<string, string> = {}) =>
      wslogBeside(['summary', ...plain, '--state', state, '--mail-to', 'ops@example.com', '--verbose', log], {
        env: {
          WSLOG_SMTP_URL: `smtp://wslog@127.0.0.1:${server?.port ?? 0}`,
          WSLOG_MAIL_PASSWORD_FILE: file,
          ...more,
        },
      });
    chmodSync(file, 0o644);
    const open = await run();
    expect(open.code).toBe(2);
    expect(open.stderr).toContain(`${file} can be read by others: chmod 600 it`);
    chmodSync(file, 0o600);
    writeFileSync(file, 'wrong-password-0815\n');
    const wrong = await run();
    expect(wrong.code).toBe(75);
    expect(wrong.stderr).toContain('refused the user or the password');
    expect(wrong.stderr).not.toContain('wrong-password-0815');
    writeFileSync(file, `${secret}\n`);
    const right = await run();
    expect(right.code).toBe(0);
    expect(server.received.map(({ user }) => user)).toEqual(['wslog']);
    for (const out of [right, wrong, open]) expect(out.stdout + out.stderr).not.toContain(secret);
    for (const name of readdirSync(state)) expect(readFileSync(join(state, name), 'latin1')).not.toContain(secret);
  });

  it('refuses a config file with a password that everybody can read, and takes addresses as a list', async () => {
    server = await MailServer.start();
    const config = join(place, 'config');
    mkdirSync(join(config, 'wslog'), { recursive: true });
    const file = join(config, 'wslog', 'config.yaml');
    const run = () => wslogBeside(['summary', ...plain, '--state', state, log], { env: { XDG_CONFIG_HOME: config } });
    writeFileSync(
      file,
      `mail:\n  to: [ops@example.com, dev@example.com]\n  smtpUrl: smtp://u:pass-in-a-file@127.0.0.1:${server.port}\n`,
    );
    chmodSync(file, 0o644);
    const open = await run();
    expect(open.code).toBe(2);
    expect(open.stderr).toMatch(/mail\.smtpUrl is a secret, and .*config\.yaml can be read by others/);
    expect(open.stderr).not.toContain('pass-in-a-file');
    writeFileSync(file, `mail:\n  to: [ops@example.com, dev@example.com]\n  smtpUrl: ${server.url}\n`);
    expect((await run()).code).toBe(0);
    expect(server.received[0]?.to).toEqual(['ops@example.com', 'dev@example.com']);
    writeFileSync(file, 'mail:\n  too: x\n');
    expect((await run()).stderr).toContain('there is no option "mail.too"; did you mean "mail.to"?');
  });

  it('does not send without TLS to another machine', async () => {
    server = await MailServer.start();
    // A name that leads to this machine is not known to do so tomorrow.
    const { code, stderr } = await wslogBeside(
      ['summary', ...plain, '--state', state, '--mail-to', 'ops@example.com', log],
      { env: { WSLOG_SMTP_URL: `smtp://0x7f.1:${server.port}` } },
    );
    expect(code).toBe(75);
    expect(stderr).toMatch(/STARTTLS/);
    expect(server.received).toEqual([]);
  });

  it('tells of a time by mail as well, and remembers nothing of it', async () => {
    server = await MailServer.start();
    const args = ['summary', ...plain, '--state', state, '--since', '2026-11-22', '--mail-to', 'ops@example.com', log];
    for (const expected of [1, 2]) {
      expect(await wslogBeside(args, { env: env() })).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(server.received).toHaveLength(expected);
    }
    expect(existsSync(state)).toBe(false);
  });

  it('lets no secret out in any format', () => {
    const secrets = Array.from({ length: 60 }, (_, n) => `S3cr3t${n}Xyzzy${(n * 7919).toString(36)}Q`);
    const errors = secrets.map((secret, n) =>
      refused(n, n % 60)
        .replace('GET /ws ', `GET /ws?${['token', 'sid', 'x'][n % 3]}=${secret} `)
        .replace('8080/ws"', `8080/ws?auth=${secret}"`)
        .replace(', host:', `, referrer: "https://user:${secret}@site.example/?key=${secret}", host:`),
    );
    const access = secrets.map((secret, n) => {
      const time = `2026-11-22T12:00:${String(n % 60).padStart(2, '0')}+00:00`;
      const fields = { time, remote_addr: '192.0.2.1', request: `GET /ws?token=${secret} HTTP/1.1`, status: 502 };
      return `${JSON.stringify({ ...fields, http_authorization: `Bearer ${secret}`, http_cookie: `sid=${secret}` })}\n`;
    });
    writeFileSync(log, errors.join(''));
    writeFileSync(join(place, 'access.log'), access.join(''));
    const logs = [log, join(place, 'access.log')];
    const outputs = [
      ...['text', 'json', 'markdown', 'html'].map((format) => ['--format', format]),
      ['--dry-run', '--mail-to', 'ops@example.com'],
      ['--verbose', '--all'],
    ].map((args) => wslog(['summary', ...plain, '--no-state', ...args, ...logs]));
    for (const { code, stdout, stderr } of outputs) {
      expect(code).toBe(0);
      expect(stdout.length).toBeGreaterThan(500);
      expect(secrets.filter((secret) => `${stdout}${stderr}`.includes(secret))).toEqual([]);
    }
  });

  it('makes one mail of a flood, and keeps secrets out of mail and state', async () => {
    server = await MailServer.start();
    const secrets = Array.from({ length: 20 }, (_, n) => `S3cr3tV4lue${n}Xyzzy`);
    const [bearer = '', cookie = '', user = ''] = secrets;
    const lines = Array.from({ length: 20_000 }, (_, n) =>
      refused(n, n % 60)
        .replace('GET /ws ', `GET /flood${n % 300}/ws?token=${secrets[n % 20]}&sid=${secrets[(n + 1) % 20]} `)
        .replace('8080/ws"', `8080/flood${n % 300}/ws?access_token=${secrets[n % 20]}"`)
        .replace(', host:', `, referrer: "https://${user}:${bearer}@evil.example/?key=${cookie}", host:`),
    );
    appendFileSync(log, lines.join(''));
    expect((await mailed()).code).toBe(0);
    expect(server.received).toHaveLength(1);
    const [{ mail, raw } = expect.fail()] = server.received;
    expect(raw.length).toBeLessThan(256 * 1024);
    expect(mail.text).toContain('20 000 handshakes');
    const stored = readdirSync(state).map((name) => readFileSync(join(state, name), 'latin1'));
    for (const text of [mail.text ?? '', mail.html ?? '', ...stored]) {
      for (const secret of secrets) expect(text.includes(secret)).toBe(false);
    }
    expect(mail.text).not.toMatch(/https?:\/\/[^\s]*evil/);
  });
});
