/** Which of a batch's texts are kept, once the memory they stand in is to be used for others. */
import type { Columns } from './columns.ts';
import type { Gist } from './gists.ts';

/** Longest piece of a line that is kept as evidence: what nginx can have written plus some. */
export const MAX_RAW = 4096;
/** Of error lines that say the same, as many are kept as evidence at most. */
const MAX_TEXTS = 5;

interface Texts {
  readonly length: number;
  readonly columns: Columns;
  readonly gists: readonly Gist[];
  readonly bytes: Buffer;
}

/**
 * A copy of what may be asked for of the texts of findings, whose columns tell where in the copy it stands. That is all of
 * them but for errors: of a group of those the first few lines are shown, and no line is among these that is not among
 * the first here that say the same. To copy all of them took a fifth of the time.
 */
export function keptTexts(texts: Texts): Buffer {
  const kept = withText(texts);
  const { start, end } = texts.columns;
  let total = 0;
  for (let n = 0; n < kept.length; n++) total += end[kept[n]!]! - start[kept[n]!]!;
  const bytes = Buffer.from(new ArrayBuffer(total));
  let at = 0;
  for (let n = 0; n < kept.length; n++) {
    const i = kept[n]!;
    bytes.set(texts.bytes.subarray(start[i], end[i]), at);
    end[i] = at + end[i]! - start[i]!;
    start[i] = at;
    at = end[i]!;
  }
  return bytes;
}

/**
 * The findings whose text may be asked for; the others have none from now on. Its loop stands alone: V8 compiles it
 * while it runs, and took 20 ms of a core for one that copies as well.
 */
function withText({ length, columns: { gist, start, end }, gists }: Texts): number[] {
  const left = textsToKeep(gists);
  const kept: number[] = [];
  for (let i = 0; i < length; i++) {
    const more = left[gist[i]!]!;
    if (more === 0 || end[i] === start[i]) {
      start[i] = 0;
      end[i] = 0;
      continue;
    }
    if (more > 0) left[gist[i]!] = more - 1;
    kept.push(i);
    if (end[i]! - start[i]! > MAX_RAW) end[i] = start[i]! + MAX_RAW;
  }
  return kept;
}

/** How many texts to keep of each gist; -1: all. */
function textsToKeep(gists: readonly Gist[]): Int8Array {
  const left = new Int8Array(gists.length);
  for (let number = 0; number < left.length; number++) {
    left[number] = gists[number]!.kind === 'error' ? MAX_TEXTS : -1;
  }
  return left;
}
