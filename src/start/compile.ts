/**
 * Build step: runs the joined program as users do, and keeps what V8 made of the functions that were called. Run after
 * the chunks are written, by each Node that is to start fast.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import type { Io } from '../commands/io.ts';
import { Chunks, compiledFile, compiledPath } from './chunks.ts';

const JOINED = join(import.meta.dirname, '../joined');
const SAMPLE = join(import.meta.dirname, '../../samples/incident');
const LINE =
  '2026/11/22 18:17:26 [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 192.0.2.1, server: a.test, request: "GET /ws HTTP/1.1", upstream: "http://10.0.0.5:8080/ws", host: "a.test"';

/** What most runs do. What others call besides is compiled when they call it. */
const USUAL_RUNS = [
  ['analyze', '--json', join(SAMPLE, 'error.log'), join(SAMPLE, 'access.log')],
  ['analyze', '-c', join(SAMPLE, 'nginx.conf'), SAMPLE],
  ['explain', LINE],
  ['explain', 'idle-timeout'],
];

const chunks = new Chunks(JOINED);
const program = chunks.load('main.cjs');
if (!isProgram(program)) throw new Error('the joined program has no main');
chunks.load('thread.cjs');
for (const argv of USUAL_RUNS) {
  const complaints: string[] = [];
  const code = await program.main(argv, quietIo(complaints));
  if (code !== 0) throw new Error(`wslog ${argv.join(' ')} ended with ${code}: ${complaints.join('')}`);
}
rmSync(dirname(compiledPath(JOINED, 'any')), { recursive: true, force: true });
mkdirSync(dirname(compiledPath(JOINED, 'any')), { recursive: true });
for (const [name, script] of chunks.scripts) {
  writeFileSync(compiledPath(JOINED, name), compiledFile(script, readFileSync(join(JOINED, name))));
}

function isProgram(value: unknown): value is typeof import('../main.ts') {
  return typeof value === 'object' && value !== null && 'main' in value && typeof value.main === 'function';
}

/** Surroundings in which what is printed goes nowhere, but for what is wrong. */
function quietIo(complaints: string[]): Io {
  const into = (take: (text: string) => void) =>
    new Writable({
      write(piece, _encoding, done) {
        take(String(piece));
        done();
      },
    });
  return {
    stdin: Readable.from([]),
    stdout: into(() => undefined),
    stderr: into((text) => complaints.push(text)),
    env: { PATH: process.env.PATH },
    cwd: process.cwd(),
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: Date.now,
    monotonic: () => performance.now(),
    signal: new AbortController().signal,
  };
}
