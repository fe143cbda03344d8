/**
 * Sends every watcher its pictures: at most 4 a second, one at a time, and none while nobody
 * watches. A watcher that has not taken the last one gets no further one. They have their turns
 * spread over the interval, so that many of them never keep the relay waiting at once, and those
 * who look at the same get one picture together.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { Snapshot, View, Watch } from '../contract.ts';
import { freePlace, turnAfter } from '../core/phases.ts';
import { guarded, reportFault } from './guarded.ts';

const PICTURE_MS = 250;

/** Two pictures that have their turns are never nearer to each other. */
const CLOSE_MS = PICTURE_MS / 2;

type Watcher = {
  /** Those who look at the same. */
  party: Party;
  readonly onSnapshot: (snapshot: Snapshot) => void | Promise<void>;
  /** It has not taken its last picture. */
  busy: boolean;
  /** It wants the next one as soon as it has. */
  again: boolean;
};

/** Watchers with equal views. */
type Party = {
  /** The view as a text. */
  readonly key: string;
  readonly view: View;
  readonly watchers: Set<Watcher>;
  /** Which turns it has. */
  readonly place: number;
  dueAt: number;
};

/** All watchers of one proxy. */
export class Watches {
  readonly #clock: Clock;
  readonly #build: (view: View) => Snapshot;
  readonly #parties = new Map<string, Party>();
  #origin = 0;
  #cancel: Cancel = () => undefined;
  #stopped = false;

  constructor(clock: Clock, build: (view: View) => Snapshot) {
    this.#clock = clock;
    this.#build = build;
  }

  /** See `ProxyControl.watch`. */
  watch(view: View, onSnapshot: (snapshot: Snapshot) => void | Promise<void>): Watch {
    if (this.#stopped) return { look: () => undefined, close: () => undefined };
    const party = this.#partyOf(view);
    const watcher: Watcher = { party, onSnapshot, busy: false, again: false };
    party.watchers.add(watcher);
    this.#plan();
    queueMicrotask(() => this.#show([watcher]));
    return {
      look: (next, later = false) => {
        if (!this.#isHere(watcher)) return;
        this.#leave(watcher);
        watcher.party = this.#partyOf(next);
        watcher.party.watchers.add(watcher);
        this.#plan();
        if (later) return;
        watcher.again = true;
        this.#show([watcher]);
      },
      close: () => {
        this.#leave(watcher);
        this.#plan();
      },
    };
  }

  /** No more pictures for anybody, nor for who comes later. */
  stop(): void {
    this.#stopped = true;
    for (const { watchers } of this.#parties.values()) watchers.clear();
    this.#parties.clear();
    this.#plan();
  }

  /** The one that looks at this, or a new one, whose turns are far from those of the others. */
  #partyOf(view: View): Party {
    const key = JSON.stringify(view);
    const known = this.#parties.get(key);
    if (known !== undefined) return known;
    const now = this.#clock.now();
    // A whole number: with fractions a turn could round to before itself.
    if (this.#parties.size === 0) this.#origin = Math.floor(now);
    const place = freePlace(new Set(Array.from(this.#parties.values(), (each) => each.place)));
    const dueAt = turnAfter(now, place, this.#origin, PICTURE_MS);
    const party: Party = { key, view, watchers: new Set(), place, dueAt };
    this.#parties.set(key, party);
    return party;
  }

  #leave(watcher: Watcher): void {
    const { key, watchers } = watcher.party;
    if (watchers.delete(watcher) && watchers.size === 0) this.#parties.delete(key);
  }

  #isHere(watcher: Watcher): boolean {
    return watcher.party.watchers.has(watcher);
  }

  #next(): Party | null {
    let next: Party | null = null;
    for (const each of this.#parties.values()) {
      if (next === null || each.dueAt < next.dueAt) next = each;
    }
    return next;
  }

  /** Waits for the next turn; where one is due already, sockets are still read before it. */
  #plan(): void {
    this.#cancel();
    this.#cancel = () => undefined;
    const next = this.#next();
    if (next === null) return;
    const ms = next.dueAt - this.#clock.now();
    if (ms > 0) {
      this.#cancel = this.#clock.after(ms, () => this.#turn());
      return;
    }
    const turn = setImmediate(() => this.#turn());
    this.#cancel = () => clearImmediate(turn);
  }

  /** One picture, for whoever is due first. */
  #turn(): void {
    const next = this.#next();
    if (next === null) return;
    // A timer may come a little early; turns that were missed are left out, and so is one that
    // would follow closely on a picture that was late.
    const now = Math.max(this.#clock.now(), next.dueAt);
    next.dueAt = turnAfter(now + CLOSE_MS, next.place, this.#origin, PICTURE_MS);
    this.#show([...next.watchers]);
    this.#plan();
  }

  /** Draws once what they all look at, for those who have taken their last picture. */
  #show(alike: readonly Watcher[]): void {
    const free = alike.filter((each) => !each.busy && this.#isHere(each));
    const [first] = free;
    if (first === undefined) return;
    const { party } = first;
    const picture = guarded(() => this.#build(party.view));
    if (picture === undefined) return;
    for (const each of free) {
      if (each.party === party && this.#isHere(each)) this.#give(each, picture);
    }
  }

  #give(watcher: Watcher, picture: Snapshot): void {
    watcher.again = false;
    const taken = guarded(() => watcher.onSnapshot(picture));
    if (taken === undefined) return;
    watcher.busy = true;
    const free = (): void => {
      watcher.busy = false;
      if (watcher.again) this.#show([watcher]);
    };
    taken.then(free, (error: unknown) => {
      reportFault(error);
      free();
    });
  }
}
