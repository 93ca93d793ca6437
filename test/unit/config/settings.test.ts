import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfigFiles } from '../../../src/config/file.ts';
import { environmentName, longName, OPTION_KEYS, type OptionKey } from '../../../src/config/options.ts';
import { settle } from '../../../src/config/settings.ts';
import { UsageError } from '../../../src/config/usage-error.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wslog-config-'));
  mkdirSync(join(folder, 'user', 'wslog'), { recursive: true });
  mkdirSync(join(folder, 'etc'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const user = (text: string) => writeFileSync(join(folder, 'user', 'wslog', 'config.yaml'), text);
const machine = (text: string) => writeFileSync(join(folder, 'etc', 'config.yaml'), text);

async function settled(flags: [OptionKey, string | boolean][], env: Record<string, string> = {}) {
  const files = await readConfigFiles({ XDG_CONFIG_HOME: join(folder, 'user') }, join(folder, 'etc'));
  return settle(OPTION_KEYS, new Map(flags), env, files);
}

describe('names', () => {
  it('derives flag and environment names from the key', () => {
    expect(longName('nginxConf')).toBe('nginx-conf');
    expect(environmentName('quietWindow')).toBe('WSLOG_QUIET_WINDOW');
  });
});

describe('precedence', () => {
  it('is flag, environment, user file, machine file, default', async () => {
    expect((await settled([])).text('format')).toBe('text');
    machine('format: csv\nminSeverity: error\n');
    expect((await settled([])).text('format')).toBe('csv');
    user('format: html\n');
    expect((await settled([])).text('format')).toBe('html');
    expect((await settled([])).text('minSeverity')).toBe('error');
    expect((await settled([], { WSLOG_FORMAT: 'ndjson' })).text('format')).toBe('ndjson');
    const all = await settled([['format', 'markdown']], { WSLOG_FORMAT: 'ndjson' });
    expect(all.text('format')).toBe('markdown');
    expect(all.where('format')).toBe('--format');
    expect(all.where('minSeverity')).toBe(`${join(folder, 'etc', 'config.yaml')}: minSeverity`);
  });

  it('lets --json win over a format from below, and refuses it beside another --format', async () => {
    expect((await settled([['json', true]], { WSLOG_FORMAT: 'csv' })).text('format')).toBe('json');
    expect((await settled([['format', 'csv']], { WSLOG_JSON: '1' })).text('format')).toBe('csv');
    await expect(
      settled([
        ['json', true],
        ['format', 'csv'],
      ]),
    ).rejects.toThrow(/--json and --format csv contradict/);
  });

  it('takes flags off as well as on', async () => {
    expect((await settled([])).flag('redact')).toBe(true);
    expect((await settled([], { WSLOG_REDACT: 'no' })).flag('redact')).toBe(false);
    expect((await settled([['redact', true]], { WSLOG_REDACT: 'no' })).flag('redact')).toBe(true);
    user('nginxConf: false\n');
    expect((await settled([])).off('nginxConf')).toBe(true);
    expect((await settled([['nginxConf', '/x']])).text('nginxConf')).toBe('/x');
  });

  it('takes an empty variable for none', async () => {
    expect((await settled([], { WSLOG_FORMAT: '' })).text('format')).toBe('text');
  });

  it('reads durations and counts', async () => {
    const settings = await settled([['quietWindow', '2m']], {
      WSLOG_POLL: '500ms',
      WSLOG_ROTATE_WAIT: '5',
      WSLOG_LINES: '7',
    });
    expect(settings.number('quietWindow')).toBe(120_000);
    expect(settings.number('poll')).toBe(500);
    expect(settings.number('rotateWait')).toBe(5000);
    expect(settings.number('lines')).toBe(7);
  });
});

describe('mistakes', () => {
  it.each<[string, [OptionKey, string | boolean][], Record<string, string>, RegExp]>([
    ['a choice', [['format', 'jsn']], {}, /^--format: "jsn" is not one of .*did you mean json\?$/],
    ['a variable', [], { WSLOG_COLOR: 'sometimes' }, /^WSLOG_COLOR: /],
    ['a hidden variable', [['format', 'json']], { WSLOG_FORMAT: 'docx' }, /^WSLOG_FORMAT: /],
    ['a flag', [], { WSLOG_ALL: 'perhaps' }, /^WSLOG_ALL: "perhaps" is neither/],
    ['a count', [['lines', '-3']], {}, /^--lines: "-3" is not a whole number$/],
    ['a duration', [['poll', 'soon']], {}, /^--poll: "soon" is not a duration/],
    ['nothing', [['output', '']], {}, /^--output needs a value$/],
  ])('of %s are one sentence that says where', async (_what, flags, env, sentence) => {
    await expect(settled(flags, env)).rejects.toThrow(sentence);
    await expect(settled(flags, env)).rejects.toBeInstanceOf(UsageError);
  });

  it.each<[string, string, RegExp]>([
    ['an unknown key', 'formt: json', /config\.yaml: there is no option "formt"; did you mean "format"\?$/],
    ['no YAML', 'format: [json', /config\.yaml:\d+ is not valid YAML: [^\n]+$/],
    ['no map', '- format', /expected lines such as "format: json"/],
    ['a list', 'format: [json, csv]', /format takes one value/],
    ['a wrong value', 'format: docx', /config\.yaml: format: "docx" is not one of/],
    ['an alias', 'format: &a json\ncolor: *a', /aliases/],
    ['a tag', 'format: !!js/function "x"', /is not valid YAML/],
  ])('in a config file, %s, name file and place', async (_what, text, sentence) => {
    user(text);
    await expect(settled([])).rejects.toThrow(sentence);
  });

  it('takes an empty file and an empty value', async () => {
    user('');
    machine('format:\n');
    expect((await settled([])).text('format')).toBe('text');
  });
});
