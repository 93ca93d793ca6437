/** Tests changed files with `nginx -t`, on a copy: the real files, logs and pid file are not touched. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { diskFs } from '../nginx-conf/disk.ts';
import { includedPaths } from '../nginx-conf/files.ts';
import { type Conf, type Directive, everyDirective } from '../nginx-conf/tree.ts';
import { applyEdits, type Edit, insertAtTop, replaceArgs } from './edit.ts';

export interface TrialResult {
  readonly passed: boolean;
  /** What nginx said against it, with the names of the real files; '' when it passed. */
  readonly complaint: string;
}

const PATIENCE_MS = 8000;

/**
 * Runs `nginx -t` on a copy of a configuration.
 * @param conf read from the disk; its files may hold text that is not there yet
 * @throws Error when the copy cannot be made or nginx does not end in time
 */
export async function tryConf(nginx: string, conf: Conf): Promise<TrialResult> {
  const folder = await mkdtemp(join(tmpdir(), 'wslog-fix-'));
  try {
    const copies = await copyTo(folder, conf);
    const output = await run(nginx, ['-t', '-q', '-c', copies.get(conf.path)!]);
    return output === null ? { passed: true, complaint: '' } : { passed: false, complaint: real(output, copies) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The main file goes into a folder where everything else of its real folder is linked, so that relative paths of
 * certificates and the like lead where they led. The others get a number each, and every `include` names the copies.
 */
async function copyTo(folder: string, conf: Conf): Promise<ReadonlyMap<string, string>> {
  const home = join(folder, 'conf');
  await mkdir(home);
  const main = basename(conf.path);
  for (const name of await readdir(dirname(conf.path))) {
    if (name !== main) await symlink(join(dirname(conf.path), name), join(home, name));
  }
  const copies = new Map<string, string>();
  for (const path of conf.files.keys()) {
    copies.set(path, path === conf.path ? join(home, main) : join(folder, `${copies.size}.conf`));
  }
  const edits = rewritten(conf, copies, folder);
  for (const [path, text] of conf.files) {
    const own = edits.filter((edit) => edit.file === path);
    await writeFile(copies.get(path)!, applyEdits(text, own), { encoding: 'latin1', mode: 0o600 });
  }
  return copies;
}

/** No edit adds or removes a line: the numbers in nginx's complaints stay those of the real files. */
function rewritten(conf: Conf, copies: ReadonlyMap<string, string>, folder: string): readonly Edit[] {
  const edits = new Map<string, Edit>();
  let hasPid = false;
  for (const directive of everyDirective(conf.directives)) {
    const { name, args } = directive;
    let edit: Edit | null = null;
    if (name === 'include') edit = includeOf(directive, conf, copies);
    else if (name === 'pid' && directive.parent === null) {
      hasPid = true;
      edit = replaceArgs(directive, `${folder}/nginx.pid`);
    } else if ((name === 'error_log' || name === 'access_log') && isFile(args[0])) {
      const first = directive.words[1]!;
      edit = { file: directive.file, start: first.start, end: first.end, text: '/dev/null' };
    }
    if (edit !== null) edits.set(`${edit.start}:${edit.file}`, edit);
  }
  if (!hasPid) {
    const { file, start, end } = insertAtTop(conf, conf.path, []);
    edits.set(`pid:${file}`, { file, start, end, text: `pid ${folder}/nginx.pid; ` });
  }
  return [...edits.values()];
}

/** nginx opens, and makes, the logs it is told of also when it only tests. */
function isFile(target: string | undefined): boolean {
  return target !== undefined && target !== 'off' && target !== 'stderr' && !/^(?:syslog|memory):/.test(target);
}

function includeOf(directive: Directive, conf: Conf, copies: ReadonlyMap<string, string>): Edit | null {
  const [pattern] = directive.args;
  if (pattern === undefined) return null;
  const full = pattern.startsWith('/') ? pattern : `${dirname(conf.path)}/${pattern}`;
  const paths = includedPaths(full.replace('//', '/'), diskFs);
  const includes = paths.map((path) => `include "${copies.get(path) ?? path}";`);
  const { file, start, end } = directive;
  return { file, start, end, text: includes.join(' ') };
}

/** Null when nginx is content, else what it said. */
function run(nginx: string, args: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    execFile(nginx, args, { timeout: PATIENCE_MS, maxBuffer: 1 << 20, encoding: 'latin1' }, (error, _out, stderr) => {
      if (error === null) resolve(null);
      else if (typeof error.code === 'number') resolve(stderr);
      else reject(new Error(error.killed === true ? 'nginx -t did not end in time' : error.message));
    });
  });
}

/** The first refusal, with the real names. */
function real(output: string, copies: ReadonlyMap<string, string>): string {
  const lines = output.split('\n').filter((line) => line !== '');
  let line = lines.find((one) => one.includes('[emerg]')) ?? lines[0] ?? 'no reason given';
  for (const [path, copy] of copies) line = line.replaceAll(copy, path);
  return line.slice(Math.max(0, line.indexOf('['))).replace(/^(\[\w+\]) \d+#\d+: /, '$1 ');
}
