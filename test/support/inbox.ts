/**
 * What arrives, kept in order until somebody asks: events, frames, messages, connections.
 * A test asks for the next one that it cares about and waits only if that has not come yet.
 */
import { type Patience, within } from './within.ts';

type Wait<T> = {
  readonly matches: (item: T) => boolean;
  readonly resolve: (item: T) => void;
  readonly reject: (reason: Error) => void;
};

/** A queue whose items are taken by what they are, not by where they stand. */
export class Inbox<T> {
  readonly #name: string;
  readonly #show: (item: T) => string;
  readonly #all: T[] = [];
  readonly #left: T[] = [];
  readonly #waits = new Set<Wait<T>>();
  #ended: string | null = null;

  /** `name` and `show` are for the message of a wait in vain. */
  constructor(name: string, show: (item: T) => string = (item) => JSON.stringify(item)) {
    this.#name = name;
    this.#show = show;
  }

  /** Everything that ever arrived, taken or not, in order. */
  get all(): readonly T[] {
    return this.#all;
  }

  /** What has arrived and was not taken. */
  get left(): readonly T[] {
    return this.#left;
  }

  /** Hands an item in, to the oldest wait that it matches or to those who ask later. */
  readonly push = (item: T): void => {
    this.#all.push(item);
    for (const wait of this.#waits) {
      if (!wait.matches(item)) continue;
      this.#waits.delete(wait);
      wait.resolve(item);
      return;
    }
    this.#left.push(item);
  };

  /** No more will come: waits fail at once, now and later, with `why`. */
  readonly end = (why: string): void => {
    this.#ended ??= why;
    for (const wait of this.#waits) wait.reject(this.#inVain(why));
    this.#waits.clear();
  };

  /**
   * Takes out the oldest item that matches, waiting for it if need be. Items that do not match
   * stay where they are, so the order in which kinds are asked for does not matter.
   */
  next<U extends T>(
    matches: (item: T) => item is U,
    what?: string,
    patience?: Patience,
  ): Promise<U>;
  next(matches?: (item: T) => boolean, what?: string, patience?: Patience): Promise<T>;
  async next(
    matches: (item: T) => boolean = () => true,
    what = 'the next one',
    patience: Patience = {},
  ): Promise<T> {
    const at = this.#left.findIndex((item) => matches(item));
    if (at >= 0) return this.#left.splice(at, 1)[0]!;
    if (this.#ended !== null) throw this.#inVain(`${what}: ${this.#ended}`);
    let wait: Wait<T> | undefined;
    const item = new Promise<T>((resolve, reject) => {
      wait = { matches, resolve, reject };
      this.#waits.add(wait);
    });
    try {
      return await within(`${this.#name}: ${what}`, item, {
        saw: () => this.#story(),
        ...patience,
      });
    } finally {
      if (wait !== undefined) this.#waits.delete(wait);
    }
  }

  #inVain(why: string): Error {
    return new Error(`${this.#name}: ${why}\n${this.#story()}`);
  }

  /** The last arrivals, one a line. */
  #story(): string {
    if (this.#all.length === 0) return 'nothing has arrived';
    const tail = this.#all.slice(-20).map((item) => `  ${this.#show(item)}`);
    return `${this.#all.length} arrived, ${this.#left.length} not taken, the last:\n${tail.join('\n')}`;
  }
}
