/** Quoting for commands that are printed for a person to paste into a POSIX shell. */
import { showText } from './display.ts';

/** Words that no shell reads specially. A leading `~` or `-` is not a matter of quoting and is left to the caller. */
const PLAIN_WORD = /^[\w./:=@%+,-]+$/;

/**
 * One shell word that stands for the text and does nothing else in sh, bash and zsh: no expansion, no second command.
 * Control characters are made visible first, so a pasted command cannot contain a line feed or an escape.
 */
export function quoteShell(text: string): string {
  const shown = showText(text);
  return PLAIN_WORD.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}
