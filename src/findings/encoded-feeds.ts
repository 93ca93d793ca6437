/**
 * Where encoded line feeds (`%0a`) stand in a stretch of log. nginx decodes a path before it quotes it in a message, so
 * a real line feed can be in an entry only where the request, which nginx writes as it came, holds an encoded one.
 */
import type { TextWindow } from './text-window.ts';

/** Entries that go on over several lines fit into this many bytes: nginx's limit, and OpenResty's. */
export const REACH = 4096;

export class EncodedFeeds {
  #bytes: Buffer = Buffer.alloc(0);
  /** Position of the next one; infinite when there is none; -1 when not looked for yet. */
  #next = -1;

  /** Looks at the text of a window as it is now. */
  enter(window: TextWindow): void {
    this.#bytes = window.bytes.subarray(0, window.end);
    this.#next = -1;
  }

  /** Whether one stands within an entry's reach of `start`, of which the window must hold all there is. */
  near(start: number): boolean {
    if (this.#next < start) {
      const lower = this.#bytes.indexOf('%0a', start, 'latin1');
      const upper = this.#bytes.indexOf('%0A', start, 'latin1');
      this.#next = lower === -1 ? upper : upper === -1 ? lower : Math.min(lower, upper);
      if (this.#next === -1) this.#next = Number.POSITIVE_INFINITY;
    }
    return this.#next < start + REACH;
  }
}
