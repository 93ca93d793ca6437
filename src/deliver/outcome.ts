/** What became of an attempt to send something. */

/**
 * - `accepted`: the target has taken it on. `notice`: a sentence for the user, where not all went as wished.
 * - `refused`: the target certainly does not have it: nobody listened, or the answer was no. It may be made anew,
 *   together with what has come since. `retryAfterMs`: when the target wants to be asked again, where it says so.
 *   `final`: asking again would get the same answer, until somebody changes something.
 * - `unknown`: the connection broke after it was handed over. Only the very same bytes under the very same id may be
 *   sent again, so that the target can tell that it knows them.
 *
 * Sentences hold neither secrets nor raw answers of the other side: `safe/` has made them visible and masked them.
 */
export type Outcome =
  | { readonly kind: 'accepted'; readonly notice: string | null }
  | { readonly kind: 'refused'; readonly sentence: string; readonly retryAfterMs?: number; readonly final?: boolean }
  | { readonly kind: 'unknown'; readonly sentence: string };

/** A way to reach somebody. It makes one attempt, gives up by itself after some time, and never throws. */
export interface Transport {
  send(id: string, content: string): Promise<Outcome>;
}
