import { applyPatch, parsePatch } from 'diff';
import { unifiedDiff } from '../../../src/fix/diff.ts';
import { patchFor } from '../../../src/fix/patch.ts';
import type { Fix, FixRequest } from '../../../src/fix/types.ts';
import type { Conf } from '../../../src/nginx-conf/tree.ts';
import { confOf } from '../nginx-conf/memory-fs.ts';

export const MAIN = '/etc/nginx/nginx.conf';

export function ask(cause: string | null, more: Partial<FixRequest> = {}): FixRequest {
  return {
    cause,
    server: null,
    location: null,
    pingSeconds: null,
    version: null,
    scheme: null,
    tlsName: null,
    ...more,
  };
}

/** Directives of a location `/ws` inside one server, and what stands around it. */
export function chat(body: string, around: { main?: string; http?: string; server?: string } = {}): string {
  return [
    ...(around.main === undefined ? [] : [around.main]),
    'events {',
    '    worker_connections 1024;',
    '}',
    'http {',
    ...(around.http === undefined ? [] : [around.http]),
    '    server {',
    '        listen 80;',
    ...(around.server === undefined ? [] : [around.server]),
    '        location /ws {',
    ...body.split('\n').map((line) => `            ${line}`),
    '        }',
    '    }',
    '}',
    '',
  ].join('\n');
}

/** Added and removed lines of the diff, trimmed; null when there is no patch. */
export function changed(conf: Conf, request: FixRequest): string[] | null {
  const fix = patchFor(conf, request);
  return fix.kind === 'patch' ? changedLines(diffOf(conf, fix)) : null;
}

export function changedLines(diff: string): string[] {
  return diff
    .split('\n')
    .filter((line) => /^[+-](?!--|\+\+)/.test(line))
    .map((line) => line[0] + line.slice(1).trim());
}

export function diffOf(conf: Conf, { files }: Extract<Fix, { kind: 'patch' }>): string {
  return unifiedDiff([...files].map(([path, after]) => ({ path, before: conf.files.get(path) ?? '', after })));
}

/** What a diff makes of the files it was made for. */
export function apply(conf: Conf, diff: string): Map<string, string> {
  const files = new Map(conf.files);
  for (const patch of parsePatch(diff)) {
    const path = `/${patch.oldFileName?.replace(/^a\//, '')}`;
    const after = applyPatch(files.get(path) ?? '', patch);
    if (after === false) throw new Error(`the diff does not apply to ${path}`);
    files.set(path, after);
  }
  return files;
}

/** Why there is no patch. */
export function reasons(conf: Conf, request: FixRequest): string {
  const fix = patchFor(conf, request);
  if (fix.kind === 'unchanged') return fix.notes.join('\n');
  return fix.kind === 'undecided' ? fix.why : fix.kind;
}

/** The configuration after its fix. */
export function mended(conf: Conf, request: FixRequest): Conf {
  const fix = patchFor(conf, request);
  if (fix.kind !== 'patch') throw new Error(`no patch: ${fix.kind}`);
  const files = apply(conf, diffOf(conf, fix));
  const others = Object.fromEntries([...files].filter(([path]) => path !== MAIN));
  return confOf(files.get(MAIN) ?? '', others);
}
