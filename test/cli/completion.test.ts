import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { bash, COMMANDS, Folder, wslog } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());
folder.write('error.log', '');
folder.write('my access.log', '');

const installed = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;

const bashScript = folder.write('wslog.bash', wslog(['completion', 'bash']).stdout);

/** What bash offers for the last of these words. */
function offered(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const { stdout, stderr } = bash(`
    cd '${folder.path}'; source '${bashScript}'
    COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _wslog; printf '%s\\n' "\${COMPREPLY[@]}"`);
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe('bash completion', () => {
  it('offers commands, options, values, ids and files', () => {
    expect(offered('wslog', 'an')).toEqual(['analyze']);
    expect(offered('wslog', '')).toEqual(COMMANDS);
    expect(offered('wslog', 'analyze', '--fo')).toEqual(['--format']);
    expect(offered('wslog', 'analyze', '--format', 'm')).toEqual(['markdown']);
    expect(offered('wslog', 'analyze', '--format', '=', 'nd')).toEqual(['ndjson']);
    expect(offered('wslog', 'watch', '--format', '')).toEqual(['text', 'ndjson']);
    expect(offered('wslog', 'analyze', '--cause', 'idle')).toEqual(['idle-timeout']);
    expect(offered('wslog', 'analyze', 'err')).toEqual(['error.log']);
    expect(offered('wslog', 'analyze', '-c', 'my')).toEqual(['my access.log']);
    expect(offered('wslog', 'explain', 'backend-ref')).toEqual(['backend-refused']);
    expect(offered('wslog', 'patterns', '')).toEqual(['list', 'show', 'test']);
    expect(offered('wslog', 'patterns', 'show', 'idle')).toEqual(['idle-timeout']);
    expect(offered('wslog', 'completion', 'z')).toEqual(['zsh']);
    expect(offered('wslog', 'analyze', '--since', '')).toEqual(['']);
  });

  it('works through bash itself', () => {
    const { stdout } = bash(`source <(wslog completion bash); complete -p wslog`);
    expect(stdout).toBe('complete -o filenames -F _wslog wslog\n');
  });
});

describe('zsh completion', () => {
  it.skipIf(!installed('zsh'))('is valid and defines a function for each command', () => {
    const script = folder.write('_wslog', wslog(['completion', 'zsh']).stdout);
    const { status, stdout, stderr } = spawnSync(
      'zsh',
      [
        '-f',
        '-c',
        `autoload -U compinit; compinit -u -D; source '${script}'; print $_comps[wslog]; whence -w _wslog_patterns_show`,
      ],
      { encoding: 'utf8', env: { ...process.env, HOME: folder.path } },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe('_wslog\n_wslog_patterns_show: function\n');
  });
});

describe('fish completion', () => {
  it.skipIf(!installed('fish'))('offers commands, options and values', () => {
    const script = folder.write('wslog.fish', wslog(['completion', 'fish']).stdout);
    const complete = (line: string) =>
      spawnSync('fish', ['--no-config', '-c', `source '${script}'; complete -C '${line}'`], {
        encoding: 'utf8',
        env: { ...process.env, HOME: folder.path },
      })
        .stdout.trim()
        .split('\n')
        .map((offer) => offer.split('\t')[0]);
    expect(complete('wslog an')).toEqual(['analyze']);
    expect(complete('wslog analyze --format ndj')).toEqual(['ndjson']);
    expect(complete('wslog patterns sh')).toEqual(['show']);
    expect(complete('wslog patterns show idle-t')).toEqual(['idle-timeout']);
    expect(complete('wslog explain backend-refu')).toEqual(['backend-refused']);
  });
});
