/** `watch` on a real terminal: tmux shows what a person would see. */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Folder, many, refused, refusedAccess, wslog } from './run.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const hasTmux = spawnSync('tmux', ['-V']).status === 0;

const folder = new Folder();
afterAll(() => folder.remove());
/** Each test has a terminal of its own: a server that is told to end does so in its own time. */
let terminals = 0;
const socket = (): string => `wslog-screen-${process.pid}-${terminals}`;
afterEach(() => void spawnSync('tmux', ['-L', socket(), 'kill-server']));

function tmux(...args: string[]): string {
  return execFileSync('tmux', ['-L', socket(), ...args], { encoding: 'utf8' });
}

const seen = (): string => tmux('capture-pane', '-p');
const press = (...keys: string[]): string => tmux('send-keys', ...keys);
/** Is the other buffer shown, the cursor, does text wrap? */
const modes = (): string => tmux('display', '-p', '#{alternate_on} #{cursor_flag} #{wrap_flag}').trim();
const ON_SCREEN = '1 0 0';
const GIVEN_BACK = '0 1 1';

async function until(what: RegExp | (() => boolean), look: () => string = seen): Promise<string> {
  const deadline = Date.now() + 8_000;
  for (;;) {
    const text = look();
    if (typeof what === 'function' ? what() : what.test(text)) return text;
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}; the terminal shows:\n${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let serial = 0;

/** A shell in a terminal of this size, in which `wslog` was started and shows its screen. */
async function start(args: string, size: [columns: number, rows: number] = [80, 24], env = ''): Promise<void> {
  const [columns, rows] = size;
  terminals++;
  // What one watch remembers is no business of the next: each has its own state.
  const shell = `env -i PATH='${process.env.PATH ?? ''}' HOME=/nonexistent TERM=screen LANG=C.UTF-8 TZ=UTC STATE_DIRECTORY=${join(folder.path, `state-${terminals}`)} PS1='ready> ' bash --norc`;
  tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), shell);
  tmux('set', '-g', 'status', 'off');
  await until(/ready>/);
  press('-l', `clear; echo before; ${env} '${process.execPath}' '${CLI}' watch --no-nginx-conf ${args}`);
  press('Enter');
}

function logs(): { error: string; access: string } {
  serial++;
  return {
    error: folder.write(`error-${serial}.log`, many(30, refused)),
    access: folder.write(`access-${serial}.log`, many(30, refusedAccess)),
  };
}

describe.skipIf(!hasTmux)(hasTmux ? 'the screen' : 'the screen (skipped: tmux is not installed)', () => {
  it('shows incidents, follows the log, answers keys, and ends with the report', async () => {
    const { error, access } = logs();
    await start(`--from-start ${error} ${access}`);
    await until(/1 open incident[^s][\s\S]*> critical[\s\S]*Nothing listens on 10\.0\.0\.5:8080[\s\S]*q quit/);
    expect(modes()).toBe(ON_SCREEN);
    appendFileSync(error, refused(77).replaceAll('/ws', '/other').replaceAll('10.0.0.5', '10.0.0.9'));
    await until(/1 open incident, 1 elsewhere/);
    press('a', 'j');
    await until(/\n> .*\/other/);
    press('Enter');
    await until(/Lines[\s\S]*scroll|more lines? below/);
    press('f');
    await until(/ss -ltnp/);
    press('Escape');
    await until(/Enter explain/);
    press('/');
    press('-l', '10.0.0.9');
    await until(/filter: 10\.0\.0\.9/);
    press('Enter', 'p', '?');
    await until(/PAUSED[\s\S]*hold the display still/);
    press('q');
    const after = await until(/ready>$/, () => seen().trimEnd());
    expect(modes()).toBe(GIVEN_BACK);
    expect(after).toContain('Zone');
    expect(tmux('capture-pane', '-p', '-S', '-300')).toContain('before');
  });

  it('fits every size it is given while it runs', async () => {
    const { error, access } = logs();
    await start(`--from-start ${error} ${access}`, [120, 40], 'NO_COLOR=1');
    await until(/clients[\s\S]*over time/);
    for (const [columns, rows] of [
      [200, 50],
      [80, 24],
      [100, 30],
    ] as const) {
      tmux('resize-window', '-x', String(columns), '-y', String(rows));
      const rule = new RegExp(`^─{${columns}}$`, 'm');
      const text = await until(rule);
      expect(text.split('\n')[0]?.trimEnd().endsWith('UTC')).toBe(true);
      expect(text.trimEnd().split('\n')).toHaveLength(rows);
    }
    tmux('resize-window', '-x', '40', '-y', '10');
    await until(/too small/);
    tmux('resize-window', '-x', '80', '-y', '24');
    await until(/> critical/);
    expect(tmux('capture-pane', '-p', '-e')).not.toContain('\x1b[');
  });

  it('gives the terminal back when it is suspended, and takes it again', async () => {
    const { error } = logs();
    await start(`--from-start ${error}`);
    await until(/> critical/);
    press('C-z');
    await until(/Stopped[\s\S]*ready>/);
    expect(modes()).toBe(GIVEN_BACK);
    press('-l', 'stty -a | grep -wo -e -echo -e echo');
    press('Enter');
    await until(/^echo$/m);
    press('fg', 'Enter');
    await until(/> critical[\s\S]*q quit/);
    expect(modes()).toBe(ON_SCREEN);
    press('C-c');
    await until(() => modes() === GIVEN_BACK);
  });

  it.each(['TERM', 'INT'])('gives the terminal back on SIG%s', async (signal) => {
    const { error } = logs();
    await start(`--from-start ${error}; echo code $?`);
    await until(/> critical/);
    const job = tmux('display', '-p', '#{pane_pid}').trim();
    const pid = execFileSync('pgrep', ['-P', job], { encoding: 'utf8' }).trim();
    process.kill(Number(pid), `SIG${signal}` as NodeJS.Signals);
    await until(/^code 0$/m);
    expect(modes()).toBe(GIVEN_BACK);
  });

  it('stays through SIGHUP, which reloads, and ends when its terminal goes', async () => {
    const { error } = logs();
    await start(`--from-start ${error}`);
    await until(/> critical/);
    const job = tmux('display', '-p', '#{pane_pid}').trim();
    const pid = Number(execFileSync('pgrep', ['-P', job], { encoding: 'utf8' }).trim());
    process.kill(pid, 'SIGHUP');
    await until(/were read anew[\s\S]*q quit/);
    tmux('kill-server');
    await until(
      () => !existsSync(`/proc/${pid}`),
      () => '',
    );
    // What it knew was stored all the same.
    const state = join(folder.path, `state-${terminals}`);
    expect(JSON.parse(wslog(['incidents', '--json', '--state', state]).stdout).incidents).toMatchObject([
      { count: 30 },
    ]);
  });

  it('prints lines where a screen cannot be', async () => {
    const { error } = logs();
    await start(`--plain --from-start ${error}`);
    await until(/ opened critical \/ws/);
    expect(modes()).toBe(GIVEN_BACK);
    press('C-c');
    await until(/ready>$/, () => seen().trimEnd());
    press(
      '-l',
      `clear; TERM=dumb STATE_DIRECTORY='${folder.path}/other-state' '${process.execPath}' '${CLI}' watch --no-nginx-conf --from-start ${error}`,
    );
    press('Enter');
    await until(/Lines[\s\S]*error-/);
    expect(modes()).toBe(GIVEN_BACK);
  });

  it('lets nothing of a log through to the terminal', async () => {
    const evil = '\x1b[2J\x1b]0;pwned\x07\x1b[?1049l\x9b31m';
    const lines = many(5, (n) =>
      refused(n).replaceAll('GET /ws', `GET /ws${evil}`).replace('host: "chat.test"', `host: "${evil}"`),
    );
    const error = folder.write('evil.log', lines);
    await start(`--all --from-start ${error}`, [120, 40]);
    await until(/q quit/);
    await until(/5 lines/);
    expect(modes()).toBe(ON_SCREEN);
    expect(tmux('display', '-p', '#{pane_title}')).not.toContain('pwned');
    press('Enter');
    await until(/\\x1b\]0;pwned|no incident/i);
    expect(modes()).toBe(ON_SCREEN);
    press('q');
    await until(() => modes() === GIVEN_BACK);
  });
});
