import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Progress, progressLine } from '../../../src/commands/progress.ts';

describe('progressLine', () => {
  it('shows share, bytes, rate and time left', () => {
    expect(progressLine(250_000_000, 1_000_000_000, 500)).toBe(
      'reading [######------------------] 25%  250 MB of 1.0 GB  500 MB/s  2 s left',
    );
  });

  it('shows what is known of a stream', () => {
    expect(progressLine(1500, null, 1000)).toBe('reading  1.5 kB  1.5 kB/s');
  });

  it('stays within bounds and 79 columns for a file that grew', () => {
    const line = progressLine(9_999_999_999, 5, 1);
    expect(line).toContain('100%');
    expect(line.length).toBeLessThan(80);
  });
});

describe('Progress', () => {
  it('is silent in the first second, then draws now and then, and clears up', () => {
    let now = 0;
    const stream = new PassThrough({ encoding: 'utf8' });
    const progress = new Progress(stream, 1000, () => now);
    progress.add(100);
    now = 999;
    progress.add(100);
    progress.clear();
    expect(stream.read()).toBeNull();
    now = 1000;
    progress.add(100);
    now = 1050;
    progress.add(100);
    expect(stream.read()).toMatch(/^\rreading .* 30% /);
    progress.clear();
    expect(stream.read()).toBe('\r\x1b[K');
  });
});
