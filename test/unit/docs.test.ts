/**
 * The documents say what is so: what the README shows is what wslog prints, its tables are those of the catalogue and
 * of the options, its commands and files exist.
 *
 * Parts between `<!-- name -->` and `<!-- /name -->`, and the bounds in ARCHITECTURE.md, are generated; write them anew
 * with `WSLOG_WRITE_DOCS=1 npx vitest run --project unit test/unit/docs.test.ts`.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../src/catalogue/load.ts';
import { selfTest } from '../../src/catalogue/self-test.ts';
import type { Cause } from '../../src/catalogue/types.ts';
import { COMMANDS, type CommandSpec } from '../../src/commands/table.ts';
import {
  configName,
  environmentName,
  longName,
  OPTION_KEYS,
  type OptionKey,
  optionSpec,
} from '../../src/config/options.ts';
import { answeredBy } from '../../src/findings/answered-by.ts';
import { main } from '../../src/main.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENTS = ['README.md', 'ARCHITECTURE.md', 'SECURITY.md', 'CHANGELOG.md', 'test/README.md'] as const;
const WRITES = process.env.WSLOG_WRITE_DOCS === '1';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const { catalogue } = await loadCatalogue([join(ROOT, 'patterns')]);

/** Runs wslog in this process, in the root of the repository, as if its output went to a pipe. */
async function printed(args: readonly string[]): Promise<string> {
  const collect = () => {
    const parts: Buffer[] = [];
    const stream = new PassThrough();
    stream.on('data', (part: Buffer) => parts.push(part));
    return { stream, text: () => Buffer.concat(parts).toString('utf8') };
  };
  const [out, error] = [collect(), collect()];
  await main(args, {
    stdin: new PassThrough().end(),
    stdout: out.stream,
    stderr: error.stream,
    env: { LANG: 'C.UTF-8' },
    cwd: ROOT,
    columns: null,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    systemZone: 'UTC',
    now: () => Date.UTC(2026, 10, 24),
    monotonic: () => performance.now(),
    signal: new AbortController().signal,
  });
  expect(error.text()).toBe('');
  return out.text();
}

/** The README's part with this mark, without the mark's own lines; or, in writing mode, puts `wanted` there first. */
function generated(mark: string, wanted: string): string {
  const text = read('README.md');
  const open = `<!-- ${mark} -->\n`;
  const close = `<!-- /${mark.split(':')[0]} -->`;
  const from = text.indexOf(open);
  const to = text.indexOf(close, from);
  if (from === -1 || to === -1) throw new Error(`README.md has no part marked ${open.trim()} … ${close}`);
  if (!WRITES) return text.slice(from + open.length, to);
  writeFileSync(join(ROOT, 'README.md'), text.slice(0, from + open.length) + wanted + text.slice(to));
  return wanted;
}

/** The second incident is cut after its first step of a fix: by then a reader has seen what a report looks like. */
function shortened(report: string): string {
  const lines = report.split('\n');
  const second = lines.findIndex((line) => line.startsWith('2  '));
  const from = lines.findIndex((line, at) => at > second && /^ {10}2\. /.test(line));
  const to = lines.findIndex((line, at) => at > from && /^[A-Z]/.test(line));
  expect(second).toBeGreaterThan(0);
  expect(from).toBeGreaterThan(second);
  expect(to).toBeGreaterThan(from);
  return [...lines.slice(0, from), '          […]', '', ...lines.slice(to)].join('\n');
}

const SIDES: readonly (readonly [Cause['side'], string])[] = [
  ['client', 'the client’s side'],
  ['front', 'nginx’s front'],
  ['handshake', 'between nginx and backend, before the 101'],
  ['tunnel', 'in the tunnel, after the 101'],
  ['nginx', 'nginx itself'],
];

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*');

function causeTable(): string {
  const rows = SIDES.flatMap(([side, place]) =>
    [...catalogue.causes.values()]
      .filter((cause) => cause.side === side)
      .map(({ id, title }) => `| \`${id}\` | ${cell(title)} | ${place} |`),
  );
  return ['| cause | what is wrong | where |', '|---|---|---|', ...rows, ''].join('\n');
}

function withSubcommands(specs: readonly CommandSpec[]): CommandSpec[] {
  return specs.flatMap((spec) => [spec, ...withSubcommands(spec.commands ?? [])]);
}

/** Names of the top-level commands that take an option, themselves or in a subcommand. */
function takers(key: OptionKey): string[] {
  return COMMANDS.filter((spec) => withSubcommands([spec]).some(({ options }) => options.includes(key))).map(
    ({ name }) => name,
  );
}

function usual(key: OptionKey): string | undefined {
  const { kind, default: value } = optionSpec(key);
  if (value === undefined || value === false) return undefined;
  if (value === true) return 'default: on';
  if (kind === 'duration' && Number(value) % 86_400_000 === 0) return `default: ${Number(value) / 86_400_000}d`;
  if (kind === 'duration' && Number(value) % 3_600_000 === 0) return `default: ${Number(value) / 3_600_000}h`;
  return `default: ${kind === 'duration' ? `${Number(value) / 1000}s` : value}`;
}

function optionTable(): string {
  const rows = OPTION_KEYS.map((key) => {
    const spec = optionSpec(key);
    const short = spec.short === undefined ? '' : `-${spec.short}, `;
    const value = spec.value === undefined ? '' : ` ${spec.value}`;
    const off = spec.negatable === true || spec.kind === 'text-or-off' ? `, \`--no-${longName(key)}\`` : '';
    const facts = [spec.choices?.join(', '), usual(key)].filter((fact) => fact !== undefined);
    const own = COMMANDS.flatMap(({ name, describes }) => {
      const text = describes?.[key];
      return text === undefined ? [] : [`in ${name}: ${text}`];
    });
    const general = facts.length === 0 ? spec.describe : `${spec.describe} (${facts.join('; ')})`;
    const described = cell([general, ...own].join('; '));
    const typed = `\`${short}--${longName(key)}${value}\`${off}`;
    const elsewhere = `\`${environmentName(key)}\`, \`${configName(key)}\``;
    return `| ${spec.offCommandLine === true ? elsewhere : typed} | ${described} | ${takers(key).join(', ')} |`;
  });
  return ['| option | what it does | taken by |', '|---|---|---|', ...rows, ''].join('\n');
}

/** Code of a document: blocks, and the spans of its prose. */
function codeOf(text: string): { blocks: { language: string; code: string }[]; spans: string[]; prose: string } {
  const fence = /^```(\w*)\n([\s\S]*?)^```$/gm;
  const blocks = [...text.matchAll(fence)].map(([, language = '', code = '']) => ({ language, code }));
  const prose = text.replace(fence, '');
  return { blocks, spans: [...prose.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code), prose };
}

/** Command lines that call wslog, from what follows its name on. */
function callsOf(text: string): string[] {
  const { blocks, spans } = codeOf(text);
  const shell = blocks.filter(({ language }) => language === 'sh' || language === 'ini').map(({ code }) => code);
  return [...shell, ...spans].flatMap((code) =>
    [...code.matchAll(/(?:^|[\s/(=])wslog +(?!=)([a-z-][^\n|#)]*)/gm)].map(([, rest = '']) => rest.trim()),
  );
}

const NOT_COMMANDS = new Set(['--help', '--version', '-h', '-V', 'help']);

function faultOf(call: string): string | null {
  const words = call.replace(/'[^']*'|"[^"]*"/g, 'TEXT').split(/\s+/);
  const first = words[0] ?? '';
  if (NOT_COMMANDS.has(first)) return null;
  let spec = COMMANDS.find(({ name }) => name === first);
  if (spec === undefined) return `there is no command ${first}`;
  const sub = spec.commands?.find(({ name }) => name === words[1]);
  if (spec.commands !== undefined && words[1] !== undefined && sub === undefined) return `${first} has no ${words[1]}`;
  spec = sub ?? spec;
  const known = new Set(
    spec.options.flatMap((key) => {
      const { short } = optionSpec(key);
      return [`--${longName(key)}`, `--no-${longName(key)}`, ...(short === undefined ? [] : [`-${short}`])];
    }),
  );
  const wrong = words.find((word) => /^--?[a-z]/i.test(word) && !known.has(word) && !NOT_COMMANDS.has(word));
  return wrong === undefined ? null : `${spec.name} has no option ${wrong}`;
}

describe('README.md', () => {
  it('opens with what wslog prints', async () => {
    const report = shortened(await printed(['analyze', 'samples/incident']));
    const wanted = `\n\`\`\`\n${report.trimEnd()}\n\`\`\`\n\n`;
    expect(generated('incident: npx wslog analyze samples/incident', wanted)).toBe(wanted);
  });

  it('shows the comparison that it would print', async () => {
    const at = '2026-11-23 00:32:20';
    const wanted = `\n\`\`\`\n${await printed(['diff', '--at', at, 'samples/incident'])}\`\`\`\n\n`;
    expect(generated(`diff: npx wslog diff --at '${at}' samples/incident`, wanted)).toBe(wanted);
  });

  it('lists every cause', () => {
    const wanted = `\n${causeTable()}\n`;
    expect(wanted.split('\n| `')).toHaveLength(catalogue.causes.size + 1);
    expect(generated('causes', wanted)).toBe(wanted);
  });

  it('lists every option', () => {
    const wanted = `\n${optionTable()}\n`;
    expect(generated('options', wanted)).toBe(wanted);
  });

  it('names every command', () => {
    const calls = callsOf(read('README.md'));
    for (const { name } of COMMANDS)
      expect(
        calls.some((call) => call.split(' ')[0] === name),
        name,
      ).toBe(true);
  });

  it('shows patterns of one’s own that pass their test', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wslog-docs-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    const files = codeOf(read('README.md')).blocks.flatMap(({ language, code }) => {
      const name = language === 'yaml' ? /^# ((?:symptoms|causes)\/[a-z-]+\.yaml)\n/.exec(code)?.[1] : undefined;
      return name === undefined ? [] : [{ name, code }];
    });
    expect(files.length).toBeGreaterThan(1);
    for (const { name, code } of files) {
      mkdirSync(join(folder, dirname(name)), { recursive: true });
      writeFileSync(join(folder, name), code);
    }
    const own = await loadCatalogue([folder], catalogue);
    expect(own.problems).toEqual([]);
    expect(own.catalogue.symptoms.size).toBe(catalogue.symptoms.size + 1);
    expect(selfTest(own.catalogue, answeredBy).failures).toEqual([]);
  });
});

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);
  const { blocks, prose, spans } = codeOf(text);

  it('shows commands that exist', () => {
    const faults = callsOf(text).flatMap((call) => {
      const fault = faultOf(call);
      return fault === null ? [] : [`wslog ${call}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run (?:-s )?([a-z:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('names files and folders that exist', () => {
    const named = [...spans, ...blocks.flatMap(({ language, code }) => (language === 'sh' ? code.split(/\s+/) : []))];
    const ours = named.filter((name) => /^(?:src|test|patterns|samples)\/[\w./-]*$/.test(name));
    const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) => join(dirname(document), to));
    expect([...ours, ...links].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('keeps to lines of 120 characters', () => {
    // Tables and what programs print are as wide as they are.
    const long = prose.split('\n').filter((line) => line.length > 120 && !line.startsWith('|'));
    expect(long).toEqual([]);
  });
});

describe('ARCHITECTURE.md', () => {
  it('argues every dependency, and no other', () => {
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as {
      dependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    const argued = [...read('ARCHITECTURE.md').matchAll(/^- \*\*([@/a-z0-9-]+)\*\*:/gm)].map(([, name = '']) => name);
    expect(argued.sort()).toEqual(Object.keys({ ...dependencies, ...optionalDependencies }).sort());
  });

  it('says what every folder of the source is', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const text = read('ARCHITECTURE.md');
    for (const { name } of folders) expect(text, name).toContain(`| \`${name}\` |`);
  });

  it('states bounds as the source does', () => {
    const row = /^\| `([A-Z_]+)` \| ([^|]+) \| `(src\/[\w./-]+)` \|/gm;
    let rows = 0;
    const current = read('ARCHITECTURE.md').replace(row, (_, name: string, _stated: string, file: string) => {
      rows++;
      const value = new RegExp(`\\b${name}(?:: \\w+)? = ([^;]+);`).exec(read(file))?.[1];
      return `| \`${name}\` | ${value ?? `not in ${file}`} | \`${file}\` |`;
    });
    expect(rows).toBeGreaterThan(10);
    expect(current).not.toContain('| not in src/');
    if (WRITES) writeFileSync(join(ROOT, 'ARCHITECTURE.md'), current);
    expect(read('ARCHITECTURE.md')).toBe(current);
  });
});

it('CHANGELOG.md has an entry for this version', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string };
  expect(read('CHANGELOG.md')).toContain(`## [${version}]`);
});
