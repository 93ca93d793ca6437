import { describe, expect, it } from 'vitest';
import { renderCsv } from '../../../src/report/csv.ts';
import type { ReportDocument } from '../../../src/report/document.ts';
import { renderHtml } from '../../../src/report/html.ts';
import { renderIncident } from '../../../src/report/incident.ts';
import { renderJson } from '../../../src/report/json.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { renderNdjson } from '../../../src/report/ndjson.ts';
import { oneLine } from '../../../src/report/one-line.ts';
import { renderText } from '../../../src/report/text.ts';
import { report } from './fixture.ts';

const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const FIXED = new Set([
  ...[
    'schema',
    'severity',
    'status',
    'websocket',
    'kind',
    'timezoneFrom',
    'firstSeen',
    'lastSeen',
    'from',
    'to',
    'at',
    'event',
  ],
]);

/** The report with the text added to every string a log can reach. */
function planted(text: string): ReportDocument {
  return JSON.parse(JSON.stringify(report()), (key, value) =>
    typeof value === 'string' && !FIXED.has(key) ? `${value}${text}` : value,
  );
}

function texts(document: ReportDocument): [string, string][] {
  const options = { columns: 80, all: true, verbose: true, ascii: false, color: false };
  const ownColours = (text: string) => text.replace(/\x1b\[(?:1|2|22|31|33|36|39)m/g, '');
  return [
    ['text', renderText(document, options)],
    ['text in colour', ownColours(renderText(document, { ...options, color: true, verbose: false }))],
    ['text in ASCII', renderText(document, { ...options, ascii: true })],
    ['incident', document.incidents.map((incident) => renderIncident(incident, options)).join('')],
    ['one line', `${document.incidents.map((incident) => oneLine(incident)).join('\n')}\n`],
    ['json', renderJson(document)],
    ['ndjson', [...renderNdjson(document)].join('')],
    ['markdown', renderMarkdown(document, { all: true })],
    ['html', renderHtml(document)],
    ['csv', renderCsv(document).replaceAll('\r\n', '\n')],
  ];
}

describe('hostile strings in every field', () => {
  const chars = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code));
  chars.push('\ufeff', '\ufe0f', '\uffa0', '\ud800', '\udfff', '\u{e0041}', '\u{e01ef}');
  const chunks = Array.from({ length: 6 }, (_, n) => chars.slice(n * 2060, (n + 1) * 2060).join(''));

  it.each(chunks.map((chunk, n) => [n, chunk] as const))(
    'no control or direction character leaves, part %i',
    (_, chunk) => {
      for (const [format, out] of texts(planted(chunk))) {
        const found = UNSAFE.exec(out);
        expect(found === null ? '' : `${format}: U+${found[0].codePointAt(0)?.toString(16)}`).toBe('');
        expect(out.length).toBeGreaterThan(50);
      }
    },
  );

  it('shows escapes where the characters were', () => {
    const text = renderText(planted('\x1b]0;pwn\x07\u202e'), {
      columns: 200,
      all: true,
      verbose: true,
      ascii: false,
      color: false,
    });
    expect(text).toContain('\\x1b]0;pwn\\x07\\u202e');
  });

  it('writes nothing beyond ASCII for a terminal without Unicode', () => {
    const text = renderText(planted(' Zürich Û'), { columns: 80, all: true, verbose: true, ascii: true, color: true });
    expect(text).toMatch(/^[\n\x1b\x20-\x7e]*$/);
    expect(text).toContain('Z\\xfcrich');
  });

  it('keeps line feeds of data out of one-line places', () => {
    const document = planted('\nFORGED');
    for (const [format, out] of texts(document)) {
      if (format === 'json' || format === 'csv') continue;
      const forged = out.split('\n').filter((line) => line.startsWith('FORGED'));
      // Snippets, commands and diffs have several lines by nature; in Markdown and HTML they stand in code.
      if (format === 'markdown' || format === 'html') continue;
      expect(forged, format).toEqual([]);
    }
  });

  it('puts no element or attribute of data into HTML', () => {
    const page = renderHtml(planted(`"><script>alert(1)</script><img src=x onerror='a'>\`&lt;`));
    expect(page).not.toMatch(/<img|onerror='/);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    const tags = new Set(page.match(/<[a-z!][^\s>]*/gi));
    const own = renderHtml(report()).match(/<[a-z!][^\s>]*/gi);
    expect([...tags].sort()).toEqual([...new Set(own)].sort());
    expect(page).toMatch(
      /content="default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; base-uri 'none'; form-action 'none'"/,
    );
    const bare = page
      .replace(/<script>[\s\S]*<\/script>/, '')
      .replace(/"[^"]*"/g, '""')
      .replace(/>[^<]*/g, '>');
    expect(bare).not.toMatch(/ style=| on[a-z]+=/);
  });

  it('leaves no live link, mention or element in Markdown', () => {
    const attack = '@here <!channel> [x](http://evil/) https://evil/ <b>y</b> ``` **z** |';
    const markdown = renderMarkdown(planted(` ${attack}`), { all: true });
    const outsideCode = markdown
      .replace(/^( *)(`{3,})[^\n]*\n[\s\S]*?\n\1\2$/gm, '')
      .replace(/\\.|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '');
    expect(outsideCode).not.toMatch(/@here|<!channel|<b>|https?:\/\/|\]\(/);
    expect(markdown).toContain('@here');
  });

  it('survives an empty and an odd document', () => {
    const empty = report({ range: null, inputs: [], unknown: [], endpoints: [], incidents: [], notes: [] });
    for (const [, out] of texts(empty).filter(([format]) => !['incident', 'one line', 'csv'].includes(format))) {
      expect(out.length).toBeGreaterThan(50);
    }
    const bare = planted('');
    for (const incident of bare.incidents) {
      incident.causes = [];
      incident.evidence = [];
      incident.firstSeen = null;
      incident.lastSeen = null;
      incident.timeline = { from: null, bucketSeconds: 0, counts: [] };
      incident.endpoint = { server: null, host: null, path: null };
    }
    expect(
      texts(bare).map(([, out]) => {
        const said = out.replace(/<script>[\s\S]*<\/script>/, '').replace(/"[^"]*"/g, '');
        return /undefined|NaN|null(?![,\n])/.exec(said)?.[0] ?? '';
      }),
    ).toEqual(texts(bare).map(([format]) => (format.includes('json') ? expect.anything() : '')));
  });
});
