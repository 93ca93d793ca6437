/**
 * Who is hit, by IPv4 address: one by one, and beyond a bound as a flood. What src/incident/clients.ts, number-counts.ts
 * and flood.ts keep, laid out alike.
 */
import { giveBack, take } from './heap';
import { CLIENTS, FLOOD, FLOOD_HITS, NAMED, PLACES } from './layout';

/** Clients of a group that are counted one by one. */
const MOST_NAMED: u32 = 4096;
/** Of their table: places at first, and how many times as many there are when three quarters are taken. */
const FIRST_PLACES: u32 = 8;
const GROWTH: u32 = 4;

/** Of a flood: registers, which tell how many clients there are about; their number takes so many bits of a hash. */
export const REGISTERS: u32 = 2048;
const INDEX_BITS: u32 = 11;
/** Behind those, counters, each of which many clients share: all their hits, the client that leads, and by how many. */
export const COUNTERS: u32 = 512;
const COUNTER_BYTES: u32 = 12;
const LEADER: usize = 4;
const LEAD: usize = 8;
const FLOOD_BYTES: u32 = REGISTERS + COUNTERS * COUNTER_BYTES;

/** Counts one hit of a group; false when there is no memory for it. */
export function addClient(group: usize, address: i32): bool {
  const flood = <usize>load<u32>(group, FLOOD);
  if (flood !== 0) {
    addToFlood(group, flood, address);
    return true;
  }
  if (!addNamed(group, address)) return false;
  if (load<u32>(group, NAMED) > MOST_NAMED) startFlood(group);
  return true;
}

function addNamed(group: usize, address: i32): bool {
  const places = load<u32>(group, PLACES);
  if (places > 0) {
    const found = placeOf(<usize>load<u32>(group, CLIENTS), places, address);
    const count = load<u32>(found, 4);
    if (count > 0) {
      if (count < 0xffffffff) store<u32>(found, count + 1, 4);
      return true;
    }
  }
  const named = load<u32>(group, NAMED) + 1;
  if (4 * named > 3 * places && !grow(group)) return false;
  const place = placeOf(<usize>load<u32>(group, CLIENTS), load<u32>(group, PLACES), address);
  store<i32>(place, address);
  store<u32>(place, 1, 4);
  store<u32>(group, named, NAMED);
  return true;
}

/** Where an address is counted, or is to be: a count of 0 marks an empty place. */
function placeOf(table: usize, places: u32, address: i32): usize {
  const mask = places - 1;
  let place = mix(address) & mask;
  let at = table + ((<usize>place) << 3);
  while (load<u32>(at, 4) !== 0 && load<i32>(at) !== address) {
    place = (place + 1) & mask;
    at = table + ((<usize>place) << 3);
  }
  return at;
}

/** Makes room for more clients that are counted one by one; false when there is no memory for it. */
function grow(group: usize): bool {
  const old = <usize>load<u32>(group, CLIENTS);
  const before = load<u32>(group, PLACES);
  const places = before === 0 ? FIRST_PLACES : before * GROWTH;
  const table = take(places << 3);
  if (table === 0) return false;
  for (let at = old; at < old + ((<usize>before) << 3); at += 8) {
    if (load<u32>(at, 4) !== 0) store<u64>(placeOf(table, places, load<i32>(at)), load<u64>(at));
  }
  if (before > 0) giveBack(old, before << 3);
  store<u32>(group, <u32>table, CLIENTS);
  store<u32>(group, places, PLACES);
  return true;
}

/** Counts the clients of a group as a flood from now on. */
function startFlood(group: usize): void {
  const flood = take(FLOOD_BYTES);
  // Without memory for it, they are named on.
  if (flood === 0) return;
  const table = <usize>load<u32>(group, CLIENTS);
  const bytes = load<u32>(group, PLACES) << 3;
  for (let at = table; at < table + bytes; at += 8) {
    const count = load<u32>(at, 4);
    if (count === 0) continue;
    const address = load<i32>(at);
    const counter = counted(group, flood, mix(address), count);
    const most = load<u32>(counter, LEAD);
    if (count < most || (count === most && address >= load<i32>(counter, LEADER))) continue;
    store<i32>(counter, address, LEADER);
    store<u32>(counter, count, LEAD);
  }
  // Of each counter's clients, the one with most hits leads by what the others have not.
  const counters = flood + REGISTERS;
  for (let at = counters; at < counters + COUNTERS * COUNTER_BYTES; at += COUNTER_BYTES) {
    const lead = load<u32>(at, LEAD);
    const others = load<u32>(at) - lead;
    store<u32>(at, lead > others ? lead - others : 0, LEAD);
  }
  giveBack(table, bytes);
  store<u32>(group, 0, PLACES);
  store<u32>(group, 0, NAMED);
  store<u32>(group, <u32>flood, FLOOD);
}

/** Whoever leads loses by one with each hit of another, and who comes when the lead is gone takes it. */
function addToFlood(group: usize, flood: usize, address: i32): void {
  const counter = counted(group, flood, mix(address), 1);
  const lead = load<u32>(counter, LEAD);
  const isLeader = load<i32>(counter, LEADER) === address;
  if (lead === 0) {
    store<i32>(counter, address, LEADER);
    store<u32>(counter, 1, LEAD);
  } else store<u32>(counter, isLeader ? lead + 1 : lead - 1, LEAD);
}

/** Counts hits in the register and the counter of their client. Returns the counter. */
function counted(group: usize, flood: usize, hash: u32, count: u32): usize {
  const register = flood + (hash & (REGISTERS - 1));
  const rank = clz(hash >>> INDEX_BITS) - INDEX_BITS + 1;
  if (rank > <u32>load<u8>(register)) store<u8>(register, rank);
  const counter = flood + REGISTERS + (mix(hash ^ 0x5bd1e995) & (COUNTERS - 1)) * COUNTER_BYTES;
  store<u32>(counter, load<u32>(counter) + count);
  store<f64>(group, load<f64>(group, FLOOD_HITS) + <f64>count, FLOOD_HITS);
  return counter;
}

/** Spreads the bits of a number over all 32, as in src/findings/text.ts. */
function mix(value: u32): u32 {
  let h = value ^ (value >>> 16);
  h *= 0x85ebca6b;
  h ^= h >>> 13;
  h *= 0xc2b2ae35;
  return h ^ (h >>> 16);
}
