/**
 * Sends every watcher its pictures: at most 4 a second, one at a time, and none while nobody
 * watches. A watcher that has not taken the last one gets no further one.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { Snapshot, View, Watch } from '../contract.ts';
import { guarded, reportFault } from './guarded.ts';

const PICTURE_MS = 250;

/** All watchers of one proxy. */
export class Watches {
  readonly #clock: Clock;
  readonly #build: (view: View) => Snapshot;
  readonly #senders = new Set<() => void>();
  #cancel: Cancel | null = null;
  #stopped = false;

  constructor(clock: Clock, build: (view: View) => Snapshot) {
    this.#clock = clock;
    this.#build = build;
  }

  /** See `ProxyControl.watch`. */
  watch(view: View, onSnapshot: (snapshot: Snapshot) => void | Promise<void>): Watch {
    if (this.#stopped) return { look: () => undefined, close: () => undefined };
    let current = view;
    let busy = false;
    let again = false;
    const send = (): void => {
      if (busy || !this.#senders.has(send)) return;
      again = false;
      const taken = guarded(() => onSnapshot(this.#build(current)));
      if (taken === undefined) return;
      busy = true;
      const free = (): void => {
        busy = false;
        if (again) send();
      };
      taken.then(free, (error: unknown) => {
        reportFault(error);
        free();
      });
    };
    this.#senders.add(send);
    this.#cancel ??= this.#clock.every(PICTURE_MS, () => {
      for (const each of this.#senders) each();
    });
    queueMicrotask(send);
    return {
      look: (next, later = false) => {
        current = next;
        if (later) return;
        again = true;
        send();
      },
      close: () => {
        this.#senders.delete(send);
        if (this.#senders.size === 0) this.#rest();
      },
    };
  }

  /** No more pictures for anybody, nor for who comes later. */
  stop(): void {
    this.#stopped = true;
    this.#senders.clear();
    this.#rest();
  }

  #rest(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
