/** Escaping for Markdown (CommonMark with GitHub's tables): data stays text, never a link, mention or element. */
import { showBlock, showText } from './display.ts';

function longestBacktickRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}

/** Inline code whose fence is longer than any run of backticks inside. The empty text gives nothing. */
export function codeSpan(text: string): string {
  const shown = showText(text);
  if (shown === '') return '';
  const fence = '`'.repeat(longestBacktickRun(shown) + 1);
  // A space on both sides is taken off by the reader; it is needed where the text itself touches a backtick.
  const pad = /^[ `]|[ `]$/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** A fenced block whose fence is longer than any run of backticks inside. `language` is the program's own word. */
export function codeBlock(text: string, language = ''): string {
  const shown = showBlock(text).replace(/\n$/, '');
  const fence = '`'.repeat(Math.max(3, longestBacktickRun(shown) + 1));
  return `${fence}${language}\n${shown}\n${fence}\n`;
}

/**
 * What chat and forge software turns into something live even where Markdown is escaped: mentions, Slack's `<!channel>`,
 * addresses, names of hosts, #1 and its likes on GitHub and GitLab. Names with underscores are not, but read better as code.
 */
const LIVE_WORD = /[@<>]|:\/\/|[a-z0-9-]\.[a-z]{2}|[#!$%&~]\d|\w_\w|\b(?:mailto|xmpp):|\bGH-\d/i;

/** A word without the punctuation around it, which is no part of what it names. */
const PUNCTUATED = /^([("'[]*)(.*?)([)"'\].,;:!?]*)$/s;

function prose(text: string): string {
  return text.replace(/[\\`*_[\]#!|~<>&$]/g, (char) => {
    if (char === '<') return '&lt;';
    if (char === '>') return '&gt;';
    if (char === '&') return '&amp;';
    return `\\${char}`;
  });
}

/** A word that would come alive, as code. */
function named(word: string): string {
  const [, before = '', core = '', after = ''] = PUNCTUATED.exec(word) ?? [];
  return prose(before) + codeSpan(core) + prose(after);
}

/** What would start a list, a heading line or a rule at the start of a paragraph. */
function blockStart(text: string): string {
  return text.replace(/^([-+=]|\d{1,9}(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}

/**
 * A sentence with data in it: markup is escaped, and words that would come alive are put into code. What stands
 * between single backticks, as the catalogue writes commands and names, is code as well.
 */
export function markdownText(text: string): string {
  const shown = showText(text)
    .trim()
    .split(/(?<!`)`([^`]+)`(?!`)/)
    .map((part, index) =>
      index % 2 === 1
        ? codeSpan(part)
        : part
            .split(' ')
            .map((word) => (LIVE_WORD.test(word) ? named(word) : prose(word)))
            .join(' '),
    )
    .join('');
  return blockStart(shown);
}

/**
 * Finished Markdown as a table cell. A pipe ends a cell even within code unless an odd number of backslashes stands
 * before it.
 */
export function tableCell(markdown: string): string {
  return markdown
    .replaceAll('\n', ' ')
    .replace(/\\*\|/g, (pipe) => (pipe.length % 2 === 0 ? pipe : `${pipe.slice(0, -1)}\\|`));
}
