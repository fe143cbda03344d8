/** Whose rows the console wants in every picture, wherever they stand in the lists. */
import type { ViewerId } from '../contract.ts';
import type { State } from './state.ts';

/** Most that a proxy follows; more rows than this would make every picture heavy. */
const most = 1000;

/** Viewers that something here is bound to, those whose rows decide something first. */
const wanted = ({ tags, armed, marks, modal }: State): readonly ViewerId[] => {
  const holders = modal.mode === 'entry' ? modal.entry.holders : [];
  const open = modal.mode === 'bulk' || modal.mode === 'confirm' ? (modal.viewers ?? []) : [];
  const all = [
    ...open.map(({ id }) => id),
    ...holders.map(({ viewer }) => viewer),
    ...tags.map(({ viewer }) => viewer),
    ...armed.map(({ viewer }) => viewer),
    ...marks,
  ];
  return [...new Set(all)];
};

/** What to ask for. */
export const followedIn = (state: State): readonly ViewerId[] => wanted(state).slice(0, most);

/** Whether everybody that is wanted is asked for, so that a row that is missing means something. */
export const followsAll = (state: State): boolean => wanted(state).length <= most;
