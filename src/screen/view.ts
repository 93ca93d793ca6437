/** What the reader has chosen to see, and what each key makes of it. Pure. */

export type Pane = 'overview' | 'explain' | 'fix' | 'help';

export interface ScreenView {
  /** Id of the incident chosen; null: the first of the list, whichever that is. */
  readonly selected: string | null;
  readonly pane: Pane;
  /** First line shown of a pane that fills the screen. */
  readonly scroll: number;
  readonly all: boolean;
  readonly paused: boolean;
  readonly filter: string;
  /** The filter is being typed. */
  readonly typing: boolean;
}

/** A key as `node:readline` tells it. */
export interface Key {
  /** The character, where the key has one. */
  readonly text: string;
  readonly name: string;
  readonly ctrl: boolean;
}

/** What is on the screen, as far as keys need to know. */
export interface Surroundings {
  /** Ids of the incidents listed, in order. */
  readonly listed: readonly string[];
  /** Lines that a page of the pane has, and the furthest it scrolls. */
  readonly page: number;
  readonly furthest: number;
}

const MAX_FILTER = 60;

export function firstView(all: boolean): ScreenView {
  return { selected: null, pane: 'overview', scroll: 0, all, paused: false, filter: '', typing: false };
}

/** The view after a key; the same object when the key means nothing. */
export function pressed(view: ScreenView, key: Key, around: Surroundings): ScreenView {
  if (view.typing) return typed(view, key);
  if (key.ctrl) return view;
  const moved = view.pane === 'overview' ? selecting(view, key, around) : scrolling(view, key, around);
  return moved ?? choosing(view, key);
}

function typed(view: ScreenView, key: Key): ScreenView {
  if (key.name === 'escape') return { ...view, filter: '', typing: false };
  if (key.name === 'return' || key.name === 'enter') return { ...view, typing: false };
  if (key.name === 'backspace') return { ...view, filter: [...view.filter].slice(0, -1).join('') };
  if (key.ctrl) return key.name === 'u' ? { ...view, filter: '' } : view;
  if (key.text === '' || /\p{C}/u.test(key.text)) return view;
  return { ...view, filter: `${view.filter}${key.text}`.slice(0, MAX_FILTER), selected: null };
}

/** Lines or rows to move by, or null for a key that does not move. */
function step(key: Key, page: number): number | null {
  switch (key.name) {
    case 'up':
    case 'k':
      return -1;
    case 'down':
    case 'j':
      return 1;
    case 'pageup':
    case 'b':
      return -Math.max(1, page);
    case 'pagedown':
    case 'space':
      return Math.max(1, page);
    case 'home':
      return Number.NEGATIVE_INFINITY;
    case 'end':
      return Number.POSITIVE_INFINITY;
    case 'g':
      return key.text === 'G' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    default:
      return null;
  }
}

function selecting(view: ScreenView, key: Key, { listed }: Surroundings): ScreenView | null {
  const by = step(key, 5);
  if (by === null) return null;
  return { ...view, selected: neighbour(view, listed, by) };
}

function scrolling(view: ScreenView, key: Key, { listed, page, furthest }: Surroundings): ScreenView | null {
  const by = step(key, page - 1);
  if (by !== null) return { ...view, scroll: Math.min(furthest, Math.max(0, Math.min(view.scroll, furthest) + by)) };
  if (view.pane === 'help') return null;
  const aside = key.name === 'right' || key.text === 'n' ? 1 : key.name === 'left' || key.text === 'N' ? -1 : 0;
  return aside === 0 ? null : { ...view, scroll: 0, selected: neighbour(view, listed, aside) };
}

function neighbour(view: ScreenView, listed: readonly string[], by: number): string | null {
  const at = Math.max(0, view.selected === null ? 0 : listed.indexOf(view.selected));
  return listed[Math.min(listed.length - 1, Math.max(0, at + by))] ?? null;
}

function choosing(view: ScreenView, key: Key): ScreenView {
  if (key.name === 'escape') {
    return view.pane === 'overview' ? { ...view, filter: '' } : { ...view, pane: 'overview', scroll: 0 };
  }
  if (key.name === 'return' || key.name === 'enter' || key.text === 'e') return toggled(view, 'explain');
  switch (key.text) {
    case 'f':
      return toggled(view, 'fix');
    case '?':
    case 'h':
      return toggled(view, 'help');
    case 'a':
      return { ...view, all: !view.all };
    case 'p':
      return { ...view, paused: !view.paused };
    case '/':
      return { ...view, pane: 'overview', scroll: 0, typing: true };
    default:
      return view;
  }
}

function toggled(view: ScreenView, pane: Pane): ScreenView {
  return { ...view, pane: view.pane === pane ? 'overview' : pane, scroll: 0 };
}
