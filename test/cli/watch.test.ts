import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { Folder, many, Running, refused } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
let log = '';
let serial = 0;
beforeEach(() => {
  log = join(folder.path, `error-${++serial}.log`);
  writeFileSync(log, many(3, refused));
});

const events = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('watch', () => {
  it('tells openings, updates and the end as JSON lines, across rotation', async () => {
    const watch = new Running([
      'watch',
      '--format',
      'ndjson',
      '--from-start',
      '--no-nginx-conf',
      '--quiet-window',
      '30s',
      log,
    ]);
    await watch.until('stdout', '"opened"');
    renameSync(log, `${log}.1`);
    appendFileSync(`${log}.1`, refused(4));
    writeFileSync(
      log,
      many(3, (n) => refused(n + 4)),
    );
    await watch.until('stdout', '"updated"');
    expect(await watch.end('SIGTERM')).toBe(0);
    const told = events(watch.stdout);
    expect(told.map(({ type }) => type)).toEqual(['opened', 'updated', 'end']);
    expect(told[0]).toMatchObject({ incident: { status: 'open', lines: 3, causes: [{ id: 'backend-refused' }] } });
    expect(Date.parse(told[0].at)).toBeGreaterThan(0);
    expect(told[1]).toMatchObject({ incident: { id: told[0].incident.id, lines: 7 } });
    expect(told[2]).toMatchObject({ accounting: { lines: 7, unknown: 0 }, gaps: [] });
  });

  it('tells that an incident ended when nothing was added for the quiet window', async () => {
    const watch = new Running([
      'watch',
      '--format',
      'ndjson',
      '--from-start',
      '--no-nginx-conf',
      '--quiet-window',
      '1s',
      log,
    ]);
    await watch.until('stdout', '"ended"');
    expect(await watch.end('SIGINT')).toBe(0);
    expect(events(watch.stdout).map(({ type }) => type)).toEqual(['opened', 'ended', 'end']);
  });

  it('prints a line an event and the report at the end', async () => {
    const watch = new Running(['watch', '--lines', '2', '--no-nginx-conf', log]);
    await watch.until('stdout', 'opened');
    expect(await watch.end('SIGINT')).toBe(0);
    const [first = '', ...rest] = watch.stdout.split('\n');
    expect(first).toMatch(/opened .* \/ws .*10\.0\.0\.5:8080.* 2 hits/);
    expect(rest.join('\n')).toContain('backend-refused');
    expect(watch.stderr).toMatch(/^wslog: following /);
  });

  it('begins at the end of the logs unless told otherwise', async () => {
    const watch = new Running(['watch', '--format', 'ndjson', '--no-nginx-conf', log]);
    await watch.until('stderr', 'following');
    await new Promise((resolve) => setTimeout(resolve, 700));
    appendFileSync(log, refused(9));
    await watch.until('stdout', '"opened"');
    expect(await watch.end('SIGTERM')).toBe(0);
    expect(events(watch.stdout).at(-1)).toMatchObject({ type: 'end', accounting: { lines: 1 } });
  });

  it('waits for a log that is not there yet', async () => {
    const later = join(folder.path, `later-${serial}.log`);
    const watch = new Running(['watch', '--format', 'ndjson', '--no-nginx-conf', later]);
    await watch.until('stderr', 'does not exist yet');
    writeFileSync(later, refused(1));
    await watch.until('stdout', '"opened"');
    expect(await watch.end('SIGTERM')).toBe(0);
  });
});
