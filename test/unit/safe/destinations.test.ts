import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRow } from '../../../src/safe/csv.ts';
import { showText } from '../../../src/safe/display.ts';
import { escapeHtml, htmlText } from '../../../src/safe/html.ts';
import { codeBlock, codeSpan, markdownText, tableCell } from '../../../src/safe/markdown.ts';
import { quoteShell } from '../../../src/safe/shell.ts';

describe('quoteShell', () => {
  it('leaves plain words alone and makes everything else inert', () => {
    expect(quoteShell('/ws/chat-1.0')).toBe('/ws/chat-1.0');
    expect(quoteShell('/$(reboot)')).toBe("'/$(reboot)'");
    expect(quoteShell("it's")).toBe("'it'\\''s'");
    expect(quoteShell('')).toBe("''");
    expect(quoteShell('a\nreboot\x1b')).toBe("'a\\x0areboot\\x1b'");
  });

  it('comes back from a real shell as the same word', () => {
    const words = fc.sample(fc.string({ unit: 'grapheme-ascii', maxLength: 30 }), { numRuns: 60, seed: 7 });
    words.push('`id`', '$HOME', '!!', '*', '~', 'a;b', '&&', "'\\''", '\\', '-n');
    const out = execFileSync('sh', ['-c', words.map((w) => `printf '%s\\n' ${quoteShell(w)}`).join('\n')]);
    expect(out.toString().split('\n').slice(0, -1)).toEqual(words);
  });
});

describe('Markdown', () => {
  it('fences are longer than any run inside', () => {
    expect(codeSpan('a``b')).toBe('```a``b```');
    expect(codeSpan('`x')).toBe('`` `x ``');
    expect(codeBlock('a\n```\nb', 'nginx')).toBe('````nginx\na\n```\nb\n````\n');
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n'), minLength: 1 }), (s) => {
        const longest = Math.max(0, ...(s.match(/`+/g) ?? []).map((run) => run.length));
        const fence = '`'.repeat(longest + 1);
        const touches = /^[ `]|[ `]$/.test(s);
        const inside = touches ? ` ${showText(s)} ` : showText(s);
        return codeSpan(s) === fence + inside + fence;
      }),
    );
  });

  it('leaves nothing live in prose', () => {
    const text = '@here <!channel> <b>x</b> [a](http://evil) see https://evil/ www.evil #12 *b* _i_ `c` a|b';
    const shown = markdownText(text);
    const outsideCode = shown.replace(/(`+)[^`]+\1/g, '').replace(/\\./g, '');
    expect(outsideCode).not.toMatch(/[@<>`*_[\]#|]|:\/\/|www/);
  });

  it('takes single backticks as code, and no others', () => {
    expect(markdownText('run `nginx -t` now')).toBe('run `nginx -t` now');
    expect(markdownText('``` x` `` y')).toBe('\\`\\`\\` x\\` \\`\\` y');
    expect(htmlText('run `nginx <t>` now')).toBe('run <code>nginx &lt;t&gt;</code> now');
  });

  it('keeps a table row one row', () => {
    for (const data of ['a|b', 'a\\|b', 'a\\\\|b', '|||', 'x\ny']) {
      for (const cell of [tableCell(codeSpan(data)), tableCell(markdownText(data))]) {
        expect(cell.replace(/\\./g, '')).not.toMatch(/[|\n]/);
      }
    }
  });
});

describe('HTML and CSV', () => {
  it('escapes markup', () => {
    expect(escapeHtml(`<img src=x onerror="a('b')">&\x1b`)).toBe(
      '&lt;img src=x onerror=&quot;a(&#39;b&#39;)&quot;&gt;&amp;\\x1b',
    );
  });

  it('quotes cells and disarms formulas', () => {
    expect(csvRow(['a', 1, null, 'a,"b"'])).toBe('a,1,,"a,""b"""\r\n');
    for (const start of ['=', '+', '-', '@', '\t', '\r', ' =', '\uff1d']) {
      expect(csvRow([`${start}cmd|'/c calc'!A0`])[0]).toBe("'");
    }
    // Where `;` parts cells, what stands behind it is a cell of its own.
    expect(csvRow(["a;=cmd|'/c calc'!A0"])).toBe(`"a;'=cmd|'/c calc'!A0"\r\n`);
    expect(csvRow(['a; "@x'])).toBe(`"a; ""'@x"\r\n`);
    expect(csvRow(['502 400; 504 12'])).toBe('"502 400; 504 12"\r\n');
    expect(csvRow(['x\r\ny'])).toBe('"x\\x0d\ny"\r\n');
  });
});
