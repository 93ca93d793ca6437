/** Directives given twice at one level, which nginx refuses. */
import { type Duplicate, duplicatesOf } from '../../nginx-conf/duplicates.ts';
import type { Conf, Directive } from '../../nginx-conf/tree.ts';
import { Draft } from '../draft.ts';
import type { Mending, Remedy } from '../types.ts';

/**
 * Takes one of two equal lines out; which of two that differ is meant, only their author knows. Of an included line
 * and one in the block's own file, the own one goes: others may need what the include says.
 */
export const duplicates: Remedy = {
  at: 'whole',
  mend(conf) {
    const found = duplicatesOf(conf);
    const mendings = found.flatMap((one) => mendOne(conf, one));
    return {
      edits: mendings.flatMap(({ edits }) => edits),
      changes: mendings.flatMap(({ changes }) => changes),
      notes: sentencesFor(found),
    };
  },
};

/** A sentence for each two lines of which only their author can say which one is meant. */
export function disagreements(conf: Conf): readonly string[] {
  return sentencesFor(duplicatesOf(conf));
}

function sentencesFor(found: readonly Duplicate[]): readonly string[] {
  return found
    .filter(({ first, again }) => spareOf(first, again) === null)
    .map(
      ({ first, again }) =>
        `${again.name} says ${first.args.join(' ')} at ${first.file}:${first.line} and ${again.args.join(' ')} at ${again.file}:${again.line}; nginx takes one only: remove the one that is not meant`,
    );
}

function mendOne(conf: Conf, { first, again }: Duplicate): readonly Mending[] {
  const spare = spareOf(first, again);
  if (spare === null) return [];
  const draft = new Draft(conf, again.parent ?? again, []);
  const other = spare === again ? first : again;
  draft.drop(spare, `nginx refuses ${spare.name} a second time at one level; ${other.file}:${other.line} says it too`);
  return [draft.mending()];
}

/** The one that can go; null when both could be meant. */
function spareOf(first: Directive, again: Directive): Directive | null {
  // 1.0 and 1.1 beside each other: whoever added the second wanted the upgrade, which 1.0 has not.
  if (first.name === 'proxy_http_version' && first.args[0] !== again.args[0]) {
    return first.args[0] === '1.0' ? first : again.args[0] === '1.0' ? again : null;
  }
  if (first.args.join('\0') !== again.args.join('\0')) return null;
  const own = again.parent?.file;
  return first.file === own && again.file !== own ? first : again;
}
