/** `wslog fix`: the smallest change of an nginx configuration that mends a cause, as a diff or applied. */
import type { Cause } from '../catalogue/types.ts';
import { noSuch } from '../config/nearest.ts';
import type { Settings } from '../config/settings.ts';
import { UsageError } from '../config/usage-error.ts';
import { applyChanges, type FileChange, WriteError } from '../fix/apply.ts';
import { unifiedDiff } from '../fix/diff.ts';
import { patchFor } from '../fix/patch.ts';
import { REMEDIES } from '../fix/remedies/list.ts';
import type { FixCandidate, FixRequest } from '../fix/types.ts';
import type { Conf } from '../nginx-conf/tree.ts';
import { showBlock } from '../safe/display.ts';
import { quoteShell } from '../safe/shell.ts';
import { versionOf } from './analysis-settings.ts';
import { catalogueFor } from './catalogue.ts';
import { type Patch, realFiles, testPatch, UNTESTED } from './fix-files.ts';
import type { Invocation } from './invocation.ts';
import type { Io } from './io.ts';
import type { Messages } from './messages.ts';
import { confOf, localConf } from './nginx-conf.ts';
import { writeOut } from './output.ts';

const MOST_CANDIDATES = 20;

/**
 * @returns 0 with a diff or when there is nothing to change; 2 when the place is not clear or nginx refuses the change.
 * @throws UsageError for a wrong option, or when there is no configuration to read.
 */
export async function fix(call: Invocation): Promise<number> {
  const { settings, io, messages } = call;
  const cause = await chosenCause(settings, io);
  const version = versionOf(settings);
  const isDisk = settings.text('nginxConf') !== '-';
  if (settings.flag('write') && !isDisk) {
    throw new UsageError(`${settings.where('write')} changes files, and standard input is none; name the file with -c`);
  }
  const found = (await confOf(settings, io, messages)) ?? (await localConf(settings, io, messages));
  if (found === null) {
    throw new UsageError(
      "this machine has no nginx configuration that can be read; name one with -c, or pipe nginx -T into 'wslog fix -c -'",
    );
  }
  const { conf } = found;
  const result = patchFor(conf, requestOf(settings, version ?? found.version));
  switch (result.kind) {
    case 'patch':
      return patched(call, conf, result, isDisk);
    case 'unchanged':
      for (const note of result.notes) messages.notice(note);
      messages.notice('nothing to change');
      return 0;
    case 'elsewhere':
      if (cause !== null) messages.notice(elsewhere(cause, settings));
      return 0;
    case 'undecided':
      messages.error(result.why);
      for (const candidate of result.candidates.slice(0, MOST_CANDIDATES)) messages.error(optionsFor(candidate));
      if (result.candidates.length > MOST_CANDIDATES) {
        messages.error(`and ${result.candidates.length - MOST_CANDIDATES} more`);
      }
      return 2;
  }
}

/** The options that name a place. */
function optionsFor({ server, location, file, line }: FixCandidate): string {
  const words = [
    ...(server === '' ? [] : ['--server', quoteShell(server)]),
    ...(location === '' ? [] : ['--location', quoteShell(location)]),
  ];
  return `${words.join(' ')} (${file}:${line})`;
}

/** The cause's page; null where none was named or it is not about a cause. */
async function chosenCause(settings: Settings, io: Io): Promise<Cause | null> {
  const id = settings.text('cause');
  if (id === null) return null;
  const { causes } = await catalogueFor(settings, io);
  const cause = causes.get(id) ?? null;
  if (cause !== null || REMEDIES.has(id)) return cause;
  const ids = [...causes.keys(), ...REMEDIES.keys()];
  throw new UsageError(`${settings.where('cause')}: ${noSuch('cause', id, ids, 'wslog patterns list')}`);
}

function requestOf(settings: Settings, version: string | null): FixRequest {
  const ping = settings.number('ping');
  const location = settings.text('location');
  const tlsName = settings.text('tlsName');
  if (tlsName !== null && !/^[\w.-]{1,253}$/.test(tlsName)) {
    throw new UsageError(`${settings.where('tlsName')}: "${tlsName}" is not a host name`);
  }
  return {
    cause: settings.text('cause'),
    server: settings.text('server'),
    // The configuration is read as bytes, an argument arrives decoded.
    location: location === null ? null : Buffer.from(location, 'utf8').toString('latin1'),
    pingSeconds: ping > 0 ? ping / 1000 : null,
    version,
    scheme: settings.choiceOrNull('scheme', ['http', 'https']),
    tlsName,
  };
}

async function patched(call: Invocation, conf: Conf, patch: Patch, isDisk: boolean): Promise<number> {
  const { settings, io, messages } = call;
  const files = await realFiles(conf, patch, io, isDisk);
  const tested = isDisk ? await testPatch(conf, patch, io) : UNTESTED;
  if (tested.verdict === 'refused') {
    messages.error(`nginx -t refuses the change, so it is not given: ${tested.sentence}`);
    return 2;
  }
  const diff = unifiedDiff(files);
  // A terminal gets what is safe to show; a pipe gets the bytes that patch needs.
  if (io.stdoutIsTerminal) await writeOut(io.stdout, [showBlock(Buffer.from(diff, 'latin1').toString('utf8'))]);
  else io.stdout.write(Buffer.from(diff, 'latin1'));
  for (const { file, line, what, why } of patch.changes) messages.notice(`${file}:${line}: ${what} (${why})`);
  for (const note of patch.notes) messages.notice(note);
  if (!settings.flag('write')) {
    messages.notice(tested.sentence);
    messages.notice(
      isDisk
        ? 'to apply it: the same command with --write, or pipe the diff into: patch -p1 -d /'
        : `to apply it where the files are: patch -p1${files.every(({ path }) => path.startsWith('/')) ? ' -d /' : ''}`,
    );
    return 0;
  }
  if (tested.verdict === 'unclear') {
    messages.error(`${tested.sentence}; nothing was written`);
    return 2;
  }
  messages.notice(tested.sentence);
  return write(files, messages);
}

async function write(files: readonly FileChange[], messages: Messages): Promise<number> {
  try {
    await applyChanges(files);
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    messages.error(error.message);
    return 2;
  }
  for (const { path, backup } of files) messages.notice(`${path} is changed; ${backup} is what it was`);
  messages.notice('to make nginx use it: nginx -t && nginx -s reload');
  return 0;
}

/** Whose door it is, and how to check. */
function elsewhere({ id, title, owner, fix: { summary }, verify }: Cause, settings: Settings): string {
  const who =
    owner === undefined
      ? `${id} (${title}) has no one change that is right for every configuration`
      : `${id} (${title}) is not mended by nginx's configuration but by ${owner}`;
  const known = new Map([
    ['server', settings.text('server')],
    ['host', settings.text('server')],
    ['path', settings.text('location')],
  ]);
  const check = verify[0]?.run.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = known.get(name) ?? null;
    return value === null ? `<${name}>` : quoteShell(value);
  });
  return `${who}. ${summary}${check === undefined ? '' : ` Check: ${check}`} (wslog explain ${id} tells more)`;
}
