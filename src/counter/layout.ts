/** Where things lie in the counter's memory; src/incident/error-counter.ts looks at it from outside. */

/** Findings that are handed over at a time. */
export const MOST_ROWS: u32 = 4096;
/** Groups there is room for: those of src/incident/error-groups.ts. */
export const MOST_GROUPS: u32 = 6000;

/** The findings, column by column. */
export const GROUP: usize = memory.data(MOST_ROWS * 4, 16);
export const TIME: usize = memory.data(MOST_ROWS * 8, 16);
export const CLIENT: usize = memory.data(MOST_ROWS * 8, 16);
export const CONNECTION: usize = memory.data(MOST_ROWS * 8, 16);
export const REQUEST: usize = memory.data(MOST_ROWS * 4, 16);
/** Findings whose client is counted outside, by their place. */
export const OUTSIDE: usize = memory.data(MOST_ROWS * 4, 16);

/** First and last time there was. */
export const RANGE: usize = memory.data(16, 16);

/** What is counted of a group: see the offsets. Behind them, a count for each cell of time. */
export const GROUP_BYTES: u32 = 384;
export const GROUPS: usize = memory.data(MOST_GROUPS * GROUP_BYTES, 64);
export const LINES: usize = 0;
export const HITS: usize = 4;
/** Lines of requests that another group counts. */
export const SECONDARY: usize = 8;
export const FORGEABLE: usize = 12;
export const FIRST: usize = 16;
export const LAST: usize = 24;
/** Seconds: of a cell, and of the first and last time in the cells. */
export const CELL_SECONDS: usize = 32;
export const EARLIEST: usize = 40;
export const LATEST: usize = 48;
/** Clients one by one: where, places there, how many. */
export const CLIENTS: usize = 56;
export const PLACES: usize = 60;
export const NAMED: usize = 64;
/** And in a flood; 0: there is none. */
export const FLOOD: usize = 68;
export const FLOOD_HITS: usize = 72;
/** 1: clients are counted outside. */
export const APART: usize = 80;
export const CELLS: usize = 128;
