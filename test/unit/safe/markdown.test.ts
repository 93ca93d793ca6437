/** Markdown as its readers take it: a parser of GitHub's dialect, and what Slack and GitLab look for in plain text. */
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import type { ReportDocument } from '../../../src/report/document.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { markdownText, tableCell } from '../../../src/safe/markdown.ts';
import { idleIncident, report } from '../report/fixture.ts';

const ATTACKS = [
  '@here and @channel and @octocat',
  '<!channel> <!here|x> <@U024BE7LH> <#C024BE7LR> <https://evil.test|your bank>',
  'https://evil.test/x http://evil.test (https://evil.test) www.evil.test (www.evil.test) evil.test',
  '[x](http://evil.test) ![x](//evil.test/x.png) [x]: http://evil.test <http://evil.test>',
  'a@evil.test mailto:a@evil.test xmpp:a@evil.test',
  '#12 GH-12 !34 $56 %78 ~9 &10 org/repo#12 @org/team',
  '<b>x</b> <img src=//evil.test/x onerror=alert(1)> <!-- x --> <details open>',
  '`x` ``x`` ``` x ``` **x** _x_ ~~x~~ $x$ \\`x\\`',
  '| a | b |\n| - | - |\n\n# heading\n- item\n> quote\n1. one\n---\n    code',
  '- [x] done [^1] [^1]: http://evil.test',
];

/** The page a reader gets, without what stands in code. */
function outsideCode(markdown: string): { html: string; text: string; elements: string[] } {
  const html = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
  const { document } = parseHTML(`<!doctype html><html><body>${html}</body></html>`);
  for (const code of document.querySelectorAll('code, pre')) code.remove();
  const elements = [...document.querySelectorAll('body *')].map(({ localName }) => localName);
  return { html, text: document.body.textContent ?? '', elements };
}

const OWN = new Set('h1 h2 p ul ol li strong table thead tbody tr th td hr br'.split(' '));

/** What GitHub, GitLab and Slack bring to life in text that is no code. */
const LIVE = /(?:^|\s|\()@\w|<[!@#]|:\/\/|\bwww\.|\bevil\.test|(?:^|[\s(])[#!$%~&]\d|\bGH-\d|mailto:|xmpp:/;

describe('the Markdown report', () => {
  it.each(ATTACKS)('lets nothing live out of %j', (attack) => {
    const document: ReportDocument = JSON.parse(
      JSON.stringify(report({ incidents: [idleIncident()] })),
      (key, value) =>
        typeof value === 'string' &&
        !/^(?:schema|severity|status|websocket|kind|from|to|at|event|.*Seen|timezoneFrom)$/.test(key)
          ? `${value} ${attack}`
          : value,
    );
    const { text, elements } = outsideCode(renderMarkdown(document, { all: true }));
    expect(elements.filter((name) => !OWN.has(name))).toEqual([]);
    expect(LIVE.exec(text)?.[0] ?? '').toBe('');
  });

  it('keeps its shape: headings, one table of incidents, one of endpoints', () => {
    const { elements } = outsideCode(renderMarkdown(report(), { all: true }));
    const count = (name: string) => elements.filter((element) => element === name).length;
    expect([count('h1'), count('h2'), count('table')]).toEqual([1, 6, 2]);
    // Slack shows elements as text.
    expect(renderMarkdown(report(), { all: true })).not.toMatch(/<\/?(?:details|summary|br)/);
  });
});

it('markdownText gives one paragraph without links or elements, whatever it gets', () => {
  const piece = fc.constantFrom(
    ...ATTACKS.flatMap((attack) => attack.split(/(?<=[ \n])/)),
    '\\',
    '`',
    '|',
    '\n',
    '*',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { elements } = outsideCode(markdownText(pieces.join('')));
      expect(elements.filter((name) => name !== 'p')).toEqual([]);
      const table = `| a | b |\n| - | - |\n| ${tableCell(markdownText(pieces.join('')))} | end |`;
      expect(outsideCode(table).elements.filter((name) => name === 'td')).toHaveLength(2);
    }),
    { numRuns: 40 },
  );
});
