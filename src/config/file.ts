/** The config files: where they are, and what they say. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from './nearest.ts';
import { configName, OPTION_KEYS, type OptionKey, optionSpec } from './options.ts';
import { UsageError } from './usage-error.ts';

const MAX_BYTES = 1024 * 1024;

/** Keys that hold lists of their own, which no option is made of. */
const LISTS = ['alerts', 'silences'] as const;
export type ListKey = (typeof LISTS)[number];

/** One config file's options, as written: not yet checked against what each option takes. */
export interface ConfigFile {
  readonly path: string;
  readonly values: ReadonlyMap<OptionKey, string | number | boolean>;
  /** What stands under the keys that hold lists, unchecked. */
  readonly lists: ReadonlyMap<ListKey, unknown>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The folder of the user's own wslog files (`$XDG_CONFIG_HOME/wslog`), or null when there is no home. */
export function userConfigFolder(env: Environment): string | null {
  const base = env.XDG_CONFIG_HOME;
  // The XDG specification has relative paths ignored.
  if (base?.startsWith('/')) return join(base, 'wslog');
  const home = env.HOME;
  return home?.startsWith('/') ? join(home, '.config', 'wslog') : null;
}

/** The folder of the machine's wslog files. */
export const SYSTEM_CONFIG_FOLDER = '/etc/wslog';

/**
 * Reads the config files that exist, the user's before the machine's.
 *
 * @throws UsageError naming file and key, when one is not readable, not YAML, or has a key that is no option.
 */
export async function readConfigFiles(env: Environment, systemFolder = SYSTEM_CONFIG_FOLDER): Promise<ConfigFile[]> {
  const files: ConfigFile[] = [];
  for (const folder of [userConfigFolder(env), systemFolder]) {
    if (folder === null) continue;
    const path = join(folder, 'config.yaml');
    const text = textOf(path);
    if (text !== null) files.push({ path, ...(await contentOf(path, text)) });
  }
  return files;
}

function textOf(path: string): string | null {
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MAX_BYTES)
      throw new UsageError(`${path} is larger than 1 MiB, which no config file of wslog's is`);
    return text;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new UsageError(`cannot read the config file ${path} (${code}); make it readable or remove it`);
  }
}

async function contentOf(path: string, text: string): Promise<Omit<ConfigFile, 'path'>> {
  // Loaded only where there is a config file: most runs have none.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { schema: 'core', version: '1.2', uniqueKeys: true, logLevel: 'silent' });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    const line = fault.linePos?.[0].line;
    throw new UsageError(
      `${path}${line === undefined ? '' : `:${line}`} is not valid YAML: ${firstSentence(fault.message)}`,
    );
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0, mapAsMap: true });
  } catch {
    throw new UsageError(`${path}: aliases (*name) are not taken in a config file; write the value out`);
  }
  const values = new Map<OptionKey, string | number | boolean>();
  const lists = new Map<ListKey, unknown>();
  if (content === null || content === undefined) return { values, lists };
  if (!(content instanceof Map)) throw new UsageError(`${path}: expected lines such as "format: json"`);
  const known = new Map(OPTION_KEYS.map((key) => [configName(key), key]));
  for (const [name, value] of entriesOf(path, content)) {
    const list = LISTS.find((one) => one === name);
    if (list !== undefined) {
      lists.set(list, withoutMaps(value));
      continue;
    }
    const key = known.get(name);
    if (key === undefined) {
      const near = nearestName(name, [...known.keys(), ...LISTS]);
      throw new UsageError(`${path}: there is no option "${name}"${near === null ? '' : `; did you mean "${near}"?`}`);
    }
    if (value === null) continue;
    const said = optionSpec(key).list === true && Array.isArray(value) ? listOf(value) : value;
    if (typeof said !== 'string' && typeof said !== 'number' && typeof said !== 'boolean') {
      throw new UsageError(`${path}: ${name} takes one value, not a list or a map`);
    }
    values.set(key, said);
  }
  return { values, lists };
}

/** Maps as the objects that schemas check; a key such as `__proto__` is a key like any other. */
function withoutMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMaps);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, one]) => [String(key), withoutMaps(one)]));
}

/** Keys that stand in sections (`to` below `mail`), of which there are a few. */
const SECTIONS: ReadonlySet<string> = new Set(
  OPTION_KEYS.flatMap((key) => {
    const [section, name] = configName(key).split('.');
    return section === undefined || name === undefined ? [] : [section];
  }),
);

/** The file's keys, those of a section with its name before them: `mail.to`. */
function entriesOf(path: string, content: ReadonlyMap<unknown, unknown>): [name: string, value: unknown][] {
  return [...content].flatMap(([key, value]): [string, unknown][] => {
    const name = String(key);
    if (!SECTIONS.has(name)) return [[name, value]];
    if (value === null) return [];
    if (!(value instanceof Map)) throw new UsageError(`${path}: expected options below "${name}:", such as "  to: …"`);
    return [...value].map(([inner, innerValue]) => [`${name}.${String(inner)}`, innerValue]);
  });
}

/** A list of texts as one; null when something else is in it. */
function listOf(list: readonly unknown[]): string | null {
  return list.every((item) => typeof item === 'string') ? list.join(',') : null;
}

function firstSentence(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '').trim();
}
