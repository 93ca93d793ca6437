import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bash, refused, refusedAccess, wslog } from './run.ts';

describe('explain', () => {
  it('teaches a cause and a symptom', () => {
    for (const id of ['idle-timeout', 'upstream-timeout-tunnel']) {
      const { code, stdout, stderr } = wslog(['explain', id]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(id);
      expect(stdout.length).toBeGreaterThan(300);
    }
  });

  it('parses, names and diagnoses a pasted line', () => {
    const { code, stdout } = wslog(['explain', refused(1).trim()]);
    expect(code).toBe(0);
    expect(stdout).toContain('backend-refused');
    expect(stdout).toContain('10.0.0.5:8080');
    expect(stdout).toMatch(/Fix/);
    expect(stdout).toMatch(/expect:/);
    // Unquoted, the line arrives as many words.
    expect(wslog(['explain', ...refused(1).trim().split(' ')]).stdout).toBe(stdout);
  });

  it('says where recognition stopped', () => {
    expect(wslog(['explain', 'Segmentation fault (core dumped)']).stdout).toMatch(/not a line of nginx/);
    const strange = refused(1).replace(
      'connect() failed (111: Connection refused)',
      'flux capacitor (111: Connection refused)',
    );
    expect(wslog(['explain', strange.trim()]).stdout).toMatch(/recognition stopped at the message "flux capacitor/);
  });

  it('answers each line of standard input in order', () => {
    const input = `${refused(1)}what is this\n\n${refusedAccess(2)}2026/11/22 12:00:00 [error] 7#7: *1 upstream prem`;
    const { code, stdout } = wslog(['explain', '--format', 'ndjson', '-'], { input });
    expect(code).toBe(0);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5]);
    expect(answers.map(({ kind }) => kind)).toEqual(['error', 'other', 'other', 'access', 'error']);
    expect(answers[0]).toMatchObject({
      causes: ['backend-refused'],
      truncated: false,
      fields: { errno: 111, client: '192.0.2.2' },
    });
    expect(answers[1]).toMatchObject({ symptom: null, causes: [], fields: {} });
  });

  it('redacts, and lets no control character through', () => {
    const line = refused(1).replaceAll('/ws', '/ws?token=S3cr3tT0kenValue4711&\x1b]0;pwn\x07').trim();
    for (const args of [
      ['explain', line],
      ['explain', '--format', 'ndjson', '-'],
    ]) {
      const { stdout } = wslog(args, { input: line });
      expect(stdout).not.toContain('S3cr3tT0kenValue4711');
      expect([...stdout].every((char) => char === '\n' || char >= ' ')).toBe(true);
    }
  });
});

describe('patterns', () => {
  const causes = readdirSync(new URL('../../patterns/causes', import.meta.url)).length;

  it('lists and shows', () => {
    const { stdout } = wslog(['patterns', 'list']);
    expect(stdout).toMatch(new RegExp(`^${causes} causes`));
    expect(stdout).toMatch(/^ {2}idle-timeout +tunnel +/m);
    const listed = JSON.parse(wslog(['patterns', 'list', '--json']).stdout);
    expect(listed.filter(({ kind }: { kind: string }) => kind === 'cause')).toHaveLength(causes);
    expect(wslog(['patterns', 'show', 'idle-timeout']).stdout).toMatch(/^# cause\nid: idle-timeout\n/);
  });

  it('tests the shipped catalogue', () => {
    const { code, stdout, stderr } = wslog(['patterns', 'test']);
    expect(stdout).toBe('');
    expect(code).toBe(0);
    expect(stderr).toMatch(new RegExp(`symptoms and ${causes} causes with \\d+ samples`));
  });

  it('names what is wrong with own patterns, and exits 1', () => {
    const { code, stdout } = bash(`
      d=$(mktemp -d); mkdir $d/symptoms; echo 'id: other-name' > $d/symptoms/mine.yaml
      wslog patterns test $d; rc=$?; rm -r $d; exit $rc`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/mine\.yaml/);
    expect(wslog(['patterns', 'test', '/nonexistent']).code).toBe(2);
  });
});
