/**
 * What the correlator remembers, to be stored and put back: a watch that is started again then counts, joins and judges
 * as if it had never stopped.
 */
import * as v from 'valibot';
import type { Symptom } from '../catalogue/types.ts';
import type { Endpoint } from '../findings/keys.ts';
import { type Memory, type MemoryPart, numbered } from '../findings/memory.ts';
import { redact } from '../safe/redact.ts';
import { accessGroupId, type CorrelatorTables, errorGroupId, eventGroupId } from './correlator-tables.ts';
import {
  type AccessGroup,
  type EndpointStats,
  type ErrorGroup,
  newAccessGroup,
  newErrorGroup,
  newSessionGroup,
  type SessionGroup,
} from './groups.ts';
import {
  ACCESS_GROUP,
  BEARINGS,
  ENDPOINT_STATS,
  ERROR_GROUP,
  EVENTS,
  LATE,
  ROWS,
  SESSION_GROUP,
} from './saved-schema.ts';
import type { SavedBlock } from './slot-blocks.ts';
import { withoutSecrets } from './tally.ts';

/** The pieces to store. Their contents are the correlator's own tables: they are to be copied before the next line. */
export function* correlatorParts(tables: CorrelatorTables): Generator<MemoryPart> {
  for (const [at, group] of tables.errors.entries()) {
    const isEvent = tables.errorIndex.get(eventGroupId(group)) === at;
    yield { key: `error ${at}`, revision: group.tally.lines, content: () => savedError(group, isEvent) };
  }
  for (const [at, group] of tables.access.entries()) {
    yield { key: `access ${at}`, revision: group.tally.lines, content: () => savedAccess(group) };
  }
  for (const [at, group] of [...tables.sessions.values()].entries()) {
    const { tally, unexplained, drained } = group;
    const revision = tally.lines + unexplained.count + drained.lines;
    yield { key: `session ${at}`, revision, content: () => savedSession(group) };
  }
  for (const [at, stats] of [...tables.stats.values()].entries()) {
    yield { key: `stats ${at}`, revision: null, content: () => ({ ...stats, endpoint: stats.endpoint.index }) };
  }
  yield* lateParts(tables);
  yield* blocks('by-connection', tables.byConnection.saved());
  yield* blocks('by-second', tables.bySecond.saved());
  yield* blocks('return', tables.returns.saved());
  yield {
    key: 'events',
    revision: tables.events.length,
    content: () =>
      tables.events.map((event) => ({ ...event, ref: event.ref === null ? null : withoutSecrets(event.ref) })),
  };
  yield { key: 'bearings', revision: null, content: () => savedBearings(tables) };
}

/** Lines that wait for an error line, with the places of their groups. */
function* lateParts({ late, access, sessions }: CorrelatorTables): Generator<MemoryPart> {
  if (late === null) return;
  const ends = [...sessions.values()];
  for (const { block, revision, lines } of late.saved()) {
    const content = () =>
      lines.length === 0
        ? null
        : lines.map(({ serial, line: { group, ref, ...rest } }) => ({
            ...rest,
            serial,
            ref: ref === null ? null : withoutSecrets(ref),
            isSession: !('kind' in group),
            group: 'kind' in group ? access.indexOf(group) : ends.indexOf(group),
          }));
    yield { key: `late ${block}`, revision, content };
  }
}

function* blocks(name: string, saved: Iterable<SavedBlock>): Generator<MemoryPart> {
  for (const { block, revision, rows } of saved) yield { key: `${name} ${block}`, revision, content: rows };
}

function savedError(group: ErrorGroup, isEvent: boolean): v.InferInput<typeof ERROR_GROUP> {
  const { kind: _, symptom, endpoint, tally, requestSeconds, ...rest } = group;
  return {
    ...rest,
    isEvent,
    message: redact(group.message),
    symptom: symptom.id,
    endpoint: endpoint?.index ?? null,
    tally: tally.saved(),
    requestSeconds: requestSeconds.saved(),
  };
}

function savedAccess(group: AccessGroup): v.InferInput<typeof ACCESS_GROUP> {
  const { kind: _, endpoint, tally, requestSeconds, ...rest } = group;
  return { ...rest, endpoint: endpoint.index, tally: tally.saved(), requestSeconds: requestSeconds.saved() };
}

function savedSession(group: SessionGroup): v.InferInput<typeof SESSION_GROUP> {
  return {
    ...group,
    endpoint: group.endpoint.index,
    all: group.all.saved(),
    opened: group.opened.saved(),
    unexplained: group.unexplained.saved(),
    unexplainedTally: group.unexplainedTally.saved(),
    drained: group.drained.saved(),
    drainedSeconds: group.drainedSeconds.saved(),
    tally: group.tally.saved(),
    returns: group.returns.saved(),
    returnsTally: group.returnsTally.saved(),
  };
}

function savedBearings(tables: CorrelatorTables): v.InferInput<typeof BEARINGS> {
  const groups = [...tables.sessions.values()];
  const held = tables.held.map((end) => ({
    ...end,
    group: groups.indexOf(end.group),
    ref: end.ref === null ? null : withoutSecrets(end.ref),
  }));
  return { at: tables.at, draining: tables.draining, backendsOk: tables.backendsOk, held };
}

/**
 * Fills the tables of a correlator that has not taken anything yet.
 *
 * @param endpoints by their index.
 * @throws when the memory is not what was stored, or speaks of symptoms that are no more.
 */
export function restoreCorrelator(
  tables: CorrelatorTables,
  memory: Memory,
  endpoints: readonly Endpoint[],
  symptoms: ReadonlyMap<string, Symptom>,
): void {
  const endpointAt = (index: number): Endpoint => found(endpoints[index], 'endpoint');
  for (const content of numbered(memory, 'error ')) restoreError(tables, content, endpointAt, symptoms);
  for (const content of numbered(memory, 'access ')) {
    const { tally, requestSeconds, endpoint, ...rest } = v.parse(ACCESS_GROUP, content);
    const group = Object.assign(newAccessGroup({ ...rest, endpoint: endpointAt(endpoint) }), rest);
    group.tally.restore(tally);
    group.requestSeconds.restore(requestSeconds);
    tables.accessIndex.set(accessGroupId(group), tables.access.push(group) - 1);
  }
  for (const content of numbered(memory, 'session ')) restoreSession(tables, content, endpointAt);
  for (const content of numbered(memory, 'stats ')) {
    const saved = v.parse(ENDPOINT_STATS, content);
    const stats: EndpointStats = { ...saved, endpoint: endpointAt(saved.endpoint) };
    tables.stats.set(stats.endpoint, stats);
  }
  for (const rows of numbered(memory, 'by-connection ')) tables.byConnection.restore(v.parse(ROWS, rows));
  for (const rows of numbered(memory, 'by-second ')) tables.bySecond.restore(v.parse(ROWS, rows));
  for (const rows of numbered(memory, 'return ')) tables.returns.restore(v.parse(ROWS, rows));
  const ends = [...tables.sessions.values()];
  const late = numbered(memory, 'late ').flatMap((content) => v.parse(LATE, content));
  tables.late?.restore(
    late.map(({ serial, isSession, group, ...line }) => ({
      serial,
      line: { ...line, group: found(isSession ? ends[group] : tables.access[group], 'group') },
    })),
  );
  tables.events.push(...v.parse(EVENTS, memory.get('events') ?? []));
  const bearings = memory.get('bearings');
  if (bearings === undefined) return;
  const { at, draining, backendsOk, held } = v.parse(BEARINGS, bearings);
  Object.assign(tables.at, at);
  for (const [pid, time] of draining) tables.draining.set(pid, time);
  for (const [backend, time] of backendsOk) tables.backendsOk.set(backend, time);
  const groups = [...tables.sessions.values()];
  tables.held.push(...held.map((end) => ({ ...end, group: found(groups[end.group], 'session group') })));
}

function restoreError(
  tables: CorrelatorTables,
  content: unknown,
  endpointAt: (index: number) => Endpoint,
  symptoms: ReadonlyMap<string, Symptom>,
): void {
  const { tally, requestSeconds, isEvent, ...rest } = v.parse(ERROR_GROUP, content);
  const symptom = found(symptoms.get(rest.symptom), `symptom ${rest.symptom}`);
  const endpoint = rest.endpoint === null ? null : endpointAt(rest.endpoint);
  const parts = { ...rest, symptom, endpoint };
  const group = Object.assign(newErrorGroup(parts), parts);
  group.tally.restore(tally);
  group.requestSeconds.restore(requestSeconds);
  tables.errorIndex.set(isEvent ? eventGroupId(group) : errorGroupId(group), tables.errors.push(group) - 1);
}

function restoreSession(tables: CorrelatorTables, content: unknown, endpointAt: (index: number) => Endpoint): void {
  const saved = v.parse(SESSION_GROUP, content);
  const group = newSessionGroup(endpointAt(saved.endpoint));
  group.all.restore(saved.all);
  group.opened.restore(saved.opened);
  group.openedBefore = saved.openedBefore;
  group.unexplained.restore(saved.unexplained);
  group.unexplainedTally.restore(saved.unexplainedTally);
  group.drained.restore(saved.drained);
  group.drainedSeconds.restore(saved.drainedSeconds);
  group.drainedOrder.push(...saved.drainedOrder);
  group.largestBurst = saved.largestBurst;
  group.burst = saved.burst;
  group.tally.restore(saved.tally);
  group.untimed = saved.untimed;
  group.returns.restore(saved.returns);
  group.returnsTally.restore(saved.returnsTally);
  for (const [address, count] of saved.upstreams) group.upstreams.set(address, count);
  for (const protocol of saved.protocols) group.protocols.add(protocol);
  tables.sessions.set(group.endpoint, group);
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the memory speaks of a ${what} that is not there`);
  return value;
}
