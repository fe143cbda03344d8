/**
 * Those who are here, oldest first. A `Map` or a `Set` that many enter and leave throws its table
 * away every few dozen times, and the old table still names everybody who was in it then. V8 moves
 * what lives for a while to where it seldom collects; from there such a table keeps all of them,
 * with all that hangs on them, from being collected where that is cheap. Here a place forgets
 * whoever leaves it.
 */

/** Where one stands; given back to leave. */
export type Place<One> = {
  /** Null from when it is left. */
  one: One | null;
  older: Place<One> | null;
  newer: Place<One> | null;
};

/** The place that comes next. */
type Cursor<One> = { next: Place<One> | null };

/** A crowd as those see it who may only look. */
export type ReadonlyCrowd<One> = Iterable<One> & { readonly size: number };

/** A crowd that is joined and left at the same cost, however many there are. */
export class Crowd<One extends object> implements ReadonlyCrowd<One> {
  #oldest: Place<One> | null = null;
  #newest: Place<One> | null = null;
  #size = 0;
  /** Of those who go through the crowd now. */
  #cursors: readonly Cursor<One>[] = [];

  /** How many are here. */
  get size(): number {
    return this.#size;
  }

  /** Comes in as the newest. */
  add(one: One): Place<One> {
    const place: Place<One> = { one, older: this.#newest, newer: null };
    if (this.#newest === null) this.#oldest = place;
    else this.#newest.newer = place;
    this.#newest = place;
    this.#size += 1;
    return place;
  }

  /** Leaves; false where that place was left before. */
  leave(place: Place<One>): boolean {
    if (place.one === null) return false;
    const { older, newer } = place;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    for (const cursor of this.#cursors) if (cursor.next === place) cursor.next = newer;
    place.one = null;
    place.older = null;
    place.newer = null;
    this.#size -= 1;
    return true;
  }

  /** Whoever leaves meanwhile is passed over; whoever comes is called, unless the last was. */
  *[Symbol.iterator](): Generator<One, void> {
    const cursor: Cursor<One> = { next: this.#oldest };
    this.#cursors = [...this.#cursors, cursor];
    try {
      while (cursor.next !== null) {
        const { one, newer } = cursor.next;
        cursor.next = newer;
        if (one !== null) yield one;
      }
    } finally {
      this.#cursors = this.#cursors.filter((each) => each !== cursor);
    }
  }
}
