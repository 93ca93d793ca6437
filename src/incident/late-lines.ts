/**
 * Access lines that no error line explains, as long as one may still come: an error log can be written or shipped later
 * than its access log, and the two pipes of a container are merged in any order. They count as unexplained at once; an
 * error line of the same request takes them over whenever it comes, so that the order makes no difference.
 *
 * Bounded by number and not by time: the oldest gives way, and stays unexplained for good.
 */
import type { Batch } from '../findings/batch.ts';
import type { Client } from '../findings/client.ts';
import type { AccessKey } from '../findings/keys.ts';
import { addEnd, addJoined, addUnexplained, copyOf, JOINED_SAMPLES } from './counted.ts';
import { type AccessGroup, type ErrorGroup, newSessionGroup, type SessionGroup } from './groups.ts';
import { countIn, keyOf, type LateLine, lateLine, secondKey } from './late-line.ts';
import { MAX_SAMPLES } from './tally.ts';

const MAX_LATE = 8192;
/** Lines of one client or connection that are asked for each error line. */
const MAX_ASKED = 32;
/** Lines that are stored together. */
const BLOCK = 64;

/** Finds the group of an error line that waits for the access line of this request, and gives it out. */
type Join = (line: LateLine) => ErrorGroup | null;

/** A line in its place, which follows from how many came before it. */
export interface Placed {
  readonly line: LateLine;
  readonly serial: number;
}

export class LateLines {
  readonly #places: (Placed | null)[] = [];
  /** By `keyOf`; oldest first. */
  readonly #byRequest = new Map<number, Placed[]>();
  readonly #revisions: number[] = [];
  /** Lines kept to be shown, by group. */
  readonly #texts = new Map<LateLine['group'], number>();
  #serial = 0;

  /** Whether an error line may go with a line: nearly none does with an answer of everyday requests. */
  static mayBeExplained({ status, upstreamStatus, upgrade, fold }: AccessKey): boolean {
    const succeeded = status >= 200 && status < 400 && upstreamStatus.length < 2;
    return !succeeded || upgrade === 'yes' || fold.hint === 'strong';
  }

  get isEmpty(): boolean {
    return this.#byRequest.size === 0;
  }

  /**
   * Takes finding `i` of a batch; the oldest is counted for good if there is no room.
   *
   * @param group where it counts while nothing explains it.
   * @param file index of its input.
   */
  hold(key: AccessKey, group: LateLine['group'], batch: Batch, i: number, file: number): void {
    const tally = 'kind' in group ? group.tally : group.unexplainedTally;
    // Long lines are for attackers to write: of each group only as many are kept as are shown.
    const hasRoom = tally.samples.length + (this.#texts.get(group) ?? 0) < MAX_SAMPLES;
    const line = lateLine(key, group, { batch, i, file, hasRoom });
    if (line.request === 0 || (line.client === null && line.connection < 0)) {
      countIn(line.group, line);
      return;
    }
    const given = this.#places[this.#serial % MAX_LATE];
    if (given != null) {
      this.#remove(given);
      countIn(given.line.group, given.line);
    }
    this.#place({ line, serial: this.#serial });
  }

  /** Fills an empty one with what was saved. */
  restore(saved: readonly Placed[]): void {
    for (const placed of saved.toSorted((a, b) => a.serial - b.serial)) this.#place(placed);
  }

  /** Gives the access line of a request to its error line, which has just come, if it is here. */
  takeOver(request: number, time: number, client: Client, connection: number, join: Join): void {
    if (connection >= 0 && this.#takeFrom(connection, request, join)) return;
    if (client === null) return;
    // nginx reads its clock once per event loop: the access line may be of the next second.
    for (const second of [time, time + 1])
      if (this.#takeFrom(secondKey(client, request, second), request, join)) return;
  }

  /** Takes out sessions that it shows now why they ended. */
  takeEnds(isExplained: (line: LateLine) => boolean): (LateLine & { readonly group: SessionGroup })[] {
    const found = [];
    for (const placed of this.#inOrder()) {
      const { line } = placed;
      if ('kind' in line.group || !isExplained(line)) continue;
      this.#remove(placed);
      found.push({ ...line, group: line.group });
    }
    return found;
  }

  /** The groups as they are with these lines in them, and without those that have none. */
  accessWith(groups: readonly AccessGroup[]): AccessGroup[] {
    const copies = new Map<AccessGroup, AccessGroup>();
    for (const { line } of this.#inOrder()) {
      if (!('kind' in line.group)) continue;
      const copy = copies.get(line.group) ?? copyOf(line.group);
      copies.set(line.group, copy);
      addUnexplained(copy, line);
    }
    return groups.map((group) => copies.get(group) ?? group).filter(({ tally }) => tally.lines > 0);
  }

  /** What these lines add to the groups of sessions, in groups of their own. */
  sessions(): SessionGroup[] {
    const more = new Map<SessionGroup, SessionGroup>();
    for (const { line } of this.#inOrder()) {
      if ('kind' in line.group) continue;
      const group = more.get(line.group) ?? newSessionGroup(line.group.endpoint);
      more.set(line.group, group);
      addEnd(group, line);
    }
    return [...more.values()];
  }

  /** In blocks: lines with what tells which is older, and how often the block changed. */
  *saved(): Generator<{ block: number; revision: number; lines: Placed[] }> {
    for (const [block, revision] of this.#revisions.entries()) {
      if (revision === undefined) continue;
      const lines = this.#places.slice(block * BLOCK, (block + 1) * BLOCK).filter((placed) => placed != null);
      yield { block, revision, lines };
    }
  }

  /** Oldest first. */
  *#inOrder(): Generator<Placed> {
    for (let serial = Math.max(0, this.#serial - MAX_LATE); serial < this.#serial; serial++) {
      const placed = this.#places[serial % MAX_LATE];
      if (placed != null) yield placed;
    }
  }

  #takeFrom(key: number, request: number, join: Join): boolean {
    const same = this.#byRequest.get(key);
    if (same === undefined) return false;
    for (const placed of same.slice(0, MAX_ASKED)) {
      const { line } = placed;
      if (line.request !== request) continue;
      const group = join(line);
      if (group === null) continue;
      this.#remove(placed);
      addJoined(group, line.said, line.seconds, line.bytes, line.lines);
      if (line.ref !== null && group.tally.samples.length < JOINED_SAMPLES) group.tally.sample(line.ref);
      // A session that began in the end was not ended by what went wrong before.
      if (!('kind' in line.group) && group.symptom.stage === 'handshake') addEnd(line.group, line);
      return true;
    }
    return false;
  }

  #place(placed: Placed): void {
    this.#places[placed.serial % MAX_LATE] = placed;
    this.#serial = placed.serial + 1;
    this.#changed(placed.serial);
    this.#countText(placed.line, 1);
    const key = keyOf(placed.line);
    const same = this.#byRequest.get(key);
    if (same === undefined) this.#byRequest.set(key, [placed]);
    else same.push(placed);
  }

  #remove(placed: Placed): void {
    this.#places[placed.serial % MAX_LATE] = null;
    this.#changed(placed.serial);
    this.#countText(placed.line, -1);
    const key = keyOf(placed.line);
    const same = this.#byRequest.get(key) ?? [];
    if (same.length <= 1) this.#byRequest.delete(key);
    else same.splice(same.indexOf(placed), 1);
  }

  #countText({ ref, group }: LateLine, by: number): void {
    if (ref === null) return;
    const count = (this.#texts.get(group) ?? 0) + by;
    if (count === 0) this.#texts.delete(group);
    else this.#texts.set(group, count);
  }

  #changed(serial: number): void {
    const block = Math.floor((serial % MAX_LATE) / BLOCK);
    this.#revisions[block] = (this.#revisions[block] ?? 0) + 1;
  }
}
