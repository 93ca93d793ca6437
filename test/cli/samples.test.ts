/** The recorded samples, judged: every story's cause is found, quiet ones raise nothing, hostile ones fool nobody. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/main.ts';
import { MODES, type Mode, type Run, verdict } from '../lab/verdicts.ts';

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;

/** Runs wslog inside this process. */
const runHere: Run = async (args) => {
  const collect = (): { stream: PassThrough; text: () => string } => {
    const stream = new PassThrough();
    const parts: Buffer[] = [];
    stream.on('data', (part: Buffer) => parts.push(part));
    return { stream, text: () => Buffer.concat(parts).toString('utf8') };
  };
  const [out, error] = [collect(), collect()];
  await main(args, {
    stdin: new PassThrough().end(),
    stdout: out.stream,
    stderr: error.stream,
    env: {},
    cwd: SAMPLES,
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => Date.UTC(2026, 10, 24),
    monotonic: () => performance.now(),
    signal: new AbortController().signal,
  });
  return { out: out.text(), error: error.text() };
};

interface OneFault {
  readonly cause: string | null;
  readonly websocket: 'yes' | 'no' | 'unknown';
  readonly accept: Readonly<Record<Mode, readonly string[]>>;
}

interface Story {
  readonly incidents: ReadonlyArray<{ cause: string; websocket: 'yes' | 'no'; count: number | null }>;
  readonly forged?: readonly string[];
  readonly secrets?: readonly string[];
}

interface Report {
  readonly incidents: ReadonlyArray<{
    readonly severity: string;
    readonly websocket: string;
    readonly count: number;
    readonly causes: ReadonlyArray<{ id: string }>;
    readonly clients: unknown;
    readonly upstreams: unknown;
    readonly endpoint: { readonly server: string | null; readonly host: string | null };
  }>;
}

const read = (folder: string, name: string): string => readFileSync(join(SAMPLES, folder, name), 'latin1');
const expected = (folder: string): OneFault | Story => JSON.parse(read(folder, 'expected.json')) as OneFault | Story;
const folders = readdirSync(SAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe('one fault a sample', () => {
  for (const folder of folders) {
    const wanted = expected(folder);
    if ('incidents' in wanted) continue;
    for (const mode of MODES) {
      it(`${folder} (${mode})`, async () => {
        const logs = {
          config: read(folder, 'nginx.conf'),
          error: read(folder, 'error.log'),
          combined: read(folder, 'access.log'),
          timed: read(folder, 'access.timed.log'),
          json: '',
        };
        const found = await verdict(runHere, logs, mode, wanted.cause, wanted.websocket === 'no');
        expect(found.problem).toBeNull();
        expect([wanted.cause ?? 'none', ...wanted.accept[mode]]).toContain(found.cause);
        if (wanted.websocket === 'no') expect(found.websocket).not.toMatch(/yes|likely/);
      });
    }
  }
});

describe('composed samples', () => {
  for (const folder of folders) {
    const wanted = expected(folder);
    if (!('incidents' in wanted)) continue;
    it(folder, async () => {
      const { out } = await runHere(['analyze', '--format', 'json', join(SAMPLES, folder)]);
      const { incidents } = JSON.parse(out) as Report;
      const found = incidents
        .filter(({ severity }) => severity !== 'info')
        .map(({ causes, websocket, count }) => ({
          cause: causes[0]?.id ?? 'none',
          websocket: /yes|likely/.test(websocket) ? 'yes' : 'no',
          count,
        }));
      for (const one of wanted.incidents) {
        const match = found.filter(({ cause, websocket }) => cause === one.cause && websocket === one.websocket);
        expect(match, `${one.cause} (websocket: ${one.websocket})`).not.toHaveLength(0);
        const total = match.reduce((sum, { count }) => sum + count, 0);
        if (one.count !== null) expect(total).toBe(one.count);
      }
      const concerned = new Set(wanted.incidents.map(({ cause }) => cause));
      expect(found.filter(({ cause, websocket }) => websocket === 'yes' && !concerned.has(cause))).toEqual([]);
      // A path is what the client asked for, whatever it says; who asked, where and whom nginx called is nginx's word.
      const named = JSON.stringify(
        incidents.map(({ clients, upstreams, endpoint }) => [clients, upstreams, endpoint.server, endpoint.host]),
      );
      for (const forged of wanted.forged ?? []) expect(named).not.toContain(forged);
    });
    for (const format of ['json', 'text', 'markdown', 'ndjson'] as const) {
      const secrets = wanted.secrets;
      it.runIf(secrets !== undefined)(`${folder} shows no secret in ${format}`, async () => {
        const { out, error } = await runHere(['analyze', '--all', '--format', format, join(SAMPLES, folder)]);
        expect(out).not.toBe('');
        for (const secret of secrets ?? []) expect(out + error).not.toContain(secret);
      });
    }
  }
});
