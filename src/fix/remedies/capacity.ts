/** What a worker can hold, and how long an old one may live. */
import { type Conf, type Directive, named } from '../../nginx-conf/tree.ts';
import { parseSeconds } from '../../nginx-conf/values.ts';
import { Draft } from '../draft.ts';
import { type Edit, insertAfter, insertAtTop, replaceArgs } from '../edit.ts';
import { type FixChange, type Mending, nothing, type Remedy } from '../types.ts';

const SLOTS = 16_384;
const FILES = 65_536;
const DRAIN = '4h';
const DRAIN_SECONDS = 4 * 3600;

export const workerConnections: Remedy = {
  at: 'whole',
  mend(conf) {
    const events = named(conf.directives, 'events')[0];
    if (events === undefined) return nothing(notMain(conf, 'events {}'));
    const slots = Number(named(events.block, 'worker_connections').at(-1)?.args[0] ?? 512);
    if (slots >= SLOTS) {
      return nothing(`worker_connections is ${slots} already: more workers or more machines are the next step`);
    }
    const draft = new Draft(conf, events, ['worker_connections']);
    draft.set('worker_connections', String(SLOTS), 'each tunnel takes two, and busy workers get more than their share');
    const { edits, changes, notes } = draft.mending();
    const files = raiseFiles(conf, SLOTS, 'each connection is an open file, and the usual limit is 1024');
    return { edits: [...edits, ...files.edits], changes: [...changes, ...files.changes], notes };
  },
};

export const openFiles: Remedy = {
  at: 'whole',
  mend(conf) {
    const events = named(conf.directives, 'events')[0];
    if (events === undefined) return nothing(notMain(conf, 'worker_rlimit_nofile'));
    const slots = Number(named(events.block, 'worker_connections').at(-1)?.args[0] ?? 512);
    const files = raiseFiles(conf, Math.max(FILES, slots), 'each side of a tunnel is an open file of the worker');
    if (files.edits.length > 0) return files;
    return nothing('worker_rlimit_nofile is large enough; a container or the unit (LimitNOFILE) may hold less');
  },
};

/** @param least files a worker must be able to open */
function raiseFiles(conf: Conf, least: number, why: string): Mending {
  const line = named(conf.directives, 'worker_rlimit_nofile').at(-1);
  if (line !== undefined && Number(line.args[0]) >= least) return nothing();
  return mainLine(conf, 'worker_rlimit_nofile', String(Math.max(FILES, least)), line, why);
}

export const workerShutdown: Remedy = {
  at: 'whole',
  mend(conf) {
    const line = named(conf.directives, 'worker_shutdown_timeout').at(-1);
    if (line === undefined) {
      return nothing('worker_shutdown_timeout is not set, so reloads cut no tunnels: old workers wait for them to end');
    }
    const seconds = parseSeconds(line.args[0] ?? '');
    if (seconds === null || seconds >= DRAIN_SECONDS) {
      return nothing(`worker_shutdown_timeout is ${line.args[0] ?? ''} already; reload less often instead`);
    }
    const why = `after a reload, old workers close live tunnels once ${seconds} s are over`;
    const mending = mainLine(conf, 'worker_shutdown_timeout', DRAIN, line, why);
    return { ...mending, notes: ['each reload leaves old workers, with their memory, for as long as tunnels last'] };
  },
};

/** States a directive at the top of the main file. */
function mainLine(conf: Conf, name: string, value: string, line: Directive | undefined, why: string): Mending {
  if (line !== undefined) {
    const change = { file: line.file, line: line.line, what: `${name} ${line.args.join(' ')} -> ${value}`, why };
    return { edits: [replaceArgs(line, value)], changes: [change], notes: [] };
  }
  const text = `${name} ${value};`;
  const anchor =
    named(conf.directives, 'worker_processes').find(({ file }) => file === conf.path) ??
    conf.directives.find(({ block, file }) => block === null && file === conf.path);
  const edit: Edit = anchor === undefined ? insertAtTop(conf, conf.path, [text]) : insertAfter(conf, anchor, [text]);
  const change: FixChange = { file: conf.path, line: anchor?.line ?? 1, what: `+ ${text}`, why };
  return { edits: [edit], changes: [change], notes: [] };
}

function notMain({ path }: Conf, what: string): string {
  return `${what} belongs into nginx.conf, and ${path} is a part of it: give nginx.conf with -c`;
}
