/** How many connections a backend has and had of each session, for "never more than". */
import { within } from './within.ts';

type Count = { open: number; most: number; total: number };

/** Counts connections from their arrival to the end of their socket. */
export class Tally {
  readonly #counts = new Map<string, Count>();
  readonly #waits = new Set<() => void>();

  /** Open now. */
  readonly open = (session: string): number => this.#of(session).open;

  /** The most that were ever open at once. */
  readonly most = (session: string): number => this.#of(session).most;

  /** All that ever came. */
  readonly total = (session: string): number => this.#of(session).total;

  /** Counts one in; what it returns counts it out, once. */
  readonly enter = (session: string): (() => void) => {
    const count = this.#of(session);
    count.open += 1;
    count.total += 1;
    count.most = Math.max(count.most, count.open);
    this.#tell();
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      count.open -= 1;
      this.#tell();
    };
  };

  /** Resolves when `check` holds, looking again at every change. */
  readonly until = async (check: (tally: Tally) => boolean, what: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (check(this)) resolve();
    };
    this.#waits.add(look);
    look();
    try {
      await within(what, promise, { saw: () => JSON.stringify(Object.fromEntries(this.#counts)) });
    } finally {
      this.#waits.delete(look);
    }
  };

  #of(session: string): Count {
    const found = this.#counts.get(session) ?? { open: 0, most: 0, total: 0 };
    this.#counts.set(session, found);
    return found;
  }

  #tell(): void {
    for (const look of this.#waits) look();
  }
}
