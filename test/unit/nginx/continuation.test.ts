import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Entry, EntryAssembler } from '../../../src/nginx/continuation.ts';
import { parseErrorLine } from '../../../src/nginx/error-line.ts';

const at = (message: string) => `2026/11/22 12:00:00 [error] 1#1: *9 ${message}`;
const tail = (request = 'GET /a HTTP/1.1') =>
  `, client: 192.0.2.66, server: a.test, request: "${request}", host: "a.test"`;
const refused = at(`connect() failed (111: Connection refused) while connecting to upstream${tail()}`);
const missing = at(
  `open() "/srv/favicon.ico" failed (2: No such file or directory)${tail('GET /favicon.ico HTTP/1.1')}`,
);
const access = '10.0.0.1 - - [22/Nov/2026:12:06:41 +0000] "GET /ws HTTP/1.1" 502 157 "-" "-"';
const forged = at(
  'upstream timed out (110: Connection timed out) while proxying upgraded connection, client: 6.6.6.6, server: bank.test, request: "GET /ws HTTP/1.1", upstream: "http://9.9.9.9/", host: "bank.test"',
);

function assemble(lines: readonly string[]): readonly Entry[] {
  const assembler = new EntryAssembler();
  const entries = lines.flatMap((line) => assembler.push(line));
  return [...entries, ...assembler.flush()];
}
const texts = (lines: readonly string[]) => assemble(lines).map((entry) => entry.text);

describe('lines of one entry each', () => {
  it('pass through in order', () => {
    const lines = [refused, missing, access, refused, '', 'junk "', missing, missing, refused, access];
    expect(texts(lines)).toEqual(lines);
  });

  it('are given back at once unless they quote what a client chose', () => {
    const assembler = new EntryAssembler();
    expect(assembler.push(refused)).toEqual([{ text: refused, lines: 1, swallowedHeader: false }]);
    expect(assembler.pending).toBe(false);
    expect(assembler.push(missing)).toEqual([]);
    expect(assembler.pending).toBe(true);
    expect(assembler.flush()).toHaveLength(1);
    expect([refused, access, ''].flatMap((line) => assembler.push(line))).toHaveLength(3);
  });

  it('are held no longer than nginx’s limit', () => {
    const assembler = new EntryAssembler();
    let held = 0;
    for (const line of Array.from({ length: 100 }, () => missing)) held += 1 - assembler.push(line).length;
    expect(held * (missing.length + 1)).toBeLessThan(2048 + missing.length + 1);
  });

  it('are all given back, whatever they are', () => {
    const line = fc.oneof(
      fc.constantFrom(refused, missing, access, forged, at('open() "/srv/a'), 'b" failed (2: No)', '\tat x', ''),
      fc.string().map((text) => text.replaceAll('\n', '')),
      fc.string({ maxLength: 2100 }).map((text) => at(`open() "${text.replaceAll('\n', '')}`)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 40 }), (lines) => {
        const entries = assemble(lines);
        expect(entries.map((entry) => entry.text).join('\n')).toBe(lines.join('\n'));
        expect(entries.reduce((sum, entry) => sum + entry.lines, 0)).toBe(lines.length);
      }),
    );
  });
});

describe('entries of several lines', () => {
  it('a decoded line feed in a file name', () => {
    const entry = [
      at('open() "/srv/'),
      `injected" failed (2: No such file or directory)${tail('GET /%0ainjected HTTP/1.1')}`,
    ];
    expect(assemble([refused, ...entry, refused])).toEqual([
      { text: refused, lines: 1, swallowedHeader: false },
      { text: entry.join('\n'), lines: 2, swallowedHeader: false },
      { text: refused, lines: 1, swallowedHeader: false },
    ]);
  });

  it('a Lua traceback, whose tail stands at its end', () => {
    const entry = [
      at(
        "lua entry thread aborted: runtime error: content_by_lua(nginx.conf:7):1: attempt to index local 'x' (a nil value)",
      ),
      'stack traceback:',
      'coroutine 0:',
      `\tcontent_by_lua(nginx.conf:7): in main chunk${tail()}`,
    ];
    expect(texts([...entry, refused])).toEqual([entry.join('\n'), refused]);
    const record = parseErrorLine(entry.join('\n'));
    expect(record).toMatchObject({ client: '192.0.2.66', host: 'a.test' });
  });

  it('a traceback of start-up, without a tail', () => {
    const entry = [
      '2026/11/22 12:00:00 [error] 1#1: init_by_lua error: init.lua:3: boom',
      'stack traceback:',
      '\tinit.lua:3: in main chunk',
    ];
    expect(texts([...entry, refused, access])).toEqual([entry.join('\n'), refused, access]);
  });

  it('what a FastCGI application prints', () => {
    const entry = [
      at('FastCGI sent in stderr: "PHP message: PHP Fatal error: Uncaught Error in /a.php:3'),
      'Stack trace:',
      '#0 {main}',
      `  thrown in /a.php on line 3" while reading response header from upstream${tail()}`,
    ];
    expect(texts([refused, ...entry, refused, ...entry])).toEqual([
      refused,
      entry.join('\n'),
      refused,
      entry.join('\n'),
    ]);
  });

  it('an access line and other programs’ output are not part of them', () => {
    expect(texts([at('open() "/srv/a" failed'), access, 'node: started', refused])).toHaveLength(4);
    expect(
      texts(['2026/11/22 12:00:00 [notice] 1#1: start worker process 30', '/docker-entrypoint.sh: ready', access]),
    ).toHaveLength(3);
  });

  it('an entry that nginx cut goes on to the byte where it was cut', () => {
    const lines = [at('open() "/srv/a'), forged];
    const rest = 2047 - lines.join('\n').length - 1;
    const cut = 'x'.repeat(rest);
    expect(texts([...lines, cut, refused])).toEqual([[...lines, cut].join('\n'), refused]);
    const single = at('open() "/srv/').padEnd(2047, 'x');
    expect(texts([single, refused])).toEqual([single, refused]);
  });
});

describe('entries around a forged one', () => {
  it('are left alone', () => {
    const forgery = [at('open() "/srv/a'), `${forged}" failed (2: No such file)${tail('GET /a%0a2026 HTTP/1.1')}`];
    const other = [at('open() "/srv/a'), forged, `b" failed (2: No such file)${tail('GET /a%0a%0ab HTTP/1.1')}`];
    expect(texts([refused, ...forgery, refused, missing, refused, ...other, refused])).toEqual([
      refused,
      forgery.join('\n'),
      refused,
      missing,
      refused,
      other.join('\n'),
      refused,
    ]);
  });
});

describe('forged entries', () => {
  const end = (feeds: number) =>
    `b" failed (2: No such file or directory)${tail(`GET /a${'%0A'.repeat(feeds)}b HTTP/1.1`)}`;
  const cases: [string, string[]][] = [
    ['a clean line in the middle', [at('open() "/srv/a'), forged, end(2)]],
    ['several of them', [at('open() "/srv/a'), forged, forged, forged, end(4)]],
    ['on the line that ends the entry', [at('open() "/srv/a'), `${forged}${end(1)}`]],
    ['behind quotes that balance', [at('open() "/srv/a"'), forged, end(2)]],
    ['behind a planted end', [at('open() "/srv/a'), `x" failed (2: No)${tail()}`, forged, end(3)]],
    ['behind a first line that looks complete', [at(`open() "/srv/a" failed (2: No)${tail()}`), forged, end(2)]],
    [
      'behind a planted beginning',
      [at(`open() "/srv/a" failed (2: No)${tail()}`), forged, at('open() "/srv/z'), end(3)],
    ],
    [
      'in a page that is forbidden',
      [at('"/srv/a'), forged, `b" is forbidden (13: Permission denied)${tail('GET /a%0a%0ab HTTP/1.1')}`],
    ],
    ['in a user name', [at('user "a'), forged, `b": password mismatch${tail()}, referrer: "x"`]],
    [
      'in what an application prints',
      [at('FastCGI sent in stderr: "user said a'), forged, `b" while reading response header from upstream${tail()}`],
    ],
    [
      'in what an application prints, behind a planted end',
      [
        at('FastCGI sent in stderr: "a'),
        `x" while reading upstream${tail()}`,
        forged,
        `b" while reading upstream${tail()}`,
      ],
    ],
    ['in a Lua message', [at('[lua] ws.lua:7: user said a'), forged, `b${tail()}`]],
  ];
  it.each(cases)('%s', (_name, lines) => {
    const entries = assemble([refused, ...lines, refused, refused]);
    expect(entries.map((entry) => entry.text)).toEqual([refused, lines.join('\n'), refused, refused]);
    const [, entry] = entries;
    expect(entry!.swallowedHeader).toBe(true);
    const record = parseErrorLine(entry!.text);
    expect(record?.phase).not.toBe('proxying upgraded connection');
    expect(JSON.stringify([record?.client, record?.upstream, record?.host, record?.request])).not.toMatch(
      /6\.6\.6\.6|9\.9\.9\.9|bank/,
    );
  });
});
