import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { bash, Folder, wslog } from './run.ts';

const SAMPLES = fileURLToPath(new URL('../../samples', import.meta.url));
const INCIDENT = join(SAMPLES, 'incident');
const folder = new Folder();
afterAll(() => folder.remove());
const quiet = folder.write('quiet.json', wslog(['analyze', join(SAMPLES, 'quiet'), '--json']).stdout);
const incident = folder.write('incident.json', wslog(['analyze', INCIDENT, '--json']).stdout);
const AT = '2026-11-23T00:32:20Z';

describe('wslog diff', () => {
  it('compares the same logs before and after a moment', () => {
    const { code, stdout, stderr } = wslog(['diff', '--at', AT, INCIDENT, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ schema: 'wslog.diff/1', at: '2026-11-23T00:32:20.000Z' });
    expect(told.changes.map(({ change, cause }: { change: string; cause: string }) => `${change} ${cause}`)).toEqual([
      'worse backend-refused',
      'unchanged idle-timeout',
    ]);
    expect(told.before.lines + told.after.lines).toBe(405);
    const window = JSON.parse(wslog(['diff', '--at', AT, '--window', '10s', INCIDENT, '--json']).stdout);
    expect(window.after.range.to < '2026-11-23T00:32:30').toBe(true);
    expect(window.before.range.from >= '2026-11-23T00:32:10').toBe(true);
  });

  it('compares two saved reports, one of them from a pipe', () => {
    const { code, stdout } = wslog(['diff', quiet, incident]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 new\n/);
    expect(stdout).toContain('0 before, 92 (56.1 % of handshakes) after');
    const piped = bash(`cat '${incident}' | wslog diff '${quiet}' - --format markdown`);
    expect(piped).toMatchObject({ code: 0, stderr: '' });
    expect(piped.stdout).toContain('| **new** | critical | `/ws on chat.example.com` |');
  });

  it('exits with 1 for what is new or worse at --fail-on, not for what is gone', () => {
    expect(wslog(['diff', quiet, incident, '--fail-on', 'error']).code).toBe(1);
    expect(wslog(['diff', incident, quiet, '--fail-on', 'info']).code).toBe(0);
    expect(wslog(['diff', incident, incident, '--fail-on', 'info']).code).toBe(0);
    expect(wslog(['diff', quiet, incident, '--fail-on', 'critical', '--cause', 'idle-timeout']).code).toBe(0);
  });

  it('says in a sentence what is wrong', () => {
    const refusals: [string[], RegExp][] = [
      [['diff'], /missing required argument/],
      [['diff', quiet], /compares two reports .* --at TIME/],
      [['diff', quiet, join(INCIDENT, 'error.log')], /error\.log: is no report .* name it with --at/],
      [['diff', quiet, join(folder.path, 'absent.json')], /absent\.json: does not exist/],
      [['diff', '--since', '2h', quiet, incident], /--since is for logs/],
      [['diff', '--at', 'noon-ish', INCIDENT], /--at: "noon-ish" is not a time/],
      [['diff', '--at', AT, '--since', '2026-11-23T01:00:00Z', INCIDENT], /--at: .* is not after --since/],
      [['diff', '--at', AT, '-'], /cannot read standard input/],
      [['diff', '--at', AT, join(folder.path, 'absent.log')], /absent\.log: does not exist/],
      [['diff', quiet, incident, '-o', quiet], /is one of the logs to read/],
    ];
    for (const [args, sentence] of refusals) {
      const { code, stdout, stderr } = wslog(args);
      expect({ code, stdout }, args.join(' ')).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(sentence);
      expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
    }
  });
});
