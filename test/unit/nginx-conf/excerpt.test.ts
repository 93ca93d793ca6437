import { describe, expect, it } from 'vitest';
import { excerpt } from '../../../src/nginx-conf/excerpt.ts';
import { everyDirective } from '../../../src/nginx-conf/tree.ts';
import { confOf } from './memory-fs.ts';

const MAIN = `http {
  proxy_read_timeout 30s;
  server {
    location /ws {
      proxy_pass http://b;
    }
${Array.from({ length: 20 }, (_, i) => `    location /l${i} { return 200; }`).join('\n')}
  }
}
`;
const FILE = '/etc/nginx/nginx.conf';

function block(name: string) {
  const conf = confOf(MAIN);
  for (const directive of everyDirective(conf.directives)) {
    if (directive.name === name) return { conf, directive };
  }
  throw new Error(`no ${name}`);
}

describe('excerpt', () => {
  it('shows a short block whole, when the line stands in it or when there is no line', () => {
    const { conf, directive } = block('location');
    const whole = { file: FILE, from: 4, lines: ['    location /ws {', '      proxy_pass http://b;', '    }'] };
    expect(excerpt(conf, directive, { file: FILE, line: 5 })).toEqual(whole);
    expect(excerpt(conf, directive, null)).toEqual(whole);
  });

  it('shows three lines on both sides of an inherited setting', () => {
    const { conf, directive } = block('location');
    expect(excerpt(conf, directive, { file: FILE, line: 2 })).toEqual({
      file: FILE,
      from: 1,
      lines: MAIN.split('\n').slice(0, 5),
    });
  });

  it('cuts a long block', () => {
    const { conf, directive } = block('server');
    expect(excerpt(conf, directive, null)?.lines).toHaveLength(14);
  });

  it('is null for a file that was not read', () => {
    const { conf, directive } = block('location');
    expect(excerpt(conf, directive, { file: '/elsewhere', line: 1 })).toBeNull();
  });
});
