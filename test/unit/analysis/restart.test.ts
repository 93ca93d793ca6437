/** A live analysis that is stored and taken up again anywhere tells in the end what an uninterrupted one tells. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveAnalysis } from '../../../src/analysis/live.ts';
import type { Memory } from '../../../src/findings/memory.ts';
import type { Position } from '../../../src/input/position.ts';
import type { ReportDocument } from '../../../src/report/document.ts';
import { accessLine, CLOSED, errorLine, IDLE, NO_LIVE, REFUSED, timed } from './lines.ts';
import { settings } from './run.ts';

const ERROR = 'error.log';
const ACCESS = 'access.log';
const SAMPLES = new URL('../../../samples/', import.meta.url);

/** Lines as two writers write them, in the order in which they do. */
interface Written {
  readonly path: string;
  readonly line: string;
}

/** Which error lines are on disk before which access lines: those that nginx wrote before the same moment's end. */
function interleaved(errors: readonly string[], access: readonly string[]): Written[] {
  const stamped = [
    ...errors.map((line) => ({ path: ERROR, line, rank: 0, time: timeIn(line) })),
    ...access.map((line) => ({ path: ACCESS, line, rank: 1, time: timeIn(line) })),
  ];
  let last = 0;
  for (const each of stamped) {
    if (each.rank === 1 && last > 1e15) last = 0;
    if (Number.isNaN(each.time)) each.time = last;
    last = each.time;
  }
  return stamped.sort((a, b) => a.time - b.time || a.rank - b.rank);
}

function timeIn(line: string): number {
  const error = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d:\d\d:\d\d)/.exec(line);
  if (error !== null) return Date.parse(`${error[1]}-${error[2]}-${error[3]}T${error[4]}Z`);
  const access = /\[(\d\d)\/(\w{3})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\]/.exec(line);
  return access === null ? Number.NaN : Date.parse(`${access[1]} ${access[2]} ${access[3]} ${access[4]} ${access[5]}`);
}

/** Reads what is written by and by, as a follower does, and may be restarted between any two readings. */
class Follower {
  live: LiveAnalysis;
  restarts = 0;
  readonly #written: readonly Written[];
  readonly #at: Record<string, number> = { [ERROR]: 0, [ACCESS]: 0 };
  readonly #settings: Awaited<ReturnType<typeof settings>>;
  /** How many of the lines are on disk. */
  #onDisk = 0;

  constructor(written: readonly Written[], told: Awaited<ReturnType<typeof settings>>) {
    this.#written = written;
    this.#settings = told;
    this.live = new LiveAnalysis(told, [ERROR, ACCESS]);
  }

  /** Some more lines get on disk; false when all were there already. */
  write(lines: number): boolean {
    const before = this.#onDisk;
    this.#onDisk = Math.min(before + lines, this.#written.length);
    return this.#onDisk > before;
  }

  /** One reading of a log: some lines, or the news that there are none. */
  read(path: string, most = Number.POSITIVE_INFINITY): void {
    if (this.live.isAhead(path)) return;
    const mine = this.#written.slice(0, this.#onDisk).filter((each) => each.path === path);
    const from = this.#at[path] ?? 0;
    const lines = mine.slice(from, from + most).map(({ line }) => `${line}\n`);
    if (lines.length === 0) {
      this.live.atEnd(path);
      return;
    }
    const bytes = Buffer.from(lines.join(''), 'latin1');
    this.live.feed(path, { bytes, firstLine: from + 1, lines: lines.length }, [place(path, from)]);
    this.#at[path] = from + lines.length;
  }

  /** Stores, forgets everything else, and goes on from what was stored. */
  restart(): void {
    if (!this.live.isSettled) this.live.cut();
    const memory = stored(this.live);
    for (const path of [ERROR, ACCESS]) {
      const back = this.live.waitsFrom(path);
      if (back !== null) this.#at[path] = back[0]?.offset ?? 0;
    }
    this.live = new LiveAnalysis(this.#settings, [ERROR, ACCESS], memory);
    this.restarts++;
  }

  end(): ReportDocument {
    this.write(this.#written.length);
    for (let round = 0; round < 3; round++) for (const path of [ERROR, ACCESS]) this.read(path);
    this.live.settle();
    return this.live.snapshot();
  }
}

function stored(live: LiveAnalysis): Memory {
  const memory = new Map<string, unknown>();
  for (const { key, content } of live.parts()) {
    const held = content();
    if (held !== null) memory.set(key, deserialize(serialize(held)));
  }
  return memory;
}

function place(path: string, offset: number): Position {
  const mark = { bytes: 0, sha256: '' };
  return { path, dev: '', ino: '', offset, size: 0, head: mark, marker: mark, changed: 0, rotated: false };
}

/** A day at a busy proxy: failures of each kind, with and without their error lines, sessions, and everyday lines. */
function story(length: number, withConnection: boolean): Written[] {
  const errors: string[] = [];
  const access: string[] = [];
  for (let i = 0; i < length; i++) {
    const second = Math.floor(i / 3);
    const client = `192.0.2.${i % 40}`;
    const kind = i % 7;
    const tunnel = kind === 3 || kind === 5;
    const status = tunnel ? 101 : kind === 6 ? 404 : 502;
    const message = [REFUSED, CLOSED, NO_LIVE, IDLE][kind];
    if (message !== undefined)
      errors.push(errorLine({ second, connection: i, client, message, level: tunnel ? 'info' : 'error' }));
    // A second try of the same request counts once with the first.
    if (kind === 1)
      errors.push(errorLine({ second, connection: i, client, message: REFUSED, upstream: 'http://10.0.0.6:8080/ws' }));
    const seconds = tunnel ? 60.01 : 0;
    const rest = withConnection ? timed({ seconds, status: String(status), connection: i }) : '';
    access.push(accessLine({ second, client, status, rest }));
    access.push(accessLine({ second, client, status: 200, request: `GET /page/${i} HTTP/1.1`, rest: '' }));
  }
  return interleaved(errors, access);
}

function sample(name: string): Written[] {
  const lines = (file: string) => {
    const path = new URL(`${name}/${file}`, SAMPLES);
    return existsSync(path) ? readFileSync(path, 'latin1').split('\n').slice(0, -1) : [];
  };
  return interleaved(lines(ERROR), lines(ACCESS));
}

/** Clients that come back every minute, in a log that does not tell how long a session was. */
function returning(): Written[] {
  const ends = Array.from({ length: 60 }, (_, i) => accessLine({ second: i * 10, client: `192.0.2.${i % 6}` }));
  return interleaved([], ends);
}

const STORIES: readonly (readonly [string, Written[]])[] = [
  ['connections', story(150, true)],
  ['seconds', story(150, false)],
  ['returning', returning()],
  ...readdirSync(SAMPLES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [name, sample(name)] as const)
    .filter(([, written]) => written.length > 3 && written.length < 300),
];

/** What is told of the stories when nothing comes late and nothing is restarted. */
const plainly = new Map<string, ReportDocument>();

function uninterrupted(name: string, written: readonly Written[], how: Awaited<ReturnType<typeof settings>>) {
  const known = plainly.get(name) ?? new Follower(written, how).end();
  plainly.set(name, known);
  return known;
}

describe('a restart', () => {
  it('changes nothing, wherever it comes and however the logs are read', async () => {
    const told = await settings();
    let restarts = 0;
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...STORIES.slice(0, 3)), fc.constantFrom(...STORIES)),
        fc.array(
          fc.record({
            write: fc.integer({ min: 0, max: 60 }),
            path: fc.constantFrom(ERROR, ACCESS),
            most: fc.constantFrom(1, 5, 1000),
            restart: fc.boolean(),
          }),
          { minLength: 3, maxLength: 12 },
        ),
        ([name, written], steps) => {
          const follower = new Follower(written, told);
          for (const { write, path, most, restart } of steps) {
            follower.write(write);
            follower.read(path, most);
            if (restart) follower.restart();
          }
          expect(countsOf(follower.end())).toEqual(countsOf(uninterrupted(name, written, told)));
          restarts += follower.restarts;
        },
      ),
      { numRuns: 20 },
    );
    expect(restarts).toBeGreaterThan(20);
  });

  it('changes nothing after any single line', async () => {
    const told = await settings();
    for (const written of [story(8, true), story(8, false)]) {
      const expected = new Follower(written, told).end();
      for (let at = 0; at <= written.length; at++) {
        const follower = new Follower(written, told);
        follower.write(at);
        follower.read(ACCESS);
        follower.read(ERROR);
        follower.restart();
        expect(countsOf(follower.end()), `after line ${at}`).toEqual(countsOf(expected));
      }
    }
  });
});

/** How much later, and how it is read. */
const ONCE = [{ lag: 10_000, step: 10_000, restarts: false }];
const OFTEN = [...ONCE, { lag: 7, step: 5, restarts: false }, { lag: 60, step: 40, restarts: true }];

describe('an error log that comes later than its access log', () => {
  it('gives the same as one that comes first, however much later, and across restarts', async () => {
    const told = await settings();
    for (const [name, written] of STORIES) {
      const plain = withoutSamples(uninterrupted(name, written, told));
      for (const { lag, step, restarts } of name === 'connections' || name === 'seconds' ? OFTEN : ONCE) {
        const follower = new Follower(delayed(written, lag), told);
        while (follower.write(step)) {
          follower.read(ACCESS);
          follower.read(ERROR);
          follower.read(ACCESS);
          if (restarts) follower.restart();
        }
        expect(withoutSamples(follower.end()), `${name}, ${lag} lines later, restarts: ${restarts}`).toEqual(plain);
      }
    }
  });
});

/** Of many lines the first that come are shown. */
function withoutSamples(report: ReportDocument) {
  const { incidents, ...rest } = countsOf(report);
  return { ...rest, incidents: incidents.map((incident) => ({ ...incident, evidence: [] })) };
}

/** The same lines, each of the error log on disk only after so many more of the other. */
function delayed(written: readonly Written[], lag: number): Written[] {
  return written
    .map((each, at) => ({ each, at: each.path === ERROR ? at + lag + 0.5 : at }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ each }) => each);
}

/** Everything but which blocks were waiting when a line was numbered: line numbers stay, sample lines are by rule. */
function countsOf(report: ReportDocument | undefined) {
  if (report === undefined) throw new Error('no report');
  const { accounting, incidents, endpoints, unknown, range, notes } = report;
  return { accounting, incidents, endpoints, unknown, range, notes };
}
