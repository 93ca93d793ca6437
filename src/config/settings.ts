/** From options as typed to settings as meant: flag, environment, config files, default, in this order. */
import { parseDuration } from './durations.ts';
import type { ConfigFile } from './file.ts';
import { nearestName } from './nearest.ts';
import { configName, environmentName, longName, type OptionKey, type OptionSpec, optionSpec } from './options.ts';
import { UsageError } from './usage-error.ts';

type Value = string | boolean | number;

interface Setting {
  /** Null: nobody said, and there is no default. */
  readonly value: Value | null;
  /** How the user said it: `--since`, `WSLOG_SINCE`, `/etc/wslog/config.yaml: since`; `default` when nobody did. */
  readonly where: string;
  /** Path of the config file it stands in. */
  readonly file?: string;
}

/** What the command line said, by option key; only what was really typed. */
export type TypedFlags = ReadonlyMap<OptionKey, string | boolean>;

/** The settings of one run: every option of the command with its value and where it came from. */
export class Settings {
  readonly #settings: ReadonlyMap<OptionKey, Setting>;

  constructor(settings: ReadonlyMap<OptionKey, Setting>) {
    this.#settings = settings;
  }

  /** The value of a text or choice option; null when it is not set, or turned off. */
  text(key: OptionKey): string | null {
    const value = this.#settings.get(key)?.value;
    return typeof value === 'string' ? value : null;
  }

  /** The value of a choice option that has a default, as one of `choices`. */
  choice<T extends string>(key: OptionKey, choices: readonly T[]): T {
    const chosen = this.choiceOrNull(key, choices);
    if (chosen === null) throw new Error(`option ${key} has no value among ${choices.join(', ')}`);
    return chosen;
  }

  /** The same, or null when the option is not set. */
  choiceOrNull<T extends string>(key: OptionKey, choices: readonly T[]): T | null {
    return choices.find((choice) => choice === this.text(key)) ?? null;
  }

  /** Whether a flag is on. */
  flag(key: OptionKey): boolean {
    return this.#settings.get(key)?.value === true;
  }

  /** Whether the option was turned off in so many words (`--no-nginx-conf`). */
  off(key: OptionKey): boolean {
    return this.#settings.get(key)?.value === false;
  }

  /** A count, or a duration in ms. */
  number(key: OptionKey): number {
    const value = this.#settings.get(key)?.value;
    return typeof value === 'number' ? value : 0;
  }

  /** Path of the config file that gave the option; null when it came from elsewhere. */
  file(key: OptionKey): string | null {
    return this.#settings.get(key)?.file ?? null;
  }

  /** What the command line gave, by option. */
  typed(): [OptionKey, Value][] {
    return [...this.#settings].flatMap(([key, { value, where }]) =>
      value !== null && where === `--${longName(key)}` ? [[key, value]] : [],
    );
  }

  /** How the user gave the option, to name it in a message. */
  where(key: OptionKey): string {
    return this.#settings.get(key)?.where ?? `--${longName(key)}`;
  }
}

/**
 * Settles the options of one command.
 *
 * Every layer is checked, not only the one that wins: a wrong value that is hidden today bites on another day.
 *
 * @throws UsageError naming the place and the values it takes.
 */
export function settle(
  keys: readonly OptionKey[],
  flags: TypedFlags,
  env: Readonly<Record<string, string | undefined>>,
  files: readonly ConfigFile[],
): Settings {
  const layers: ReadonlyMap<OptionKey, Setting>[] = [
    layer(keys, (key) => [flags.get(key), `--${longName(key)}`]),
    // An empty variable is how a shell says "not set".
    layer(keys, (key) => [env[environmentName(key)] || undefined, environmentName(key)]),
    ...files.map((file) => layer(keys, (key) => [file.values.get(key), `${file.path}: ${configName(key)}`, file.path])),
  ];
  const settled = new Map<OptionKey, Setting>();
  for (const key of keys) {
    const said = layers.find((one) => one.has(key))?.get(key);
    settled.set(key, said ?? { value: optionSpec(key).default ?? null, where: 'default' });
  }
  return new Settings(settled);
}

function layer(
  keys: readonly OptionKey[],
  read: (key: OptionKey) => [value: Value | undefined, where: string, file?: string],
): Map<OptionKey, Setting> {
  const said = new Map<OptionKey, Setting>();
  for (const key of keys) {
    const [raw, where, file] = read(key);
    if (raw === undefined) continue;
    said.set(key, { value: checked(raw, optionSpec(key), where), where, ...(file === undefined ? {} : { file }) });
  }
  const json = said.get('json');
  if (json?.value === true && keys.includes('format')) {
    const format = said.get('format');
    if (format !== undefined && format.value !== 'json') {
      throw new UsageError(
        `${json.where} and ${format.where} ${String(format.value)} contradict each other; leave one out`,
      );
    }
    said.set('format', { value: 'json', where: json.where });
  }
  return said;
}

function checked(raw: Value, spec: OptionSpec, where: string): Value {
  switch (spec.kind) {
    case 'flag':
      return flagOf(raw, where);
    case 'text-or-off':
      return raw === false || raw === 'false' ? false : nonEmpty(raw, where);
    case 'text':
      return nonEmpty(raw, where);
    case 'choice':
      return choiceOf(nonEmpty(raw, where), spec.choices ?? [], where);
    case 'count': {
      const text = String(raw);
      if (/^\d{1,9}$/.test(text)) return Number(text);
      throw new UsageError(`${where}: "${text}" is not a whole number`);
    }
    case 'duration': {
      const text = String(raw);
      const ms = /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Math.round(Number(text) * 1000) : parseDuration(text);
      if (ms !== null) return ms;
      throw new UsageError(`${where}: "${text}" is not a duration; give one such as 500ms, 30s or 5m`);
    }
  }
}

function nonEmpty(raw: Value, where: string): string {
  if (raw === '' || typeof raw === 'boolean') throw new UsageError(`${where} needs a value`);
  return String(raw);
}

function choiceOf(text: string, choices: readonly string[], where: string): string {
  const exact = choices.find((choice) => choice === text.toLowerCase());
  if (exact !== undefined) return exact;
  const near = nearestName(text, choices);
  const hint = near === null ? '' : `; did you mean ${near}?`;
  throw new UsageError(`${where}: "${text}" is not one of ${choices.join(', ')}${hint}`);
}

function flagOf(raw: Value, where: string): boolean {
  if (typeof raw === 'boolean') return raw;
  const text = String(raw).toLowerCase();
  if (['1', 'true', 'yes', 'on'].includes(text)) return true;
  if (['0', 'false', 'no', 'off'].includes(text)) return false;
  throw new UsageError(`${where}: "${text}" is neither true nor false`);
}
