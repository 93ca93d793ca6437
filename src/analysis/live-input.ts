/** One of the logs that grow, as far as it was read. */
import type { SymptomMatcher } from '../catalogue/match.ts';
import { BlockReader } from '../findings/block-reader.ts';
import { SourceReader } from '../findings/source.ts';
import type { AccessFormat } from '../nginx/access-line.ts';
import type { ReportInput } from '../report/document.ts';
import type { ReadInput } from './conclude.ts';

export interface LiveInput {
  readonly read: ReadInput;
  readonly reader: SourceReader;
  readonly blocks: BlockReader;
  /** Its number among the inputs. */
  readonly file: number;
  /** Formats to try on its lines, likeliest first. */
  readonly formats: readonly AccessFormat[];
  /** Lines wait for what may follow them. */
  holds: boolean;
  /** Minutes east of UTC for its lines without a zone. */
  offsetAt(wall: number): number;
}

export function newLiveInput(
  input: ReportInput,
  file: number,
  format: AccessFormat | null,
  known: readonly AccessFormat[],
  matcher: SymptomMatcher,
  offsetAt: (wall: number) => number,
): LiveInput {
  const formats = format === null ? known : [format, ...known.filter((other) => other !== format)];
  const reader = new SourceReader({
    matcher,
    formats,
    offsetAt,
    since: Number.NEGATIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
  });
  const blocks = new BlockReader(reader);
  return { read: { input, reader, format }, reader, blocks, file, formats, holds: false, offsetAt };
}
