/**
 * What operators have armed and nobody has carried out yet, so that a console that comes late
 * sees it too. Each console keeps its own countdown; this is only what it has said of it.
 */
import type { ViewerId } from '../contract.ts';

/** More than that are not kept; they are in the events all the same. */
const MOST = 10_000;

/** So long after it was due an eviction may still be on its way, in milliseconds. */
const GRACE_MS = 1_000;

/**
 * Of a name: it is in every picture, as often as there are viewers. There is room for that of a
 * token and, beside it, of who has it.
 */
const MOST_ACTOR = 200;

type Due = { readonly actor: string; readonly dueAt: number };

/** One eviction that is still to come. */
export type Pending = {
  readonly viewer: ViewerId;
  readonly actor: string;
  /** 0 where it is due. */
  readonly leftMs: number;
};

/** The armed evictions of one proxy. */
export class Armings {
  /** In the order in which viewers were armed; no list is empty. */
  readonly #dues = new Map<ViewerId, readonly Due[]>();
  #count = 0;

  /** Somebody is about to evict these viewers; again, with another time, is a new time. */
  arm(viewers: readonly ViewerId[], by: string, dueAt: number): void {
    this.undo(viewers, by);
    const actor = by.slice(0, MOST_ACTOR);
    for (const viewer of viewers.slice(0, Math.max(0, MOST - this.#count))) {
      this.#dues.set(viewer, [...(this.#dues.get(viewer) ?? []), { actor, dueAt }]);
      this.#count += 1;
    }
  }

  /** Not by this one, after all. */
  undo(viewers: Iterable<ViewerId>, by: string): void {
    const actor = by.slice(0, MOST_ACTOR);
    for (const viewer of viewers) this.#keep(viewer, (due) => due.actor !== actor);
  }

  /** The viewer has given its slot back. */
  gone(viewer: ViewerId): void {
    this.#keep(viewer, () => false);
  }

  /**
   * What is armed at `now`: how much there is, and up to `most` of it, that of `first` ahead of
   * the rest.
   */
  at(
    now: number,
    first: Iterable<ViewerId>,
    most: number,
  ): { readonly count: number; readonly first: readonly Pending[] } {
    for (const viewer of this.#dues.keys()) this.#keep(viewer, (due) => now < due.dueAt + GRACE_MS);
    if (this.#count === 0) return { count: 0, first: [] };
    const found: Pending[] = [];
    for (const viewer of new Set([...first, ...this.#dues.keys()])) {
      for (const { actor, dueAt } of this.#dues.get(viewer) ?? []) {
        if (found.length === most) return { count: this.#count, first: found };
        found.push({ viewer, actor, leftMs: Math.max(0, dueAt - now) });
      }
    }
    return { count: this.#count, first: found };
  }

  #keep(viewer: ViewerId, isKept: (due: Due) => boolean): void {
    const before = this.#dues.get(viewer);
    if (before === undefined) return;
    const after = before.filter(isKept);
    if (after.length === before.length) return;
    this.#count -= before.length - after.length;
    if (after.length === 0) this.#dues.delete(viewer);
    else this.#dues.set(viewer, after);
  }
}
