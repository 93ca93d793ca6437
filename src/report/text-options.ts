/** How a text report is laid out. */
export interface TextOptions {
  /** Write colours. */
  readonly color: boolean;
  /** Display columns available. */
  readonly columns: number;
  /** Incidents that are not WebSocket too, in full. */
  readonly all: boolean;
  /** The terminal cannot show Unicode: draw with ASCII. */
  readonly ascii: boolean;
  /** More of everything: all evidence lines, weaker causes, what was ruled out, endpoints, inputs. */
  readonly verbose: boolean;
}

/** Keeps the width in a range in which the layout works. */
export function usableColumns(columns: number): number {
  if (!Number.isFinite(columns)) return 160;
  return Math.min(200, Math.max(40, Math.floor(columns)));
}
