/**
 * A map whose oldest entry is always at hand. A `Map` knows the order too, but where the oldest
 * keep being taken out, looking for the first one steps over all the places they have left.
 */

type Entry<Key, Value> = {
  readonly key: Key;
  readonly value: Value;
  older: Entry<Key, Value> | null;
  newer: Entry<Key, Value> | null;
};

/** Entries by key, in the order in which they were last set. */
export class OldestFirst<Key, Value> {
  readonly #byKey = new Map<Key, Entry<Key, Value>>();
  #oldest: Entry<Key, Value> | null = null;
  #newest: Entry<Key, Value> | null = null;

  /** How many there are. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The one that was set longest ago; null where there is none. */
  get oldest(): { readonly key: Key; readonly value: Value } | null {
    return this.#oldest;
  }

  /** All of them, the oldest first. */
  *[Symbol.iterator](): Generator<readonly [Key, Value], void> {
    for (let entry = this.#oldest; entry !== null; entry = entry.newer) {
      yield [entry.key, entry.value];
    }
  }

  /** The value of a key. */
  get(key: Key): Value | undefined {
    return this.#byKey.get(key)?.value;
  }

  /** Sets a value, as the newest, also where the key is known. */
  set(key: Key, value: Value): void {
    this.delete(key);
    const entry: Entry<Key, Value> = { key, value, older: this.#newest, newer: null };
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    this.#byKey.set(key, entry);
  }

  /** Takes an entry out; false where there is none. */
  delete(key: Key): boolean {
    const entry = this.#byKey.get(key);
    if (entry === undefined) return false;
    this.#byKey.delete(key);
    const { older, newer } = entry;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    return true;
  }
}
