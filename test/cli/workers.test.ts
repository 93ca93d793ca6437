/** Reading with several threads, for which the built files are needed: large logs, the same report. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wslog } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wslog-workers-'));
const plain = join(folder, 'error.log');
const packed = [join(folder, 'error.log.2.gz'), join(folder, 'error.log.1.gz')];
const MESSAGES = [
  'connect() failed (111: Connection refused) while connecting to upstream',
  'upstream timed out (110: Connection timed out) while proxying upgraded connection',
  'open() "/srv/www/a\nb" failed (2: No such file or directory)',
];

/** Some 30 MB of entries, of which some go on over two lines. */
function errorLog(count: number, start: number): string {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const time = new Date(start + i * 40).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
    const client = `10.${i & 7}.${(i >> 3) & 255}.${i % 251}`;
    const request = `GET /${i % 5 === 2 ? 'a%0ab' : 'ws'} HTTP/1.1`;
    lines.push(
      `${time} [error] 7#7: *${i} ${MESSAGES[i % MESSAGES.length]}, client: ${client}, server: a.test, request: "${request}", upstream: "http://10.0.0.${i % 4}:8080/ws", host: "a.test"\n`,
    );
  }
  return lines.join('');
}

beforeAll(() => {
  const start = Date.UTC(2026, 10, 22);
  const text = errorLog(130_000, start);
  writeFileSync(plain, text, 'latin1');
  const half = text.indexOf('\n2026', text.length / 2) + 1;
  writeFileSync(packed[0] ?? '', gzipSync(text.slice(0, half), { level: 1 }));
  writeFileSync(packed[1] ?? '', gzipSync(text.slice(half), { level: 1 }));
});
afterAll(() => rmSync(folder, { recursive: true }));

function report(workers: number, logs: readonly string[]): string {
  const run = wslog(['analyze', '--json', '--no-nginx-conf', '--workers', String(workers), ...logs]);
  expect(run.stderr).toBe('');
  expect(run.code).toBe(0);
  return run.stdout;
}

describe('wslog analyze --workers', () => {
  it('gives the same report whatever their number', () => {
    const alone = report(1, [plain]);
    expect(JSON.parse(alone)).toMatchObject({ accounting: { unknown: 0 } });
    expect(report(2, [plain])).toBe(alone);
    expect(report(4, [plain])).toBe(alone);
  }, 60_000);

  it('reads packed logs in threads of their own', () => {
    const alone = report(1, packed);
    expect(report(3, packed)).toBe(alone);
    expect(JSON.parse(alone).incidents).toHaveLength(JSON.parse(report(2, [plain])).incidents.length);
  }, 60_000);
});
