/**
 * Whose turn it is where only so many may be at something at once: oldest first, and whoever
 * goes before its turn has come gives its place up.
 */
export class Turns<T> {
  readonly #most: number;
  readonly #having = new Set<T>();
  readonly #waiting = new Set<T>();

  /** `most` have their turn at once, at least 1. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How many have their turn. */
  get having(): number {
    return this.#having.size;
  }

  /** How many wait for theirs. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Asks for a turn: true, it has it now; false, it waits. Nobody overtakes those who wait. */
  ask(one: T): boolean {
    const isFree = this.#having.size < this.#most && this.#waiting.size === 0;
    if (isFree) this.#having.add(one);
    else this.#waiting.add(one);
    return isFree;
  }

  /** Gives up its turn or its place; who has neither changes nothing. */
  leave(one: T): void {
    this.#having.delete(one);
    this.#waiting.delete(one);
  }

  /** The oldest of those who wait, whose turn it is from now on; null while there is none. */
  next(): T | null {
    if (this.#having.size >= this.#most) return null;
    for (const one of this.#waiting) {
      this.#waiting.delete(one);
      this.#having.add(one);
      return one;
    }
    return null;
  }
}
