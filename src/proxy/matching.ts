/** Holds a filter against viewers: each figure is worked out only where a term asks for it. */
import type { Filter, SessionState } from '../contract.ts';
import { matcherOf, type Filterable } from '../core/filtering.ts';
import { leftOf, queuedOf, rateOf, rttOf } from './figures.ts';
import type { Viewer } from './viewer.ts';

class Sight implements Filterable {
  readonly #viewer: Viewer;
  readonly #now: number;
  readonly sessionState: SessionState;

  constructor(viewer: Viewer, sessionState: SessionState, now: number) {
    this.#viewer = viewer;
    this.sessionState = sessionState;
    this.#now = now;
  }

  get id(): Filterable['id'] {
    return this.#viewer.id;
  }

  get session(): Filterable['session'] {
    return this.#viewer.slot.session;
  }

  get who(): string | null {
    return this.#viewer.who;
  }

  get remote(): string {
    return this.#viewer.remote;
  }

  get state(): Filterable['state'] {
    return this.#viewer.state;
  }

  get rttMs(): number | null {
    return rttOf(this.#viewer);
  }

  get ageMs(): number {
    return this.#now - this.#viewer.arrivedAt;
  }

  get leftMs(): number | null {
    return leftOf(this.#viewer, this.#now);
  }

  get queuedBytes(): number {
    return queuedOf(this.#viewer);
  }

  get rate(): number {
    return rateOf(this.#viewer);
  }
}

/** Whether a viewer, in a session of that state, is wanted. */
export type Wanted = (viewer: Viewer, sessionState: SessionState) => boolean;

/** Tells who meets `filter` at the time `now`; null where everybody does. */
export const wantedBy = (filter: Filter, now: number): Wanted | null => {
  const matches = matcherOf(filter);
  if (matches === null) return null;
  return (viewer, sessionState) => matches(new Sight(viewer, sessionState, now));
};
