/** A watch on a machine that fails: full disk, no notifications, few descriptors, no permission, names that lie. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { bash, CLI, Folder, many, Running, refused, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let dir = '';
let log = '';
let state = '';
let serial = 0;
beforeEach(() => {
  dir = join(folder.path, `${++serial}`);
  mkdirSync(dir);
  log = join(dir, 'error.log');
  state = join(dir, 'state');
  writeFileSync(log, many(3, refused));
});

const watching = (...more: string[]): Running =>
  new Running(['watch', '--no-nginx-conf', '--format', 'ndjson', '--from-start', '--state', state, ...more]);
const known = () => JSON.parse(wslog(['incidents', '--state', state, '--json']).stdout).incidents;
const counted = () => known()[0]?.count ?? 0;
const count = (text: string, what: RegExp) => (text.match(what) ?? []).length;

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !condition(); ) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A user namespace of one's own may be forbidden, in containers above all. */
const unshares = spawnSync('unshare', ['-rm', 'true']).status === 0;
/** A process of its own, which can be sent signals. */
const WSLOG = `${process.execPath} ${CLI}`;
const isRoot = process.getuid?.() === 0;

describe.skipIf(!unshares)(
  unshares ? 'in a namespace of its own' : 'in a namespace (skipped: unshare is not allowed)',
  () => {
    /** Runs a script as root of a new namespace, with the watch started as `$watch`. */
    const inNamespace = (script: string, flags = '-rm') =>
      bash(`export -f wslog; cd '${dir}'; unshare ${flags} bash -c '
      waits() { for i in $(seq 200); do eval "$1" && return; sleep 0.1; done; echo "waited in vain for $1"; }
      start() { ( exec ${WSLOG} watch --no-nginx-conf --format ndjson --from-start "$@" error.log >out 2>err ) & watch=$!; }
      known() { wslog incidents --state state; }
      ${script}'`);

    it('goes on with a full disk, warns once, and saves all when there is room again', () => {
      writeFileSync(
        join(dir, 'more'),
        many(300, (n) => refused(n + 3)),
      );
      const run = inNamespace(`
      mkdir state; mount -t tmpfs -o size=400k,mode=0700 tmpfs state
      start --state state; waits "grep -q opened out"; waits "known | grep -q 3.hits"
      head -c 1M /dev/zero > state/fill 2>/dev/null
      for i in 1 2 3; do cat more >> error.log; sleep 1.2; done
      waits "grep -q cannot.be.saved err"; sleep 2.2
      echo "warned $(grep -c cannot.be.saved err)"; kill -0 $watch && echo alive
      rm state/fill; waits "known | grep -q 903.hits"; known
      kill $watch; wait $watch; echo "exit $?"; known`);
      expect(run.stdout).toMatch(/^warned 1\nalive\n.* 903 hits\nexit 0\n.* 903 hits\n$/);
    });

    it('says so when there is no room for the state that was asked for', () => {
      const run = inNamespace(`
      mkdir state; mount -t tmpfs -o size=16k,mode=0700 tmpfs state; head -c 1M /dev/zero > state/fill 2>/dev/null
      start --state state; wait $watch; echo "exit $?"; cat err`);
      expect(run.stdout).toMatch(
        /^exit 2\n(?:wslog: following .*\n)?wslog: .*\/state cannot be used to keep state in \(\w+\)\n$/m,
      );
    });

    it.each(['max_inotify_watches', 'max_inotify_instances'])('loses nothing without notifications (%s)', (limit) => {
      writeFileSync(
        join(dir, 'more'),
        many(5, (n) => refused(n + 3)),
      );
      const run = inNamespace(
        `
      echo 0 > /proc/sys/user/${limit}
      start --state state; waits "grep -q opened out"
      mv error.log error.log.1; cat more >> error.log.1; cat more > error.log
      waits "known | grep -q 13.hits"; kill $watch; wait $watch; echo "exit $?"; known; cat err`,
        '-r',
      );
      expect(run.stdout).toMatch(/^exit 0\n.* 13 hits\n/);
      expect(count(run.stdout, /notification is not available/g)).toBe(1);
    });

    it('says what a single mounted file cannot show', () => {
      const run = inNamespace(`
      mkdir host; mv error.log host/; touch error.log; mount --bind host/error.log error.log
      start --state state; waits "grep -q opened out"; kill $watch; wait $watch; cat err`);
      expect(run.stdout).toMatch(/error\.log: is mounted by itself.*mount its directory/);
    });
  },
);

describe('many logs and few descriptors', () => {
  it('reads all of them, and what they grow by, and what they become', async () => {
    const logs = join(dir, 'logs');
    mkdirSync(logs);
    const paths = Array.from({ length: 300 }, (_, i) => join(logs, `site${i}.log`));
    for (const [i, path] of paths.entries()) writeFileSync(path, refused(i));
    rmSync(log);
    const watch = new Running(
      ['watch', '--no-nginx-conf', '--format', 'ndjson', '--from-start', '--state', state, logs],
      {},
      'ulimit -n 180',
    );
    await until(() => counted() === 300);
    for (const [i, path] of paths.entries()) appendFileSync(path, refused(i + 300));
    await until(() => counted() === 600);
    for (const [i, path] of paths.entries()) {
      if (i % 2 === 0) continue;
      appendFileSync(path, refused(i + 600));
      renameSync(path, `${path}.1`);
      writeFileSync(path, refused(i + 900));
    }
    await until(() => counted() === 900);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(counted()).toBe(900);
    expect(watch.stderr).not.toMatch(/too many|missing|cannot/);
  }, 60_000);
});

describe.skipIf(!isRoot)('permission', () => {
  it('is waited for when it is lost, and named; nothing is lost when it comes back', async () => {
    chmodSync(folder.path, 0o755);
    mkdirSync(state, { mode: 0o700 });
    for (const path of [dir, state]) spawnSync('chown', ['nobody', path]);
    chmodSync(log, 0o644);
    const run = bash(`
      cd '${dir}'; waits() { for i in $(seq 200); do eval "$1" && return; sleep 0.1; done; echo "waited in vain for $1"; }
      chgrp adm error.log
      ( exec setpriv --reuid nobody --regid nogroup --clear-groups \
          ${WSLOG} watch --no-nginx-conf --format ndjson --from-start --state state error.log >out 2>err ) & watch=$!
      waits "grep -q opened out"
      line=$(head -1 error.log)
      chmod 000 error.log; echo "$line" >> error.log
      waits "wslog incidents --state state | grep -q '4 hits'"
      mv error.log error.log.1; echo "$line" > error.log; chgrp adm error.log; chmod 640 error.log
      waits "grep -q 'permission denied' err"; sleep 1; echo "$line" >> error.log.1
      chmod 644 error.log error.log.1
      waits "wslog incidents --state state | grep -q '6 hits'"
      kill $watch; wait $watch; echo "exit $?"; wslog incidents --state state; grep 'permission' err`);
    expect(run.stdout).toMatch(/^exit 0\n.* 6 hits\n.*permission denied \(group adm\): .*group adm.*\n$/);
  });
});

describe('gaps', () => {
  it('are told on standard error and when the watch ends', async () => {
    const first = watching(log);
    await first.until('stdout', '"opened"');
    expect(await first.end('SIGTERM')).toBe(0);
    appendFileSync(log, refused(4));
    rmSync(log);
    writeFileSync(log, refused(5));
    const second = watching(log);
    await until(() => counted() === 4);
    expect(await second.end('SIGTERM')).toBe(0);
    const end = JSON.parse(second.stdout.trim().split('\n').at(-1) ?? '');
    expect(end).toMatchObject({ type: 'end', gaps: [{ path: log }] });
    expect(end.gaps[0].text).toMatch(/lines written between .*Z and .* may be missing/);
    expect(second.stderr).toContain('may be missing');
  });

  it('a log that is not there is spoken of once', async () => {
    rmSync(log);
    const watch = watching('--poll', '20ms', log);
    await watch.until('stderr', 'does not exist yet');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    writeFileSync(log, refused(1));
    await watch.until('stdout', '"opened"');
    renameSync(log, join(dir, 'elsewhere'));
    await watch.until('stderr', 'is gone');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(count(watch.stderr, /does not exist yet/g)).toBe(1);
    expect(count(watch.stderr, /is gone/g)).toBe(1);
  });
});
