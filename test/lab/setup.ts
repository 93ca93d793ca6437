/**
 * Makes sure the programs the lab drives are installed.
 * Called by the lab itself, and by the global set-up of the other tests.
 */
import { spawnSync } from 'node:child_process';

const NEEDED: ReadonlyArray<{ program: string; packages: string }> = [
  { program: 'nginx', packages: 'nginx-light' },
  { program: 'openssl', packages: 'openssl' },
  { program: 'gzip', packages: 'gzip' },
  { program: 'zstd', packages: 'zstd' },
  { program: 'bzip2', packages: 'bzip2' },
  { program: 'xz', packages: 'xz-utils' },
  { program: 'patch', packages: 'patch' },
  { program: 'strace', packages: 'strace' },
];

/** Where programs of the system administrator live; an ordinary user's PATH may lack them. */
const SEARCH_PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/local/sbin`;

/** The nginx of this machine: `LAB_NGINX` or the one found on the path. */
export function nginxBinary(): string {
  return process.env.LAB_NGINX ?? which('nginx') ?? 'nginx';
}

/**
 * The path of a program that only some tests drive; installed with apt when the user is root. Null, and a sentence for
 * the user, where it is not to be had: the tests then skip themselves.
 */
export function offeredProgram(program: string, packages: string): string | null {
  const found = which(program);
  if (found !== null) return found;
  if (process.getuid?.() === 0 && which('apt-get') !== null && installed([packages])) return which(program);
  console.error(`Some tests are skipped: they need the Debian package ${packages}. Install it as root to run them.`);
  return null;
}

/**
 * Whether Postfix is there to be run, with a configuration of the tests' own. It is installed only where there is no
 * other mail system, which it would replace.
 */
export function offeredPostfix(): boolean {
  const replaces = which('postfix') === null && which('sendmail') !== null;
  if (process.getuid?.() !== 0 || replaces) {
    const why = replaces ? 'and this machine has another mail system' : 'run by root';
    console.error(`Some tests of mails are skipped: they need Postfix, ${why}.`);
    return false;
  }
  const selection = 'postfix postfix/main_mailer_type select No configuration';
  if (which('postfix') === null) spawnSync('debconf-set-selections', { input: selection });
  return offeredProgram('postfix', 'postfix') !== null;
}

function installed(packages: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  spawnSync('apt-get', ['update'], { stdio: 'inherit', env });
  return spawnSync('apt-get', install, { stdio: 'inherit', env }).status === 0;
}

function which(program: string): string | null {
  for (const folder of SEARCH_PATH.split(':')) {
    if (folder === '') continue;
    const candidate = `${folder}/${program}`;
    if (spawnSync('test', ['-x', candidate]).status === 0) return candidate;
  }
  return null;
}

/** The Chromium of this machine, which the tests of the HTML page drive; installed like the rest. */
export function ensureBrowser(): string {
  const found = () => process.env.CHROMIUM ?? which('chromium') ?? which('chromium-browser') ?? which('google-chrome');
  if (found() === null) install(['chromium'], 'The tests of the HTML page need');
  return found() ?? 'chromium';
}

/**
 * Installs what is missing with apt when the user is root.
 * @throws Error with one sentence that names the Debian packages when it cannot.
 */
export function ensureLabPrograms(): void {
  const missing = NEEDED.filter(({ program }) =>
    program === 'nginx' && process.env.LAB_NGINX !== undefined ? false : which(program) === null,
  ).map(({ packages }) => packages);
  if (missing.length > 0) install(missing, 'The lab needs');
}

function install(missing: readonly string[], needs: string): void {
  if (process.getuid?.() === 0 && which('apt-get') !== null) {
    const args = ['install', '-y', '--no-install-recommends', ...missing];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update'], { stdio: 'inherit', env });
    if (spawnSync('apt-get', args, { stdio: 'inherit', env }).status === 0) return;
  }
  throw new Error(
    `${needs} these Debian packages: ${missing.join(' ')}. Install them as root, then run the tests again.`,
  );
}
