/** What the values of an access line are for, and those that are numbers. */
import { valueEnd, valueFrom } from './access-format';
import { twoDigits } from './bytes';
import { decimal, numberEnd, wholeNumber } from './numbers';

/** What a value is for: places of slots, or -1, at these offsets. */
export const PLACES: usize = memory.data(48, 16);
export const TIME: usize = 0;
export const EXACT_TIME: usize = 4;
export const CLIENT: usize = 8;
export const WHOLE_REQUEST: usize = 12;
export const METHOD: usize = 16;
export const TARGET: usize = 20;
export const PROTOCOL: usize = 24;
export const STATUS: usize = 28;
export const SIZE: usize = 32;
export const SECONDS: usize = 36;
export const CONNECTION: usize = 40;
export const UPGRADE: usize = 44;

/** A number that the line does not tell, and one that cannot be read. */
const NONE: f64 = -1;
export const UNREADABLE: f64 = -2;

/** The slot of a value; -1 when lines have none. */
export function place(role: usize): i32 {
  return load<i32>(PLACES + role);
}

/** From 100 to 599; 0 for anything else. */
export function statusOfAnswer(): u32 {
  const slot = place(STATUS);
  const from = valueFrom(slot);
  const kind = <u32>load<u8>(from) - 48;
  const rest = twoDigits(from + 1);
  return valueEnd(slot) !== from + 3 || kind < 1 || kind > 5 || rest > 99 ? 0 : kind * 100 + rest;
}

/** Bytes; -1 when the line tells none. */
export function sizeOfAnswer(): f64 {
  return wholeOrNone(place(SIZE));
}

/** nginx's number of the connection; -1 when the line tells none. */
export function connectionOfRequest(): f64 {
  return wholeOrNone(place(CONNECTION));
}

/** How long the request took; -1 when the line does not tell. */
export function secondsOfRequest(): f64 {
  const slot = place(SECONDS);
  if (slot < 0) return NONE;
  const from = valueFrom(slot);
  const end = valueEnd(slot);
  const value = decimal(from, end);
  if (value >= 0) return value;
  return isNone(from, end) ? NONE : UNREADABLE;
}

/** Whether it asked for another protocol, where lines tell. */
export function hasUpgrade(): bool {
  const slot = place(UPGRADE);
  return slot >= 0 && !isNone(valueFrom(slot), valueEnd(slot));
}

function wholeOrNone(slot: i32): f64 {
  if (slot < 0) return NONE;
  const from = valueFrom(slot);
  const end = valueEnd(slot);
  const value = wholeNumber(from);
  if (value >= 0 && numberEnd === end) return value;
  return isNone(from, end) ? NONE : UNREADABLE;
}

function isNone(from: usize, end: usize): bool {
  return from === end || isDash(from, end);
}

/** `-`: what nginx writes in place of nothing. */
export function isDash(from: usize, end: usize): bool {
  return end === from + 1 && load<u8>(from) === 45;
}

/** What is escaped may say more than it seems to. */
export function hasBackslash(from: usize, end: usize): bool {
  for (let at = from; at < end; at++) if (load<u8>(at) === 92) return true;
  return false;
}
