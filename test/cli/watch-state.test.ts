import { appendFileSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { deserialize } from 'node:v8';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { readContent } from '../../src/state/store.ts';
import { Folder, many, Running, refused, refusedAccess, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let log = '';
let state = '';
let serial = 0;
beforeEach(() => {
  serial++;
  log = join(folder.path, `${serial}`, 'error.log');
  state = join(folder.path, `${serial}`, 'state');
  mkdirSync(join(folder.path, `${serial}`));
  writeFileSync(log, many(3, refused));
});

const watching = (...more: string[]): Running =>
  new Running(['watch', '--format', 'ndjson', '--from-start', '--no-nginx-conf', '--state', state, ...more, log]);
const known = (...more: string[]) =>
  JSON.parse(wslog(['incidents', 'list', '--state', state, '--json', ...more]).stdout);

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 15_000; !condition() && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('watch with state', () => {
  it('goes on where it stopped, with what it knew, though rotated meanwhile', async () => {
    const first = watching();
    await first.until('stdout', '"opened"');
    expect(await first.end('SIGTERM')).toBe(0);
    expect(known()).toMatchObject({ schema: 'wslog.incidents/1', incidents: [{ lines: 3, count: 3, status: 'open' }] });
    appendFileSync(log, refused(4));
    renameSync(log, `${log}.1`);
    writeFileSync(log, refused(5));
    const second = watching();
    await second.until('stderr', 'was rotated meanwhile');
    await until(() => known().incidents[0].lines === 5);
    expect(await second.end('SIGTERM')).toBe(0);
    // It was open and known, so it is not told as new.
    const told = second.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told.map(({ type }) => type)).toEqual(['updated', 'end']);
    expect(told[0].incident).toMatchObject({ lines: 5, count: 5 });
    expect(known().incidents).toMatchObject([{ lines: 5, count: 5, statuses: {} }]);
  });

  it('counts as if nothing had happened after kill -9', async () => {
    for (let turn = 1; turn <= 4; turn++) {
      const watch = watching();
      await watch.until('stderr', 'following');
      appendFileSync(log, refused(3 + turn));
      await new Promise((resolve) => setTimeout(resolve, 300 * turn));
      await watch.end('SIGKILL');
    }
    const last = watching();
    await until(() => known().incidents[0]?.lines === 7);
    expect(await last.end('SIGTERM')).toBe(0);
    expect(known().incidents).toMatchObject([{ lines: 7, count: 7 }]);
  });

  it('counts a request once whose error line comes after its access line and after a restart', async () => {
    writeFileSync(log, '');
    const access = join(dirname(log), 'access.log');
    writeFileSync(access, many(5, refusedAccess));
    const first = watching(access);
    await first.until('stdout', '"opened"');
    await until(() => known().incidents[0]?.lines === 5);
    await first.end('SIGKILL');
    appendFileSync(log, many(5, refused));
    const second = watching(access);
    await until(() => known().incidents[0]?.lines === 10);
    expect(await second.end('SIGTERM')).toBe(0);
    expect(known().incidents).toMatchObject([{ lines: 10, count: 5, statuses: { 502: 5 } }]);
  });

  it('lets one watch keep a state, and names it to the next', async () => {
    const first = watching();
    await first.until('stdout', '"opened"');
    const second = wslog(['watch', '--no-nginx-conf', '--state', state, log]);
    expect(second.code).toBe(3);
    expect(second.stderr).toMatch(/another wslog \(process \d+\) keeps its state in .*--state/);
    await first.end('SIGKILL');
    const third = watching();
    await third.until('stderr', 'following');
    expect(await third.end('SIGINT')).toBe(0);
  });

  it('stores everything, whatever is shown, and no secret', async () => {
    appendFileSync(log, refused(4).replaceAll('/ws', '/ws?access_token=s3cr3t-of-a-user-0123456789'));
    appendFileSync(log, refused(5).replaceAll('/ws', '/reset/token/s3cr3tS3cr3t99'));
    appendFileSync(log, 'who knows password=s3cr3t-of-a-user-0123456789\n');
    const watch = watching('--path', '/other', '--no-redact');
    const lines = () => known().incidents.reduce((sum: number, incident: { lines: number }) => sum + incident.lines, 0);
    await until(() => lines() === 5);
    expect(lines()).toBe(5);
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stdout).not.toContain('"opened"');
    for (const name of readdirSync(state)) {
      expect(readFileSync(join(state, name), 'latin1')).not.toContain('s3cr3t');
      expect(statSync(join(state, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(state).mode & 0o777).toBe(0o700);
    // What the analysis remembers is stored in a form that cannot be read at a glance.
    const { records = [] } = (await readContent(state, 'watch')) ?? {};
    const memory = records.filter(({ kind, value }) => kind === 'memory' && typeof value === 'string');
    expect(memory.length).toBeGreaterThan(5);
    for (const { key, value } of memory) {
      const held = inspect(deserialize(Buffer.from(String(value), 'base64')), { depth: 20, maxArrayLength: null });
      expect([key, held]).toEqual([key, expect.not.stringContaining('s3cr3t')]);
    }
  });

  it('sets a damaged database aside and watches on', async () => {
    mkdirSync(state);
    writeFileSync(join(state, 'state.db'), 'not a database '.repeat(100));
    expect(wslog(['incidents', '--state', state])).toMatchObject({ code: 3, stdout: '' });
    const watch = watching();
    await watch.until('stdout', '"opened"');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(watch.stderr).toMatch(/was set aside as .*state\.db\.damaged-/);
    expect(known().incidents).toMatchObject([{ lines: 3 }]);
  });

  it('keeps none when told so, and says so where it cannot', () => {
    const file = folder.write(`file-${serial}`, '');
    const asked = wslog(['watch', '--no-nginx-conf', '--state', join(file, 'below'), log]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/cannot be used to keep state in \(ENOTDIR\)/);
    expect(wslog(['incidents', '--no-state'])).toMatchObject({ code: 2 });
  });
});

describe('incidents', () => {
  it('lists them, and shows one in full', async () => {
    const watch = watching();
    await watch.until('stdout', '"opened"');
    await watch.end('SIGTERM');
    const [{ id }] = known().incidents;
    const list = wslog(['incidents', '--state', state]);
    expect(list).toMatchObject({ code: 0, stderr: '' });
    expect(list.stdout).toMatch(new RegExp(`^${id}  open   \\S+ +2026-11-22 12:00:03  /ws  .*  3 hits\\n$`));
    const shown = wslog(['incidents', 'show', id, '--state', state]);
    expect(shown.stdout).toContain('backend-refused');
    expect(JSON.parse(wslog(['incidents', 'show', id, '--state', state, '--json']).stdout).incidents).toHaveLength(1);
    expect(wslog(['incidents', 'show', `${id}x`, '--state', state])).toMatchObject({ code: 2 });
    expect(wslog(['incidents', 'lst', '--state', state]).stderr).toContain('did you mean list?');
  });

  it('has nothing where nothing was watched', () => {
    expect(wslog(['incidents', '--state', state, '--json'])).toMatchObject({ code: 0 });
    expect(known()).toEqual({ schema: 'wslog.incidents/1', incidents: [] });
    expect(wslog(['incidents', '--state', state]).stderr).toContain('no state in');
  });
});
