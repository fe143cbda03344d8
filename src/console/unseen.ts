/**
 * Keys that would act on what the operator has not seen. Over a slow link, or on a terminal that
 * has stalled, several keys come before the screen has answered the first of them; whom the next
 * one means is then known in here and to nobody else. Such a key is refused: it costs one more.
 */
import type { ViewerId } from '../contract.ts';
import { aimOf } from './aim.ts';
import { lookUp } from './keymap.ts';
import { laneOf } from './lane.ts';
import type { Palette } from './modal.ts';
import { drawnViewers, isReadable } from './selection.ts';
import type { State } from './state.ts';
import { taggedBy } from './tags.ts';

/** Whether the viewer stood on the screen of `shown`: its page, its row, or among the worst. */
const stood = (shown: State, viewer: ViewerId): boolean => {
  const { modal, focus } = shown;
  const hasList = (modal.mode === 'main' || modal.mode === 'filter') && focus === 'viewers';
  return (
    (modal.mode === 'detail' && modal.viewer === viewer) ||
    laneOf(shown).some(({ id }) => id === viewer) ||
    (hasList && isReadable(shown, viewer) && drawnViewers(shown).some(({ id }) => id === viewer))
  );
};

const unseenDigit = (shown: State, state: State, key: string): string | null => {
  const viewer = taggedBy(state.tags, Number(key))?.viewer;
  const seen = viewer === undefined || taggedBy(shown.tags, Number(key))?.viewer === viewer;
  return seen ? null : `${key} was not on the screen: press it again`;
};

const unseenViewer = (shown: State, state: State, key: string): string | null => {
  const aim = aimOf(state);
  if ('trouble' in aim) return null;
  // A held key goes to the viewers and stops there; what another filter, or another picture
  // under a cursor that has moved, has brought up in the same moment has not been seen.
  const isOther =
    state.modal.mode === 'main' &&
    (shown.focus !== 'viewers' ||
      (shown.snapshot !== state.snapshot && shown.viewers.id !== aim.viewer) ||
      shown.filter.text.trim() !== state.filter.text.trim());
  const seen = !isOther && stood(shown, aim.viewer);
  return seen ? null : `${aim.viewer} was not on the screen: press ${key} again`;
};

const unseenInLists = (shown: State, state: State, key: string): string | null => {
  switch (lookUp('main', key)) {
    case 'tag':
      return unseenDigit(shown, state, key);
    case 'evict':
      return state.focus !== 'viewers' || state.marks.length > 0
        ? null
        : unseenViewer(shown, state, key);
    case 'mark':
    case 'keep':
      return state.focus === 'viewers' ? unseenViewer(shown, state, key) : null;
    default:
      return null;
  }
};

const unseenOnPage = (shown: State, state: State, key: string): string | null => {
  const act = lookUp('detail', key);
  if (act === 'tag') return unseenDigit(shown, state, key);
  return act === 'evict' || act === 'keep' ? unseenViewer(shown, state, key) : null;
};

const unseenLine = (shown: State, { filled }: Palette, key: string): string | null => {
  const seen = filled === null || (shown.modal.mode === 'palette' && shown.modal.filled === filled);
  return seen || lookUp('palette', key) !== 'apply'
    ? null
    : 'the line was completed: read it, and press enter again';
};

const unseenQuestion = 'this question was not on the screen: read it first';

/**
 * Why `key` does nothing in `state`, when `shown` was on the screen as it came; null where it
 * means what could be seen.
 */
export const unseenBy = (shown: State, state: State, key: string): string | null => {
  const { modal } = state;
  const before = shown.modal;
  switch (modal.mode) {
    case 'main':
      return unseenInLists(shown, state, key);
    case 'detail':
      return unseenOnPage(shown, state, key);
    case 'palette':
      return unseenLine(shown, modal, key);
    case 'quit':
      return before.mode === 'quit' || lookUp('quit', key) !== 'confirm' ? null : unseenQuestion;
    case 'detach':
      return before.mode === 'detach' || lookUp('detach', key) !== 'leave' ? null : unseenQuestion;
    case 'stop':
      return before.mode === 'stop' || lookUp('stop', key) !== 'confirm' ? null : unseenQuestion;
    case 'drain': {
      const seen = before.mode === 'drain' && before.windowMs === modal.windowMs;
      return seen || lookUp('drain', key) !== 'confirm' ? null : unseenQuestion;
    }
    case 'confirm':
    case 'bulk': {
      const isLetter = modal.mode === 'bulk' && modal.typing;
      const seen = before.mode === modal.mode && before.viewers === modal.viewers;
      return seen || isLetter || lookUp(modal.mode, key) !== 'confirm' ? null : unseenQuestion;
    }
    case 'entry':
      return lookUp('entry', key) === 'tag' ? unseenDigit(shown, state, key) : null;
    case 'cap':
    case 'help':
    case 'filter':
      return null;
    default:
      return modal satisfies never;
  }
};
