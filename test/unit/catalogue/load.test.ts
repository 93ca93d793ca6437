import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/catalogue/load.ts';
import { shippedCatalogue } from '../../../src/catalogue/shipped.ts';

const GOOD = `id: mine
title: something of mine
explain: It happens.
role: root
severity: error
stage: handshake
match: { log: error, message: 'my module says *' }
causes: []
nginx: { loggedAt: error }
samples:
  match:
    - line: '2026/11/22 12:06:22 [error] 7#7: *2 my module says no'
  no-match: []
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wslog-catalogue-'));
  mkdirSync(join(folder, 'symptoms'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): void {
  writeFileSync(join(folder, 'symptoms', name), text);
}

async function problemsOf(name: string, text: string): Promise<readonly string[]> {
  put(name, text);
  return (await loadCatalogue([folder])).problems;
}

describe('loadCatalogue', () => {
  it('reads a folder on top of another catalogue, and replaces by id', async () => {
    const shipped = await shippedCatalogue();
    put('mine.yaml', GOOD);
    put('no-live-upstreams.yaml', GOOD.replace('id: mine', 'id: no-live-upstreams'));
    const { catalogue, problems } = await loadCatalogue([folder], shipped);
    expect(problems.filter((problem) => problem.includes(folder))).toEqual([]);
    expect(catalogue.symptoms.size).toBe(shipped.symptoms.size + 1);
    expect(catalogue.symptoms.get('no-live-upstreams')?.title).toBe('something of mine');
    expect(shipped.symptoms.get('no-live-upstreams')?.title).not.toBe('something of mine');
  });

  it('says which file, where and what in one sentence', async () => {
    const file = join(folder, 'symptoms', 'mine.yaml');
    expect(await problemsOf('mine.yaml', GOOD.replace('role: root', 'role: rot'))).toEqual([
      expect.stringMatching(/mine\.yaml: role: /),
    ]);
    expect(await problemsOf('mine.yaml', GOOD.replace('role: root\n', ''))).toEqual([`${file}: role: missing`]);
    expect(await problemsOf('mine.yaml', GOOD.replace('log: error,', 'log: error, phse: x,'))).toEqual([
      `${file}: match.phse: unknown key`,
    ]);
    expect(await problemsOf('mine.yaml', GOOD.replace('loggedAt: error', 'loggedAt: ""'))).toEqual([
      `${file}: nginx.loggedAt: must not be empty`,
    ]);
    expect(await problemsOf('mine.yaml', GOOD.replace('id: mine', 'id: other'))).toEqual([
      `${file}: id: is "other", but must equal the file's name`,
    ]);
    for (const broken of ['id: [', 'id: a\nid: b\n', '- 1\n- 2\n', '', 'a: b\n---\nc: d\n']) {
      const problems = await problemsOf('mine.yaml', broken);
      expect(problems.length).toBeGreaterThan(0);
      for (const problem of problems) {
        expect(problem.startsWith(`${file}: `)).toBe(true);
        expect(problem).not.toContain('\n');
      }
    }
  });

  it('leaves a broken entry out and keeps the rest', async () => {
    put('bad.yaml', 'id: bad\n');
    put('mine.yaml', GOOD);
    const { catalogue } = await loadCatalogue([folder]);
    expect([...catalogue.symptoms.keys()]).toEqual(['mine']);
  });

  it('refuses tags, whatever they are', async () => {
    for (const tag of ['!!js/function', '!include', '!!binary', '!<tag:example.com,2000:x>']) {
      const problems = await problemsOf('mine.yaml', GOOD.replace('title: something', `title: ${tag} something`));
      expect(problems, tag).toHaveLength(1);
    }
  });

  it('refuses an alias bomb, quickly', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, i) => {
        const before = 'abcdefghi'[i];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    const before = process.cpuUsage();
    expect(await problemsOf('mine.yaml', bomb)).toEqual([expect.stringContaining('more than 20 aliases')]);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(500);
  });

  it('reads YAML 1.2: no is a word, not false', async () => {
    put('mine.yaml', GOOD.replace('title: something of mine', 'title: no'));
    const { catalogue } = await loadCatalogue([folder]);
    expect(catalogue.symptoms.get('mine')?.title).toBe('no');
  });

  it('does not let a key named __proto__ touch anything', async () => {
    await problemsOf('mine.yaml', `${GOOD}__proto__: { polluted: yes }\n`);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(await problemsOf('mine.yaml', `${GOOD}__proto__: { polluted: yes }\n`)).toHaveLength(1);
  });

  it('does not follow a link out of the folder, and does inside it', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'wslog-outside-'));
    writeFileSync(join(outside, 'mine.yaml'), GOOD);
    symlinkSync(join(outside, 'mine.yaml'), join(folder, 'symptoms', 'mine.yaml'));
    expect((await loadCatalogue([folder])).problems).toEqual([
      `${join(folder, 'symptoms', 'mine.yaml')}: the file: is a link that leaves the folder`,
    ]);
    rmSync(join(folder, 'symptoms', 'mine.yaml'));
    mkdirSync(join(folder, '..data'));
    writeFileSync(join(folder, '..data', 'mine.yaml'), GOOD);
    symlinkSync(join('..', '..data', 'mine.yaml'), join(folder, 'symptoms', 'mine.yaml'));
    expect((await loadCatalogue([folder])).catalogue.symptoms.has('mine')).toBe(true);
    rmSync(outside, { recursive: true });
  });

  it('refuses what is not a plain file of moderate size', async () => {
    mkdirSync(join(folder, 'symptoms', 'dir.yaml'));
    expect((await loadCatalogue([folder])).problems).toEqual([expect.stringContaining('is not a regular file')]);
    rmSync(join(folder, 'symptoms', 'dir.yaml'), { recursive: true });
    expect(await problemsOf('mine.yaml', `${GOOD}#${'x'.repeat(200_000)}\n`)).toEqual([
      expect.stringContaining('is larger than 128 KiB'),
    ]);
  });

  it('refuses patterns that are too clever', async () => {
    expect(await problemsOf('mine.yaml', GOOD.replace('says *', 'says **'))).toEqual([
      expect.stringContaining('two `*` in a row'),
    ]);
    expect(await problemsOf('mine.yaml', GOOD.replace('says *', `${'a*'.repeat(9)}`))).toEqual([
      expect.stringContaining('wildcards'),
    ]);
  });

  it('says when a folder does not exist, or an id leads nowhere', async () => {
    expect((await loadCatalogue([join(folder, 'nope')])).problems).toEqual([
      `${join(folder, 'nope')}: the folder: does not exist or cannot be read`,
    ]);
    expect(await problemsOf('mine.yaml', GOOD.replace('causes: []', 'causes: [gremlins]'))).toEqual([
      'symptom mine: causes: there is no cause "gremlins"',
    ]);
  });
});
