/** Changed files as one unified diff that `patch -p1 -d /` takes. */
import { createTwoFilesPatch } from 'diff';

export interface DiffedFile {
  /** Absolute, or a bare name for text that came without one. */
  readonly path: string;
  /** Text as latin1, one character a byte. */
  readonly before: string;
  readonly after: string;
}

const CONTEXT_LINES = 3;
const HEADERS = { includeIndex: false, includeUnderline: false, includeFileHeaders: true };

/** The diff as latin1; '' when nothing differs. Paths are written as git does, below `a/` and `b/`. */
export function unifiedDiff(files: readonly DiffedFile[]): string {
  return files
    .filter(({ before, after }) => before !== after)
    .map(({ path, before, after }) => {
      const name = path.replace(/^\/+/, '');
      // patch ends a name at its first blank, unless something follows behind a tab.
      const stamp = name.includes(' ') ? ' ' : '';
      return createTwoFilesPatch(`a/${name}`, `b/${name}`, before, after, stamp, stamp, {
        context: CONTEXT_LINES,
        headerOptions: HEADERS,
      });
    })
    .join('');
}
