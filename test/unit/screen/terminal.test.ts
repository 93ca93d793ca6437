import { describe, expect, it } from 'vitest';
import { TerminalScreen } from '../../../src/screen/terminal.ts';

function screen() {
  const written: string[] = [];
  const terminal = new TerminalScreen((text) => written.push(text));
  return { terminal, take: () => written.splice(0).join('') };
}

describe('the terminal', () => {
  it('gets only the lines that changed, in one synchronised write', () => {
    const { terminal, take } = screen();
    terminal.enter();
    terminal.draw(['one', 'two', 'three'], 10);
    take();
    terminal.draw(['one', 'TWO', 'three'], 10);
    expect(take()).toBe('\x1b[?2026h\x1b[2;1HTWO\x1b[K\x1b[?2026l');
    terminal.draw(['one', 'TWO', 'three'], 10);
    expect(take()).toBe('');
  });

  it('keeps the last character of a full line', () => {
    const { terminal, take } = screen();
    terminal.enter();
    terminal.draw(['', ''], 5);
    take();
    terminal.draw(['12345', '1234'], 5);
    expect(take()).toBe('\x1b[?2026h\x1b[1;1H12345\x1b[2;1H1234\x1b[K\x1b[?2026l');
  });

  it('is drawn anew when its size changed', () => {
    const { terminal, take } = screen();
    terminal.enter();
    terminal.draw(['one', 'two'], 10);
    take();
    terminal.draw(['one', 'two', ''], 10);
    expect(take()).toContain('\x1b[2J\x1b[1;1Hone');
    terminal.forget();
    terminal.draw(['one', 'two', ''], 10);
    expect(take()).toContain('\x1b[2J');
  });

  it('is given back once: other buffer, cursor, wrapping, colours', () => {
    const { terminal, take } = screen();
    terminal.leave();
    expect(take()).toBe('');
    terminal.enter();
    terminal.enter();
    expect(take().split('\x1b[?1049h')).toHaveLength(2);
    terminal.leave();
    terminal.leave();
    expect(take()).toBe('\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l');
    terminal.draw(['late'], 10);
    expect(take()).toBe('');
  });
});
