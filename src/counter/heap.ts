/** Memory for what grows, in sizes that are four times each other: what is given back serves the next of its size. */

const SMALLEST: u32 = 64;
/** 64 bytes to 64 KiB. */
const SIZES: u32 = 6;
/** For each size the piece given back last, which begins with the one before it; 0: there is none. */
const FREE: usize = memory.data(SIZES * 4, 16);
const PAGE: usize = 65536;

/** Where memory begins that nobody has had. */
let top: usize = __heap_base;

/** Memory that holds zeros; 0 when there is no more. */
export function take(bytes: u32): usize {
  const list = FREE + ((<usize>sizeClass(bytes)) << 2);
  const freed = <usize>load<u32>(list);
  if (freed !== 0) {
    store<u32>(list, load<u32>(freed));
    memory.fill(freed, 0, bytes);
    return freed;
  }
  const from = (top + 63) & ~63;
  const end = from + bytes;
  const there = <usize>memory.size() * PAGE;
  if (end > there) {
    // Half as much again, so that it is asked for rarely.
    const wanted = (max(end - there, there >> 1) + PAGE - 1) / PAGE;
    const least = (end - there + PAGE - 1) / PAGE;
    if (memory.grow(<i32>wanted) < 0 && memory.grow(<i32>least) < 0) return 0;
  }
  top = end;
  return from;
}

/** @param bytes as many as were taken */
export function giveBack(at: usize, bytes: u32): void {
  const list = FREE + ((<usize>sizeClass(bytes)) << 2);
  store<u32>(at, load<u32>(list));
  store<u32>(list, <u32>at);
}

function sizeClass(bytes: u32): u32 {
  let index: u32 = 0;
  let size = SMALLEST;
  while (size < bytes) {
    size <<= 2;
    index++;
  }
  return min(index, SIZES - 1);
}
