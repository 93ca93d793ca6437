/** Counts over time in cells that double in width: what src/incident/timeline.ts keeps. */
import { CELL_SECONDS, CELLS, EARLIEST, LATEST } from './layout';

/** A power of two. */
export const MOST_CELLS: u32 = 64;
const MASK: i64 = MOST_CELLS - 1;
const CELLS_BYTES: u32 = MOST_CELLS * 4;
/** Where cells are put together that become wider. */
const FOLDED: usize = memory.data(CELLS_BYTES, 16);

/** Counts one hit of a group at a time, which is a number. The cells in use are neighbours, so each has a place of its own among 64. */
export function addTime(group: usize, time: f64): void {
  const second = floor(time);
  let width = load<f64>(group, CELL_SECONDS);
  if (width === 0) {
    width = 1;
    store<f64>(group, 1, CELL_SECONDS);
    store<f64>(group, second, EARLIEST);
    store<f64>(group, second, LATEST);
  } else if (second < load<f64>(group, EARLIEST) || second > load<f64>(group, LATEST)) {
    width = reach(group, second);
  }
  const cell = group + CELLS + <usize>((<i64>floor(second / width) & MASK) << 2);
  store<u32>(cell, load<u32>(cell) + 1);
}

/** Makes cells wider until all times fit, this one too. Returns their width. */
function reach(group: usize, second: f64): f64 {
  const earliest = load<f64>(group, EARLIEST);
  const latest = load<f64>(group, LATEST);
  const from = min(earliest, second);
  const to = max(latest, second);
  let width = load<f64>(group, CELL_SECONDS);
  while (floor(to / width) - floor(from / width) >= <f64>MOST_CELLS) {
    fold(group, <i64>floor(earliest / width), <i64>floor(latest / width));
    width *= 2;
  }
  store<f64>(group, from, EARLIEST);
  store<f64>(group, to, LATEST);
  store<f64>(group, width, CELL_SECONDS);
  return width;
}

/** Makes one cell of two, of those from the first in use to the last. */
function fold(group: usize, first: i64, last: i64): void {
  memory.fill(FOLDED, 0, CELLS_BYTES);
  for (let cell = first; cell <= last; cell++) {
    const into = FOLDED + <usize>(((cell >> 1) & MASK) << 2);
    store<u32>(into, load<u32>(into) + load<u32>(group + CELLS + <usize>((cell & MASK) << 2)));
  }
  memory.copy(group + CELLS, FOLDED, CELLS_BYTES);
}
