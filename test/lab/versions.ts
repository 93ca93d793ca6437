/**
 * The nginx versions the lab runs on. One is the system's own; the others are Debian packages of other releases, which
 * are unpacked below `.cache/nginx` and never installed, and which run with the libraries and the loader they came with.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nginxBinary } from './setup.ts';

/** The Debian release that ships each version. */
const RELEASES: ReadonlyMap<string, string> = new Map([
  ['1.22', 'bookworm'],
  ['1.26', 'trixie'],
  ['1.30', 'forky'],
]);

export interface LabNginx {
  /** `1.26`, as asked for. */
  readonly series: string;
  /** `1.26.3`. */
  readonly version: string;
  /** Absolute path of a program that takes nginx's arguments. */
  readonly binary: string;
}

const CACHE = new URL('../../.cache/nginx/', import.meta.url).pathname;
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const USUAL_MIRROR = 'http://deb.debian.org/debian';
const NETWORK_PATIENCE_MS = 120_000;

/** `WSLOG_LAB_NGINX=1.22,1.26,1.30`; without it the system's own. */
export function requestedSeries(): readonly string[] {
  const asked = process.env.WSLOG_LAB_NGINX;
  if (asked !== undefined && asked !== '') return [...new Set(asked.split(','))];
  return [seriesOf(versionOf(nginxBinary()) ?? '1.22')];
}

/** `1.22.1`, as the program says; null when it does not run. */
export function versionOf(binary: string): string | null {
  const { stderr } = spawnSync(binary, ['-v'], { encoding: 'utf8' });
  return /nginx\/(\d+\.\d+\.\d+)/.exec(stderr ?? '')?.[1] ?? null;
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/**
 * The nginx of a series: the system's where it is of that series, else the one of the Debian release that has it.
 * @throws Error with one sentence when it cannot be had here
 */
export function nginxOf(series: string): LabNginx {
  const own = versionOf(nginxBinary());
  if (own !== null && seriesOf(own) === series) return { series, version: own, binary: nginxBinary() };
  const release = RELEASES.get(series);
  if (release === undefined) {
    throw new Error(
      `nginx ${series} is not run: the lab knows ${[...RELEASES.keys()].join(', ')} and the system's own.`,
    );
  }
  const binary = join(CACHE, release, 'bin/nginx');
  if (!existsSync(binary)) unpackRelease(release, series);
  const version = versionOf(binary);
  if (version === null || seriesOf(version) !== series) {
    throw new Error(`nginx ${series} is not run: what Debian ${release} has says it is ${version ?? 'nothing'}.`);
  }
  return { series, version, binary };
}

/** Loads nginx and the libraries it needs, checked by apt's signatures, and puts a starter beside them. */
function unpackRelease(release: string, series: string): void {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, `.${release}-`));
  try {
    const apt = aptOf(release, folder);
    apt('apt-get', 'update');
    const packages = withLibraries('nginx', apt);
    mkdirSync(join(folder, 'packages'));
    apt('apt-get', 'download', ...packages);
    for (const name of readdirSync(join(folder, 'packages'))) {
      execFileSync('dpkg-deb', ['-x', join(folder, 'packages', name), join(folder, 'root')]);
    }
    for (const scaffold of ['apt', 'packages']) rmSync(join(folder, scaffold), { recursive: true, force: true });
    writeStarter(folder);
    const finished = join(CACHE, release);
    rmSync(finished, { recursive: true, force: true });
    renameSync(folder, finished);
  } catch (failure) {
    rmSync(folder, { recursive: true, force: true });
    const reason = failure instanceof Error ? failure.message.split('\n').find((line) => line.startsWith('E: ')) : null;
    throw new Error(
      `nginx ${series} is not run: its packages could not be loaded from Debian ${release}${reason ? ` (${reason})` : ''}.`,
    );
  }
}

type Apt = (program: string, ...args: readonly string[]) => string;

/** apt with sources, lists and state of its own: what the system has and knows is neither read nor changed. */
function aptOf(release: string, folder: string): Apt {
  const own = join(folder, 'apt');
  for (const each of ['lists/partial', 'cache/archives/partial']) mkdirSync(join(own, each), { recursive: true });
  const signed = existsSync(KEYRING) ? `[signed-by=${KEYRING}] ` : '';
  writeFileSync(join(own, 'sources.list'), `deb ${signed}${mirror()} ${release} main\n`);
  writeFileSync(join(own, 'status'), '');
  const options = [
    `Dir::Etc::sourcelist=${own}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    'Dir::Etc::preferencesparts=/dev/null',
    `Dir::State=${own}`,
    `Dir::State::lists=${own}/lists`,
    `Dir::State::status=${own}/status`,
    `Dir::Cache=${own}/cache`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
    // Without it apt is content with lists it could not load.
    'APT::Update::Error-Mode=any',
  ].flatMap((option) => ['-o', option]);
  return (program, ...args) =>
    execFileSync(program, [...options, ...args], {
      cwd: existsSync(join(folder, 'packages')) ? join(folder, 'packages') : folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: NETWORK_PATIENCE_MS,
    });
}

/** The mirror this machine is told to use for Debian itself. */
function mirror(): string {
  const { stdout } = spawnSync('apt-get', ['indextargets', '--format', '$(REPO_URI)', 'Created-By: Packages'], {
    encoding: 'utf8',
  });
  const uris = (stdout ?? '').split('\n');
  return uris.find((uri) => /\/debian\/?$/.test(uri)) ?? USUAL_MIRROR;
}

/** A package and the libraries below it. What else it depends on serves an installed system. */
function withLibraries(first: string, apt: Apt): readonly string[] {
  const found = new Set([first]);
  for (const name of found) {
    const depends = apt('apt-cache', 'show', '--no-all-versions', name).match(/^Depends: (.*)$/m)?.[1] ?? '';
    for (const [library] of depends.matchAll(/(?<=^|, )(?:lib|zlib1g)[\w.+-]*/g)) found.add(library);
  }
  return [...found];
}

/** A program that starts nginx through the loader of its own release, and becomes it: the process id stays. */
function writeStarter(folder: string): void {
  const folders = ['usr/lib', 'lib'].flatMap((base) => {
    const path = join(folder, 'root', base);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => name.includes('linux-gnu'))
      .map((name) => `${base}/${name}`);
  });
  const loader = folders.flatMap((base) =>
    readdirSync(join(folder, 'root', base))
      .filter((name) => /^ld-linux.*\.so\.\d+$/.test(name))
      .map((name) => `${base}/${name}`),
  )[0];
  if (loader === undefined) throw new Error('E: the C library has no loader');
  const path = folders.map((base) => `"$root/${base}"`).join(':');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/nginx'),
    `#!/bin/sh\nroot=$(dirname "$(dirname "$(readlink -f "$0")")")/root\nexec "$root/${loader}" --library-path ${path} "$root/usr/sbin/nginx" "$@"\n`,
    { mode: 0o755 },
  );
}
