/** What stored groups look like, checked when they are put back: a file on disk may hold anything. */
import * as v from 'valibot';
import type { SavedClients } from './clients.ts';
import type { Bin } from './histogram.ts';
import type { LineRef, SavedTally } from './tally.ts';
import type { SavedTimeline } from './timeline.ts';

/** Infinite numbers stand for "never", NaN for an unknown time. */
const aNumber: v.GenericSchema<unknown, number> = v.union([v.number(), v.nan()]);
const aText = v.string();
const key = v.union([v.number(), aText]);
const byNumber: v.GenericSchema<unknown, Map<number, number>> = v.map(aNumber, aNumber);
const byText: v.GenericSchema<unknown, Map<string, number>> = v.map(aText, aNumber);
const texts: v.GenericSchema<unknown, Set<string>> = v.set(aText);

const REF: v.GenericSchema<unknown, LineRef> = v.object({
  file: aNumber,
  line: aNumber,
  log: v.picklist(['error', 'access']),
  time: aNumber,
  raw: aText,
});

const CLIENTS: v.GenericSchema<unknown, SavedClients> = v.object({
  counts: v.map(key, aNumber),
  flood: v.nullable(
    v.object({
      registers: v.instance(Uint8Array),
      hits: v.instance(Uint32Array),
      leader: v.array(key),
      lead: v.instance(Uint32Array),
      total: aNumber,
    }),
  ),
});

const TIMELINE: v.GenericSchema<unknown, SavedTimeline> = v.object({
  width: v.pipe(v.number(), v.minValue(1)),
  min: aNumber,
  max: aNumber,
  counts: byNumber,
});

const TALLY: v.GenericSchema<unknown, SavedTally> = v.object({
  lines: aNumber,
  count: aNumber,
  first: aNumber,
  last: aNumber,
  clients: CLIENTS,
  timeline: TIMELINE,
  samples: v.array(REF),
});

const HISTOGRAM: v.GenericSchema<unknown, Map<number, Bin>> = v.map(
  aNumber,
  v.object({ count: aNumber, sum: aNumber, min: aNumber, max: aNumber, silent: aNumber, closeFrame: aNumber }),
);

export const ERROR_GROUP = v.object({
  symptom: aText,
  endpoint: v.nullable(aNumber),
  /** Of nginx's own processes, not of a request. */
  isEvent: v.boolean(),
  upstream: aText,
  scheme: aText,
  listener: aText,
  detail: aText,
  phase: v.nullable(aText),
  subrequest: v.boolean(),
  tally: TALLY,
  protocols: texts,
  levels: texts,
  joined: aNumber,
  statuses: byNumber,
  upstreamStatuses: byText,
  requestSeconds: HISTOGRAM,
  upgradeYes: aNumber,
  upgradeNo: aNumber,
  recovered: aNumber,
  secondary: aNumber,
  message: aText,
  forgeable: aNumber,
});

export const ACCESS_GROUP = v.object({
  endpoint: aNumber,
  status: aNumber,
  answeredBy: v.picklist(['nginx', 'backend', 'unknown']),
  upgrade: v.picklist(['yes', 'no', 'unlogged']),
  hint: v.nullable(v.picklist(['strong', 'weak', 'polling'])),
  tlsBytes: v.boolean(),
  tally: TALLY,
  protocols: texts,
  methods: texts,
  upstreamStatuses: byText,
  upstreams: byText,
  requestSeconds: HISTOGRAM,
  bodyBytes: byNumber,
  sid: aNumber,
});

export const SESSION_GROUP = v.object({
  endpoint: aNumber,
  all: HISTOGRAM,
  opened: TIMELINE,
  openedBefore: aNumber,
  unexplained: HISTOGRAM,
  unexplainedTally: TALLY,
  drained: TALLY,
  drainedSeconds: HISTOGRAM,
  drainedOrder: v.array(v.object({ connection: aNumber, seconds: aNumber })),
  largestBurst: aNumber,
  burst: v.nullable(v.object({ second: aNumber, count: aNumber })),
  tally: TALLY,
  untimed: aNumber,
  returns: HISTOGRAM,
  returnsTally: TALLY,
  upstreams: byText,
  protocols: texts,
});

export const ENDPOINT_STATS = v.object({
  endpoint: aNumber,
  ok: aNumber,
  byStatus: byNumber,
  firstOk: aNumber,
  lastOk: aNumber,
  upgradeYes: aNumber,
  upgradeNo: aNumber,
  tunnelLines: aNumber,
});

export const EVENTS = v.array(v.object({ event: aText, time: aNumber, pid: aNumber, ref: v.nullable(REF) }));

/** Access lines that an error line may still explain. */
export const LATE = v.array(
  v.object({
    serial: aNumber,
    request: aNumber,
    client: v.nullable(key),
    connection: aNumber,
    time: aNumber,
    seconds: aNumber,
    bytes: aNumber,
    lines: aNumber,
    said: v.object({
      status: aNumber,
      upgrade: v.picklist(['yes', 'no', 'unlogged']),
      upstreamStatus: v.array(aText),
      upstreams: v.array(aText),
      protocol: aText,
      method: aText,
      sid: v.boolean(),
    }),
    ref: v.nullable(REF),
    isSession: v.boolean(),
    /** Its place among the groups of sessions, or of requests. */
    group: aNumber,
  }),
);

export const ROWS = v.instance(Float64Array);

/** What is small and changes with every line. */
export const BEARINGS = v.object({
  at: v.object({
    drainedAt: aNumber,
    drainedSince: aNumber,
    first: aNumber,
    last: aNumber,
    folded: aNumber,
  }),
  draining: byNumber,
  backendsOk: byText,
  held: v.array(
    v.object({
      /** Place among the session groups. */
      group: aNumber,
      time: aNumber,
      seconds: aNumber,
      bytes: aNumber,
      client: v.nullable(key),
      lines: aNumber,
      connection: aNumber,
      ref: v.nullable(REF),
    }),
  ),
});
