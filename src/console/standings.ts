/**
 * The viewers of an open question: as they were when it was asked, and as they are now. A
 * picture that was asked for before the question says nothing about who is missing in it.
 */
import type { ViewerId, ViewerRow } from '../contract.ts';
import type { BulkDialog, ConfirmDialog, Frozen } from './modal.ts';
import { isBad, rowsNow } from './sight.ts';
import type { State } from './state.ts';

/** A viewer of a question as it is now. */
export type Standing = {
  readonly id: ViewerId;
  /** The newest that is known; null where nothing ever was. */
  readonly row: ViewerRow | null;
  readonly gone: boolean;
  /** It was late, expiring or stuck when the question was asked, and is well. */
  readonly recovered: boolean;
};

/** The viewers as they are at this moment, for a question about them. */
export const frozen = (state: State, viewers: readonly ViewerId[]): readonly Frozen[] => {
  const rows = rowsNow(state);
  return viewers.map((id): Frozen => ({ id, row: rows.get(id) ?? null }));
};

/** The viewers of the question as they are now, in the order in which they were asked about. */
export const standings = (
  state: State,
  { viewers, unsure }: Pick<BulkDialog | ConfirmDialog, 'viewers' | 'unsure'>,
): readonly Standing[] => {
  const rows = rowsNow(state);
  return (viewers ?? []).map(({ id, row }): Standing => {
    const now = rows.get(id);
    return {
      id,
      row: now ?? row,
      gone: now === undefined && unsure === 0,
      recovered: now?.state === 'ok' && row !== null && isBad(row),
    };
  });
};

/** Those of the question that are still there. */
export const stillThere = (
  state: State,
  question: Pick<BulkDialog | ConfirmDialog, 'viewers' | 'unsure'>,
): readonly ViewerId[] =>
  standings(state, question)
    .filter(({ gone }) => !gone)
    .map(({ id }) => id);

/** The state when a picture comes: after some, a viewer that is missing in it is gone. */
export const seenByQuestion = (state: State): State => {
  const { modal } = state;
  const isAsked = modal.mode === 'confirm' || (modal.mode === 'bulk' && modal.viewers !== null);
  return isAsked && modal.unsure > 0
    ? { ...state, modal: { ...modal, unsure: modal.unsure - 1 } }
    : state;
};
