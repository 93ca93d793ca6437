/**
 * Text for chat programs and for what passes text on to them: data comes out as words, never as a link, a mention, a
 * command or a picture. Slack and Mattermost read the same message differently, so what either would make live is put
 * into code, where both leave it alone.
 */
import { showText } from './display.ts';

/** Words of letters and digits, with the punctuation of a sentence around them. Anything else can mean something. */
const PLAIN_WORD = /^[("']?[\p{L}\p{N}%,;'×~-]+[)"']?[.,:;?!]?$/u;

/** Slack takes `&`, `<` and `>` for its own markup everywhere, also in code. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Code within a line. Neither program lets a backtick stand in it, so it becomes an apostrophe. */
export function chatCode(text: string): string {
  const shown = showText(text).replaceAll('`', "'").trim();
  return shown === '' ? '' : `\`${escaped(shown)}\``;
}

/** A sentence with data in it: runs of words that are not plain become code. */
export function chatText(sentence: string): string {
  const out: string[] = [];
  let odd: string[] = [];
  const end = () => {
    const [, before = '', text = '', after = ''] = /^([("']?)(.*?)([)"']?[.,:;?!]?)$/.exec(odd.join(' ')) ?? [];
    // What is nothing but punctuation is odd as a whole.
    if (text !== '') out.push(`${before}${chatCode(text)}${after}`);
    else if (odd.length > 0) out.push(chatCode(odd.join(' ')));
    odd = [];
  };
  // Catalogue texts mark code with backticks of their own; code is what the words become here anyway.
  for (const word of showText(sentence).replaceAll('`', ' ').split(/ +/)) {
    if (word === '') continue;
    if (PLAIN_WORD.test(word) && !/^[-~]|^\d+\.$/.test(word)) {
      end();
      out.push(word);
    } else odd.push(word);
  }
  end();
  return out.join(' ');
}

/**
 * Text for templates of other programs, which may put it into HTML, Slack or a terminal without escaping: angle
 * brackets become harmless look-alikes, addresses are taken apart, mentions get no `@`.
 */
export function templateText(text: string): string {
  return showText(text).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('://', '[:]//').replaceAll('@', '(at)');
}
