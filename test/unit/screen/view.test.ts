import { describe, expect, it } from 'vitest';
import { pressed, type ScreenView, type Surroundings } from '../../../src/screen/view.ts';
import { key, view } from './fixture.ts';

const around: Surroundings = { listed: ['a', 'b', 'c'], page: 10, furthest: 30 };

function keyed(keys: readonly string[], from: ScreenView = view()): ScreenView {
  return keys.reduce((now, each) => pressed(now, key(each), around), from);
}

describe('keys', () => {
  it('choose incidents, and stop at the ends', () => {
    expect(keyed(['j']).selected).toBe('b');
    expect(keyed(['down', 'down', 'down', 'down']).selected).toBe('c');
    expect(keyed(['j', 'k', 'up']).selected).toBe('a');
    expect(keyed(['end', 'home']).selected).toBe('a');
    expect(keyed(['G']).selected).toBe('c');
    expect(keyed(['j'], view({ selected: 'gone' })).selected).toBe('b');
    expect(pressed(view(), key('j'), { ...around, listed: [] }).selected).toBe(null);
  });

  it('open a pane, scroll it within its text, and leave it', () => {
    const open = keyed(['return', 'j', 'space']);
    expect(open).toMatchObject({ pane: 'explain', scroll: 10 });
    expect(keyed(['end', 'j'], open).scroll).toBe(30);
    expect(keyed(['home', 'k'], open).scroll).toBe(0);
    expect(keyed(['n'], open)).toMatchObject({ selected: 'b', scroll: 0 });
    expect(keyed(['left'], keyed(['right', 'right'], open)).selected).toBe('b');
    expect(keyed(['f'], open)).toMatchObject({ pane: 'fix', scroll: 0 });
    for (const back of ['escape', 'return', 'e']) expect(keyed([back], open).pane).toBe('overview');
    expect(keyed(['?', 'escape']).pane).toBe('overview');
  });

  it('type a filter, in which letters are no commands', () => {
    const typing = keyed(['/', 'q', 'j', 'p', 'e']);
    expect(typing).toMatchObject({ typing: true, filter: 'qjpe', paused: false, pane: 'overview' });
    expect(keyed(['backspace'], typing).filter).toBe('qjp');
    const kept = keyed(['return'], typing);
    expect(kept).toMatchObject({ typing: false, filter: 'qjpe' });
    expect(keyed(['escape'], kept).filter).toBe('');
    expect(keyed(['escape'], typing)).toMatchObject({ typing: false, filter: '' });
    expect(pressed(typing, { text: '\x1b', name: '', ctrl: false }, around)).toBe(typing);
    expect(
      keyed(
        Array.from({ length: 500 }, () => 'x'),
        typing,
      ).filter.length,
    ).toBeLessThan(100);
  });

  it('turn all and pause on and off, and mean nothing else', () => {
    expect(keyed(['a']).all).toBe(true);
    expect(keyed(['a', 'a', 'p'])).toMatchObject({ all: false, paused: true });
    const before = view();
    for (const none of ['x', '7', 'f5', 'tab']) expect(keyed([none], before)).toBe(before);
    expect(pressed(before, { text: '', name: 'p', ctrl: true }, around)).toBe(before);
  });
});
