/**
 * Sends every watcher its pictures: at most 4 a second, one at a time, and none while nobody
 * watches. A watcher that has not taken the last one gets no further one.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { Snapshot, View, Watch } from '../contract.ts';

const PICTURE_MS = 250;

/** All watchers of one proxy. */
export class Watches {
  readonly #clock: Clock;
  readonly #build: (view: View) => Snapshot;
  readonly #senders = new Set<() => void>();
  #cancel: Cancel | null = null;

  constructor(clock: Clock, build: (view: View) => Snapshot) {
    this.#clock = clock;
    this.#build = build;
  }

  /** See `ProxyControl.watch`. */
  watch(view: View, onSnapshot: (snapshot: Snapshot) => void | Promise<void>): Watch {
    let current = view;
    let busy = false;
    let again = false;
    const send = (): void => {
      if (!this.#senders.has(send)) return;
      if (busy) return;
      again = false;
      const taken = onSnapshot(this.#build(current));
      if (taken === undefined) return;
      busy = true;
      const free = (): void => {
        busy = false;
        if (again) send();
      };
      taken.then(free, free);
    };
    this.#senders.add(send);
    this.#cancel ??= this.#clock.every(PICTURE_MS, () => {
      for (const each of this.#senders) each();
    });
    queueMicrotask(send);
    return {
      look: (next) => {
        current = next;
        again = true;
        send();
      },
      close: () => {
        this.#senders.delete(send);
        if (this.#senders.size === 0) this.stop();
      },
    };
  }

  /** No more pictures for anybody. */
  stop(): void {
    this.#senders.clear();
    this.#cancel?.();
    this.#cancel = null;
  }
}
