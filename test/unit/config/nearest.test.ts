import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../src/config/nearest.ts';

const known = ['analyze', 'watch', 'explain', 'idle-timeout', 'handshake-timeout', 'backend-refused'];

describe('nearestName', () => {
  it.each([
    ['analyse', 'analyze'],
    ['anlayze', 'analyze'],
    ['wacth', 'watch'],
    ['idle_timeout', 'idle-timeout'],
    ['IDLE-TIMEOUT', 'idle-timeout'],
    ['refused', 'backend-refused'],
    ['handshake', 'handshake-timeout'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestName(typed, known)).toBe(meant);
  });

  it.each(['zzz', '', 'q', 'completely-else', 'x'.repeat(10_000)])('has no guess for "%s"', (typed) => {
    expect(nearestName(typed, known)).toBeNull();
  });
});
