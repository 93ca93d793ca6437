/** A Postfix of our own on loopback, beside whatever the machine has: its queue, its port, its mailbox. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SERVICES = `pickup unix n - n 1 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
`;

export class Postfix {
  /** A sendmail program that hands over to this Postfix. */
  readonly sendmail: string;
  readonly #folder: string;
  readonly #config: string;

  /** Takes mails for example.com, all into one mailbox. */
  constructor(port: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'wslog-postfix-'));
    // The daemons that give up root's rights must get to its parts.
    chmodSync(this.#folder, 0o755);
    this.#config = join(this.#folder, 'etc');
    for (const name of ['etc', 'queue', 'data', 'mail']) mkdirSync(join(this.#folder, name));
    const owner = (flag: string) => spawnSync('id', [flag, 'postfix'], { encoding: 'utf8' }).stdout.trim();
    for (const name of ['data', 'mail']) spawnSync('chown', ['postfix', join(this.#folder, name)]);
    const settings = {
      compatibility_level: '3.6',
      queue_directory: join(this.#folder, 'queue'),
      data_directory: join(this.#folder, 'data'),
      command_directory: '/usr/sbin',
      daemon_directory: '/usr/lib/postfix/sbin',
      mail_owner: 'postfix',
      setgid_group: 'postdrop',
      myhostname: 'mta.test',
      mydestination: '',
      inet_interfaces: '127.0.0.1',
      inet_protocols: 'ipv4',
      maillog_file: join(this.#folder, 'log'),
      maillog_file_prefixes: this.#folder,
      virtual_mailbox_domains: 'example.com',
      virtual_mailbox_base: join(this.#folder, 'mail'),
      virtual_mailbox_maps: 'static:box/',
      virtual_minimum_uid: '1',
      virtual_uid_maps: `static:${owner('-u')}`,
      virtual_gid_maps: `static:${owner('-g')}`,
      default_transport: 'error:nothing leaves this machine',
      smtpd_recipient_restrictions: 'reject_unauth_destination',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}\n`);
    writeFileSync(join(this.#config, 'main.cf'), lines.join(''));
    writeFileSync(join(this.#config, 'master.cf'), `127.0.0.1:${port} inet n - n - - smtpd\n${SERVICES}`);
    this.sendmail = join(this.#folder, 'sendmail');
    writeFileSync(this.sendmail, `#!/bin/sh\nexec /usr/sbin/sendmail -C '${this.#config}' "$@"\n`, { mode: 0o755 });
  }

  start(): void {
    const { status, stderr } = spawnSync('postfix', ['-c', this.#config, 'start'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Postfix does not start: ${stderr} ${this.log()}`);
  }

  log(): string {
    const path = join(this.#folder, 'log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Waits until so many mails are in the mailbox, and returns them in the order in which they came. */
  async mails(count: number): Promise<Buffer[]> {
    const box = join(this.#folder, 'mail', 'box', 'new');
    for (const deadline = Date.now() + 30_000; ; ) {
      const names = existsSync(box) ? readdirSync(box).sort() : [];
      if (names.length >= count) return names.map((name) => readFileSync(join(box, name)));
      if (Date.now() > deadline) throw new Error(`only ${names.length} mails came: ${this.log().slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  stop(): void {
    spawnSync('postfix', ['-c', this.#config, 'stop']);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
