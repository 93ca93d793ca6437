import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bash, COMMANDS, Folder, many, refused, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
const log = folder.write('error.log', many(40, refused));

describe('help and version', () => {
  it('prints the version alone', () => {
    for (const flag of ['--version', '-V']) {
      const { code, stdout, stderr } = wslog([flag]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    }
  });

  it.each([
    ['--help'],
    ['-h'],
    ['help'],
    ['analyze', '--help'],
    ['watch', '-h'],
    ['help', 'explain'],
    ['patterns', '--help'],
    ['patterns', 'test', '--help'],
    ['completion', '--help'],
  ])('%s %s %s shows examples first, on standard output', (...args) => {
    const { code, stdout, stderr } = wslog(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.indexOf('Examples:')).toBeGreaterThan(0);
    expect(stdout.indexOf('Examples:')).toBeLessThan(stdout.indexOf('Usage:'));
  });

  it('offers only commands that there are', () => {
    const { stdout } = wslog(['--help']);
    const listed = [...(stdout.split('Commands:\n')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map((match) => match[1]);
    expect(listed).toEqual(COMMANDS);
  });

  it('shows the help on standard error when nothing was asked', () => {
    const { code, stdout, stderr } = wslog([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage:');
  });

  // In turns, and the shortest of each: what else the machine does then hits all of them, and the shortest least.
  it('starts quickly', { retry: 4 }, () => {
    const { stdout } = bash(`
      t() { local s=$EPOCHREALTIME; "$@" > /dev/null; local e=$EPOCHREALTIME; echo $(( \${e/./} - \${s/./} )); }
      for i in 1 2 3 4 5 6 7; do echo $(t node -e 0) $(t wslog --version) $(t wslog --help); done`);
    const rounds = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
    const [node = 0, version = 0, help = 0] = [0, 1, 2].map((i) => Math.min(...rounds.map((round) => round[i] ?? 0)));
    expect(node).toBeGreaterThan(0);
    expect(version / node).toBeLessThan(2);
    expect(help / node).toBeLessThan(3);
  });
});

describe('mistakes', () => {
  it.each<[string[], RegExp]>([
    [['anlyze', log], /unknown command 'anlyze'; did you mean analyze\?/],
    [['summary', '-'], /summary reads files; for standard input there is: wslog analyze -/],
    [['summary', '--mail-to', 'nobody at all', log], /--mail-to: "nobody at all" is not a mail address/],
    [['summary', '--smtp-url', 'smtp://u:p@h', log], /unknown option '--smtp-url'/],
    [[log], /to explain a log, say: wslog analyze/],
    [['analyze', '--formt', 'json', log], /unknown option '--formt'; did you mean --format\?/],
    [['analyze', '--nonsense', log], /unknown option '--nonsense'/],
    [['analyze', '-Z', log], /unknown option '-Z'/],
    [['watch', '--quiet-windw', '5m', log], /did you mean --quiet-window\?/],
    [['analyze', '--format', 'jsn', log], /--format: "jsn" is not one of .*; did you mean json\?/],
    [['analyze', '--json', '--format', 'csv', log], /contradict each other/],
    [['watch', '--format', 'html', log], /--format: "html" is not one of text, ndjson here/],
    [['analyze', '--fail-on', 'fatal', log], /--fail-on: "fatal" is not one of/],
    [['analyze', '--since'], /--since needs a value/],
    [['analyze', '--since', 'whenever', log], /--since: "whenever" is not a time/],
    [['analyze', '-S', '1h', '-U', '2h', log], /--until: "2h" is not after --since "1h"/],
    [['analyze', '--tz', 'Mars/Olympus', log], /--tz: "Mars\/Olympus" is not a time zone/],
    [['analyze', '--cause', 'idle-timeot', log], /did you mean idle-timeout\?/],
    [['analyze', '--nginx-version', 'newest', log], /--nginx-version: "newest" is not an nginx version/],
    [['analyze', '-c', '/nonexistent/nginx.conf', log], /--nginx-conf: .*\/nonexistent\/nginx.conf/],
    [['analyze', '--patterns', '/nonexistent', log], /--patterns: \/nonexistent is not a folder/],
    [['analyze', '--patterns', '/usr', log], /--patterns: \/usr has neither symptoms\/ nor causes\//],
    [['patterns', 'test', '/usr'], /patterns test: \/usr has neither/],
    [['analyze', '-o', join(folder.path, 'absent', 'report.txt'), log], /the folder \S+absent does not exist/],
    [['help', 'analyse'], /unknown command 'analyse'; did you mean analyze\?/],
    [['analyze'], /analyze needs logs/],
    [['watch', '-'], /watch follows files/],
    [['watch', '--poll', 'often', log], /--poll: "often" is not a duration/],
    [['explain'], /explain needs an id/],
    [['explain', 'idle-timeot'], /there is no cause or symptom "idle-timeot"; did you mean idle-timeout\?/],
    [['patterns', 'lst'], /unknown command 'lst'; did you mean list\?/],
    [['patterns', 'show', 'zzzz'], /wslog patterns list names them all/],
    [['completion', 'powershell'], /no completion for "powershell"/],
    [['analyze', join(folder.path, 'absent.log')], /absent\.log: does not exist/],
  ])('%j: exit 2 and one sentence', (args, sentence) => {
    const { code, stdout, stderr } = wslog(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^wslog: [^\n]+\n$/);
    expect(stderr).not.toMatch(/\.[jt]s:\d+/);
    expect(stderr.length).toBeLessThan(400);
  });

  it('shows control characters of a mistyped word, and does not send them to the terminal', () => {
    const { stderr } = wslog(['analyze', '\x1b[2J\u202e.log']);
    expect(stderr).toContain('\\x1b[2J\\u202e.log');
    expect([...stderr].every((char) => char === '\n' || char >= ' ')).toBe(true);
  });
});

describe('options', () => {
  const format = (stdout: string) =>
    stdout.startsWith('{') ? 'json' : stdout.includes('<!doctype') ? 'html' : 'other';

  it('come from flag, environment and config file, in this order', () => {
    const config = join(folder.path, 'xdg');
    mkdirSync(join(config, 'wslog'), { recursive: true });
    writeFileSync(join(config, 'wslog', 'config.yaml'), 'format: html\n');
    const env = { XDG_CONFIG_HOME: config };
    expect(format(wslog(['analyze', log]).stdout)).toBe('other');
    expect(format(wslog(['analyze', log], { env }).stdout.toLowerCase())).toBe('html');
    expect(format(wslog(['analyze', log], { env: { ...env, WSLOG_FORMAT: 'json' } }).stdout)).toBe('json');
    expect(format(wslog(['analyze', '--format', 'text', log], { env: { ...env, WSLOG_FORMAT: 'json' } }).stdout)).toBe(
      'other',
    );
    // A format that this command has not was meant for another one.
    expect(wslog(['patterns', 'list'], { env }).code).toBe(0);
  });

  it('in a config file are checked', () => {
    const config = join(folder.path, 'bad');
    mkdirSync(join(config, 'wslog'), { recursive: true });
    writeFileSync(join(config, 'wslog', 'config.yaml'), 'sinse: 2h\n');
    const { code, stderr } = wslog(['analyze', log], { env: { XDG_CONFIG_HOME: config } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/config\.yaml: there is no option "sinse"; did you mean "since"\?/);
  });

  it('end at --', () => {
    folder.write('--json', many(3, refused));
    const { code, stdout } = wslog(['analyze', '--format', 'json', '--', '--json'], { cwd: folder.path });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ inputs: [{ path: '--json', lines: 3 }] });
  });
});
