import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskFs } from '../../../src/nginx-conf/disk.ts';
import { hasGlob, matchesGlob } from '../../../src/nginx-conf/glob.ts';
import { loadConf } from '../../../src/nginx-conf/load.ts';
import { type Conf, everyDirective } from '../../../src/nginx-conf/tree.ts';
import { cpuMs } from '../cpu-time.ts';
import { confOf, memoryFs } from './memory-fs.ts';

const shape = (conf: Conf) =>
  [...everyDirective(conf.directives)].map(
    ({ name, args, file, line }) => `${file.split('/').at(-1)}:${line} ${[name, ...args].join(' ')}`,
  );

describe('a configuration', () => {
  it('knows the place of every directive', () => {
    const text = '# head\nhttp {\n  server {\n    listen 80; # port\n  }\n}\n';
    const conf = confOf(text);
    expect(shape(conf)).toEqual(['nginx.conf:2 http', 'nginx.conf:3 server', 'nginx.conf:4 listen 80']);
    const [http] = conf.directives;
    const server = http!.block![0]!;
    expect(server.parent).toBe(http);
    expect(text.slice(server.start, server.end)).toBe('server {\n    listen 80; # port\n  }');
    expect(text.slice(server.inner!.start, server.inner!.end)).toBe('\n    listen 80; # port\n  ');
    expect(server.block![0]!.words.map((word) => text.slice(word.start, word.end))).toEqual(['listen', '80']);
  });

  it('puts included files where they are included, in byte order, relative to the main file', () => {
    const conf = confOf('a; http { include conf.d/*.conf; } include tail;', {
      '/etc/nginx/conf.d/b.conf': 'b;',
      '/etc/nginx/conf.d/B.conf': 'B { include snippets/s; }',
      '/etc/nginx/conf.d/.hidden.conf': 'hidden;',
      '/etc/nginx/conf.d/c.txt': 'c;',
      '/etc/nginx/snippets/s': 's;',
      '/etc/nginx/tail': 'tail;',
    });
    expect(shape(conf)).toEqual([
      'nginx.conf:1 a',
      'nginx.conf:1 http',
      'nginx.conf:1 include conf.d/*.conf',
      'B.conf:1 B',
      'B.conf:1 include snippets/s',
      's:1 s',
      'b.conf:1 b',
      'nginx.conf:1 include tail',
      'tail:1 tail',
    ]);
    expect(conf.problems).toEqual([]);
    expect([...everyDirective(conf.directives)].find(({ name }) => name === 's')?.parent?.name).toBe('B');
  });

  it('sees a shared snippet wherever it is included', () => {
    const conf = confOf('http { server { include s; } server { include s; } }', { '/etc/nginx/s': 'listen 80;' });
    expect(shape(conf).filter((line) => line.endsWith('listen 80'))).toHaveLength(2);
    expect(conf.problems).toEqual([]);
  });

  it.each([
    [
      'an unexpected brace',
      'a;\n}\nb;',
      '/etc/nginx/nginx.conf:2: unexpected "}"; nothing behind it was read.',
      ['nginx.conf:1 a'],
    ],
    [
      'an unclosed block',
      'http {\n a;\n',
      '/etc/nginx/nginx.conf:2: unexpected end of file: "http {" of line 1 is not closed; nothing behind it was read.',
      ['nginx.conf:1 http', 'nginx.conf:2 a'],
    ],
    [
      'no semicolon',
      'a;\nb c',
      '/etc/nginx/nginx.conf:2: unexpected end of file, expecting ";" or "}"; nothing behind it was read.',
      ['nginx.conf:1 a'],
    ],
    [
      'a lone semicolon',
      'a;;',
      '/etc/nginx/nginx.conf:1: unexpected ";"; nothing behind it was read.',
      ['nginx.conf:1 a'],
    ],
    [
      'a brace too early',
      'a;\n{',
      '/etc/nginx/nginx.conf:2: unexpected "{"; nothing behind it was read.',
      ['nginx.conf:1 a'],
    ],
  ])('keeps what stands before %s', (_, text, sentence, kept) => {
    const conf = confOf(text);
    expect(conf.problems).toEqual([expect.objectContaining({ sentence, kind: 'error' })]);
    expect(shape(conf)).toEqual(kept);
  });

  it('goes on behind a file that is missing, and says so once', () => {
    const conf = confOf('http { server { include gone; } server { include gone; } a; }');
    expect(conf.problems.map((problem) => problem.sentence)).toEqual([
      '/etc/nginx/nginx.conf:1: /etc/nginx/gone does not exist.',
    ]);
    expect(shape(conf).at(-1)).toBe('nginx.conf:1 a');
  });

  it('says that the main file is missing', () => {
    const conf = loadConf({ path: '/nowhere/nginx.conf' }, memoryFs({}));
    expect(conf.problems).toEqual([
      { sentence: '/nowhere/nginx.conf does not exist.', file: '/nowhere/nginx.conf', line: null, kind: 'error' },
    ]);
  });
});

describe('the output of nginx -T', () => {
  const dump = [
    'nginx: the configuration file /etc/nginx/nginx.conf syntax is ok',
    'nginx: configuration file /etc/nginx/nginx.conf test is successful',
    '# configuration file /etc/nginx/nginx.conf:',
    'http {',
    '  include conf.d/*.conf;',
    '  include /opt/x;',
    '}',
    '',
    '# configuration file /etc/nginx/conf.d/a.conf:',
    '# a comment',
    'server { listen 80; }',
    '',
  ].join('\n');

  it.each([
    ['standard input', () => loadConf({ text: dump, name: '-' }, memoryFs({ '/opt/x': 'stray;' }))],
    ['a file', () => loadConf({ path: '/tmp/dump' }, memoryFs({ '/tmp/dump': dump, '/opt/x': 'stray;' }))],
  ])('is taken apart from %s, and nothing outside of it is read', (_, load) => {
    const conf = load();
    expect(conf.path).toBe('/etc/nginx/nginx.conf');
    expect(shape(conf)).toEqual([
      'nginx.conf:1 http',
      'nginx.conf:2 include conf.d/*.conf',
      'a.conf:2 server',
      'a.conf:2 listen 80',
      'nginx.conf:3 include /opt/x',
    ]);
    expect(conf.problems.map((problem) => problem.sentence)).toEqual([
      '/etc/nginx/nginx.conf:3: /opt/x does not exist.',
    ]);
  });
});

describe('on disk', () => {
  let directory = '';
  const write = (name: string, text: string) => writeFileSync(join(directory, name), text, 'latin1');
  const load = () => {
    const before = process.cpuUsage();
    const conf = loadConf({ path: join(directory, 'nginx.conf') }, diskFs);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
    return conf;
  };
  const sentences = (conf: Conf) => conf.problems.map((problem) => problem.sentence.replaceAll(`${directory}/`, ''));

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wslog-conf-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('keeps bytes as they are', () => {
    write('nginx.conf', 'a "\xff\x80";');
    expect(load().directives[0]?.args).toEqual(['\xff\x80']);
  });

  it('cuts a file that includes itself, directly or over another', () => {
    write('nginx.conf', 'include nginx.conf; include a;');
    write('a', 'include b;');
    write('b', 'include a; x;');
    const conf = load();
    expect(sentences(conf)).toEqual([
      'nginx.conf:1: nginx.conf includes itself, so it was not read again.',
      'b:1: a includes itself, so it was not read again.',
    ]);
    expect(shape(conf).at(-1)).toBe('b:1 x');
  });

  it('cuts a directory whose files include the directory', () => {
    mkdirSync(join(directory, 'd'));
    for (let at = 0; at < 40; at++) write(`d/${at}`, 'include d/*;');
    write('nginx.conf', 'include d/*;');
    expect(sentences(load()).at(-1)).toMatch(/more than 4096 files are included/);
  });

  it('cuts a thousand levels', () => {
    write('nginx.conf', 'include f0;');
    for (let at = 0; at < 1000; at++) write(`f${at}`, `include f${at + 1};`);
    expect(sentences(load())).toEqual(['f62:1: includes are nested more than 64 deep, so f63 was not read.']);
  });

  it('opens no device, fifo or directory', () => {
    write('nginx.conf', 'include /dev/zero; include fifo; include dir; include loop; a;');
    execFileSync('mkfifo', [join(directory, 'fifo')]);
    mkdirSync(join(directory, 'dir'));
    symlinkSync('loop', join(directory, 'loop'));
    const conf = load();
    expect(sentences(conf)).toEqual([
      'nginx.conf:1: /dev/zero is not a regular file, so it was not read.',
      'nginx.conf:1: fifo is not a regular file, so it was not read.',
      'nginx.conf:1: dir is not a regular file, so it was not read.',
      expect.stringMatching(/^nginx\.conf:1: loop /),
    ]);
    expect(shape(conf).at(-1)).toBe('nginx.conf:1 a');
  });

  it('leaves out what is too large, too much or too deep', () => {
    write('big', 'a;'.repeat(3 << 20));
    write('many', 'a;'.repeat(400_000));
    write('deep', 'a{'.repeat(100_000));
    write('nginx.conf', 'include big; include deep; include many;');
    expect(sentences(load())).toEqual([
      'nginx.conf:1: big is larger than 4 MiB, so it was not read.',
      'deep:1: blocks are nested more than 128 deep; nothing behind it was read.',
      'many:1: the configuration has too many directives; nothing behind it was read.',
    ]);
  });
});

describe('globs', () => {
  it.each<[string, string, boolean]>([
    ['*.conf', 'a.conf', true],
    ['*.conf', '.conf', false],
    ['*.conf', 'a.conf~', false],
    ['a?c', 'abc', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[]]x', ']x', true],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXbYbZ', false],
    ['\\*', '*', true],
    ['.*', '.a', true],
    ['[ab', '[ab', true],
  ])('%s and %s', (pattern, name, expected) => {
    expect(matchesGlob(pattern, name)).toBe(expected);
  });

  it('end soon on hostile patterns', () => {
    const spent = cpuMs(() => {
      expect(matchesGlob('*a'.repeat(100), 'a'.repeat(255))).toBe(true);
      expect(matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(255))).toBe(false);
    });
    expect(spent).toBeLessThan(50);
    expect(hasGlob('conf.d/x.conf')).toBe(false);
  });
});

it('never throws, whatever the bytes', () => {
  const piece = fc.constantFrom(
    'http',
    'include',
    ' ',
    '\n',
    ';',
    '{',
    '}',
    '"',
    '\\',
    '*',
    '/etc/nginx/nginx.conf',
    '# configuration file /a:\n',
    '\xff',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
      const conf = confOf(pieces.join(''));
      for (const { sentence } of conf.problems) expect(sentence).toMatch(/\.$/);
    }),
  );
});
