import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Position } from '../../../src/input/position.ts';
import { StateInUse, StateProblem } from '../../../src/state/problem.ts';
import { readContent, readIncidents, StateStore } from '../../../src/state/store.ts';
import { incident } from './incident.ts';

const made: string[] = [];
function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wslog-state-'));
  made.push(path);
  return path;
}
const stores: StateStore[] = [];
async function open(path: string): Promise<StateStore> {
  const store = await StateStore.open(path, 4711, Date.UTC(2026, 10, 22));
  stores.push(store);
  return store;
}
const close = (): void => {
  for (const store of stores.splice(0)) store.close();
};
afterEach(() => {
  close();
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

const mark = { bytes: 0, sha256: 'x' };
const position = (offset: number): Position => ({
  path: '/var/log/nginx/error.log',
  dev: '1',
  ino: '2',
  offset,
  size: offset,
  head: mark,
  marker: mark,
  changed: 1,
  rotated: false,
});
const openSummary = async (path: string): Promise<StateStore> => {
  const store = await StateStore.open(path, 4713, Date.UTC(2026, 10, 22), 'summary');
  stores.push(store);
  return store;
};
const commit = (store: StateStore, offset: number, ...ids: string[]): void =>
  store.commit({
    positions: new Map([['/var/log/nginx/error.log', [position(offset)]]]),
    incidents: ids.map((id) => incident({ id })),
    gone: [],
    records: [{ kind: 'note', key: 'last', value: offset }],
  });

describe('the state', () => {
  it('is there again when it is opened anew, with what was taken out gone', async () => {
    const path = folder();
    const store = await open(path);
    expect(store.found).toEqual({ positions: new Map(), incidents: [], records: [] });
    commit(store, 10, 'a', 'b');
    store.commit({ positions: new Map(), incidents: [incident({ id: 'b', count: 9 })], gone: ['a'] });
    close();
    const again = await open(path);
    expect(again.setAside).toBeNull();
    expect(again.found).toEqual({
      positions: new Map([['/var/log/nginx/error.log', [position(10)]]]),
      incidents: [incident({ id: 'b', count: 9 })],
      records: [{ kind: 'note', key: 'last', value: 10 }],
    });
  });

  it('changes all or nothing', async () => {
    const store = await open(folder());
    commit(store, 10, 'a');
    const broken = incident({ id: 'c' });
    Object.defineProperty(broken, 'toJSON', {
      value: () => {
        throw new Error('interrupted');
      },
    });
    const positions = new Map([['/var/log/nginx/error.log', [position(99)]]]);
    expect(() => store.commit({ positions, incidents: [incident({ id: 'b' }), broken], gone: ['a'] })).toThrow(
      'interrupted',
    );
    commit(store, 11, 'd');
    const ids = (await readIncidents(made[0] ?? ''))?.map(({ id }) => id);
    expect(ids).toEqual(['a', 'd']);
  });

  it('is closed to others, whatever the umask', async () => {
    const path = join(folder(), 'deep', 'state');
    mkdirSync(path, { recursive: true });
    chmodSync(path, 0o777);
    commit(await open(path), 1, 'a');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    const names = readdirSync(path);
    expect(names).toEqual(expect.arrayContaining(['state.db', 'state.db-wal', 'lock.db', 'lock.pid']));
    for (const name of names) expect([name, statSync(join(path, name)).mode & 0o777]).toEqual([name, 0o600]);
  });

  it('refuses a folder of somebody else, and a link planted in its own', async () => {
    const path = folder();
    writeFileSync(join(path, 'other'), '');
    chmodSync(path, 0o777);
    await expect(open(path)).rejects.toThrow(StateProblem);
    const linked = folder();
    const target = join(folder(), 'target');
    writeFileSync(target, 'untouched');
    symlinkSync(target, join(linked, 'state.db'));
    await expect(open(linked)).rejects.toThrow(StateProblem);
    expect(readFileSync(target, 'latin1')).toBe('untouched');
    await expect(open(join(target, 'below'))).rejects.toThrow(/cannot be used/);
  });

  it('has one writer, and names it; readers are not kept out', async () => {
    const path = folder();
    commit(await open(path), 1, 'a');
    await expect(StateStore.open(path, 4712, 0)).rejects.toThrow(StateInUse);
    await expect(StateStore.open(path, 4712, 0)).rejects.toThrow(/process 4711/);
    expect((await readIncidents(path))?.map(({ id }) => id)).toEqual(['a']);
    close();
    await expect(open(path)).resolves.toBeInstanceOf(StateStore);
  });

  it('keeps what each reader remembers apart, and tells what all know once', async () => {
    const path = folder();
    const watch = await open(path);
    const summary = await openSummary(path);
    commit(watch, 10, 'a', 'b');
    commit(summary, 20, 'b', 'c');
    summary.commit({ positions: new Map(), incidents: [], gone: ['c'], records: [{ kind: 'k', key: '1', value: 7 }] });
    // Each writes while the other has the database open, and neither waits for the other to end.
    commit(watch, 30, 'd');
    await expect(StateStore.open(path, 4714, 0, 'summary')).rejects.toThrow(/another wslog summary \(process 4713\)/);
    expect((await readIncidents(path))?.map(({ id }) => id).sort()).toEqual(['a', 'b', 'd']);
    close();
    expect((await open(path)).found).toMatchObject({ incidents: [{ id: 'a' }, { id: 'b' }, { id: 'd' }] });
    const { found } = await openSummary(path);
    expect(found.positions.get('/var/log/nginx/error.log')).toEqual([position(20)]);
    expect(found.incidents.map(({ id }) => id)).toEqual(['b']);
    expect(found.records).toEqual([
      { kind: 'k', key: '1', value: 7 },
      { kind: 'note', key: 'last', value: 20 },
    ]);
    expect(await readContent(path, 'summary')).toEqual(found);
    expect(await readContent(join(path, 'none'), 'summary')).toBeNull();
  });

  it('waits for another reader that is writing', async () => {
    const path = folder();
    commit(await open(path), 1, 'a');
    // A process loses its locks on a file when it closes any descriptor of it, so this one has one store at a time.
    close();
    const libsql = new URL('../../../node_modules/libsql/index.js', import.meta.url).href;
    const script = `import D from '${libsql}'; const d = new D('${path}/state.db');
      d.exec('BEGIN IMMEDIATE'); console.log('held'); setTimeout(() => d.exec('COMMIT'), 300);`;
    const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    const summary = await openSummary(path);
    commit(summary, 2, 'b');
    expect(summary.setAside).toBeNull();
    expect((await readIncidents(path))?.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('does not touch a damaged database that another reader uses', async () => {
    const path = folder();
    await openSummary(path);
    const file = join(path, 'state.db');
    for (const part of ['-wal', '-shm', '']) rmSync(file + part, { force: true });
    writeFileSync(file, 'no database at all, but long enough to be looked at '.repeat(20));
    await expect(open(path)).rejects.toThrow(/another wslog summary \(process 4713\)/);
    expect(readdirSync(path).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  it('takes over what a wslog with the first schema wrote', async () => {
    const path = folder();
    const { default: Database } = await import('libsql');
    const old = new Database(join(path, 'state.db'));
    const body = JSON.stringify(incident({ id: 'a' }));
    const sum = createHash('sha256').update('a').update('\0').update(body).digest('hex');
    old.exec(`PRAGMA journal_mode = WAL;
      CREATE TABLE positions (key TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE incidents (key TEXT PRIMARY KEY, body TEXT NOT NULL, sum TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE total (rows INTEGER NOT NULL); INSERT INTO total VALUES (1);
      PRAGMA application_id = ${0x77736c01}; PRAGMA user_version = 1;`);
    old.prepare('INSERT INTO incidents VALUES (?, ?, ?)').run('a', body, sum);
    old.close();
    expect((await readIncidents(path))?.map(({ id }) => id)).toEqual(['a']);
    const store = await open(path);
    expect(store.setAside).toBeNull();
    expect(store.found.incidents).toEqual([incident({ id: 'a' })]);
    commit(store, 1, 'b');
    close();
    expect((await open(path)).found.incidents).toHaveLength(2);
  });

  it('is free again after its holder was killed', async () => {
    const path = folder();
    const libsql = new URL('../../../node_modules/libsql/index.js', import.meta.url).href;
    const script = `import D from '${libsql}'; import { writeFileSync } from 'node:fs';
      const d = new D('${path}/lock.db'); d.exec('BEGIN EXCLUSIVE');
      writeFileSync('${path}/lock.pid', String(process.pid)); process.kill(process.pid, 'SIGKILL');`;
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', script]).signal).toBe('SIGKILL');
    expect(existsSync(join(path, 'lock.pid'))).toBe(true);
    await expect(open(path)).resolves.toBeInstanceOf(StateStore);
  });

  it('reads nothing where nothing is', async () => {
    expect(await readIncidents(folder())).toBeNull();
    const path = folder();
    writeFileSync(join(path, 'state.db'), 'no database at all, but long enough to be looked at '.repeat(20));
    await expect(readIncidents(path)).rejects.toThrow(StateProblem);
  });
});

describe('a database that cannot be used', () => {
  async function bytesOfOne(): Promise<Buffer> {
    const path = folder();
    commit(await open(path), 10, 'a', 'b');
    close();
    return readFileSync(join(path, 'state.db'));
  }

  async function openedWith(bytes: Buffer): Promise<StateStore> {
    const path = folder();
    writeFileSync(join(path, 'state.db'), bytes);
    const store = await open(path);
    // Whatever was there, it works from now on.
    commit(store, 20, 'new');
    if (store.setAside !== null) {
      expect(store.found.incidents).toEqual([]);
      expect(readdirSync(path).filter((name) => name.startsWith('state.db.damaged-')).length).toBeGreaterThan(0);
    }
    close();
    return store;
  }

  it('is set aside when it was cut, at whatever place', async () => {
    const whole = await bytesOfOne();
    for (let cut = 1; cut < whole.length; cut += 509) {
      const { setAside } = await openedWith(whole.subarray(0, cut));
      expect(setAside, `cut at ${cut}`).toMatch(/was set aside as .*state\.db\.damaged-/);
    }
    expect((await openedWith(Buffer.alloc(0))).setAside).toBeNull();
    expect((await openedWith(Buffer.alloc(8192))).setAside).not.toBeNull();
  });

  it('is set aside, or tells the same as before, when a byte of it was changed', async () => {
    const whole = await bytesOfOne();
    const expected = [incident({ id: 'a' }), incident({ id: 'b' })];
    for (let at = 0; at < whole.length; at += at < 100 ? 1 : 409) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8((bytes[at] ?? 0) ^ 0x55, at);
      const { setAside, found } = await openedWith(bytes);
      if (setAside === null) expect(found.incidents, `byte ${at}`).toEqual(expected);
    }
  });

  it("is set aside when it is another program's or a later wslog's", async () => {
    const { default: Database } = await import('libsql');
    for (const sql of ['CREATE TABLE x (y)', 'PRAGMA application_id = 2003004417; PRAGMA user_version = 99;']) {
      const path = folder();
      const other = new Database(join(path, 'state.db'));
      other.exec(sql);
      other.close();
      expect((await open(path)).setAside).toMatch(/not wslog's|later wslog/);
    }
  });
});
