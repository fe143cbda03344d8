/**
 * The one tick of a proxy: at each, all open viewers are looked at and judged. Those whose Ping or
 * pong deadline comes before the next one are looked at again when it has come: an eviction makes
 * room, and Pings that went out all at once would hold up the messages of everybody. It judges
 * after the sockets were polled, so that what arrived while the loop was busy counts first, and by
 * the time before that: while they are polled the loop may be busy, too.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { Suspicion } from './health.ts';
import { readKernelQueues } from './kernel-queues.ts';
import type { Viewer } from './viewer.ts';

/** The time between two ticks: fine enough for short intervals, and at least 4 a second. */
export const tickMsFor = (pingIntervalMs: number): number => Math.min(pingIntervalMs / 4, 250);

/** Steps from one tick to the next; finer ones would cost more than they gain. */
const STEPS = 10;

const judge = (viewer: Viewer, now: number, isSuspect: boolean): void => {
  const { connection } = viewer;
  if (connection === null || viewer.phase !== 'open') return;
  const verdict = connection.health.judge(now, isSuspect);
  if (verdict === 'fine') {
    if (!isSuspect) viewer.observe(now);
  } else if (verdict === 'backend-stuck') connection.lost('backend');
  else viewer.happen({ on: 'evict', cause: verdict });
};

/** Goes round all viewers at every tick. */
export class Rounds {
  readonly #clock: Clock;
  readonly #stepMs: number;
  readonly #viewers: () => Iterable<Viewer>;
  readonly #onRound: () => void;
  readonly #cancel: Cancel;
  /** Who is to be looked at in which step after the round; the last step is the next round. */
  readonly #steps: Viewer[][] = Array.from({ length: STEPS - 1 }, () => []);
  /** How many of them are over. */
  #stepsDone = 0;
  #cancelStep: Cancel | null = null;
  #due = false;
  #tickAt: number;
  #asking = false;
  #roundAt: number;

  /** `onRound` is called at every round, after all viewers. */
  constructor(clock: Clock, tickMs: number, viewers: () => Iterable<Viewer>, onRound: () => void) {
    this.#clock = clock;
    this.#stepMs = tickMs / STEPS;
    this.#viewers = viewers;
    this.#onRound = onRound;
    this.#roundAt = clock.now();
    this.#tickAt = this.#roundAt;
    this.#cancel = clock.every(tickMs, () => {
      this.#tickAt = clock.now();
      if (this.#due) return;
      this.#due = true;
      setImmediate(() => this.#round());
    });
  }

  /** No more rounds. */
  stop(): void {
    this.#cancel();
    this.#cancelStep?.();
    for (const step of this.#steps) step.length = 0;
  }

  #round(): void {
    this.#due = false;
    const now = this.#tickAt;
    const elapsedMs = now - this.#roundAt;
    this.#roundAt = now;
    this.#stepsDone = 0;
    // Whom a late step has not come to is not calm any more.
    for (const step of this.#steps) step.length = 0;
    const suspects: Viewer[] = [];
    const keys = new Set<string>();
    for (const viewer of this.#viewers()) {
      const { connection } = viewer;
      if (connection === null) continue;
      // Who came since the last round is measured as if it had been there all along: a little low.
      connection.rate.count(connection.toViewer.relayed, elapsedMs);
      const calmMs = connection.health.calmMs(now);
      if (calmMs > 0) this.#list(viewer, now + calmMs);
      else {
        const suspicion = this.#visit(viewer, now);
        if (suspicion.length > 0) suspects.push(viewer);
        for (const key of suspicion) keys.add(key);
      }
    }
    this.#await();
    // While the kernel is still being asked, suspects wait for the next round.
    if (suspects.length > 0 && !this.#asking) void this.#ask(suspects, keys);
    this.#onRound();
  }

  /** What the kernel has to be asked of the viewer; its answer may take a while. */
  #visit(viewer: Viewer, now: number): Suspicion {
    const health = viewer.connection?.health;
    if (health === undefined) return [];
    const suspicion = health.look(now);
    // Pings must not wait for the kernel.
    judge(viewer, now, suspicion.length > 0);
    this.#list(viewer, now + health.dueInMs(now));
    return suspicion;
  }

  /** To be looked at in the first step at whose end it is `at`, if that is before the round. */
  #list(viewer: Viewer, at: number): void {
    const step = Math.floor((at - this.#roundAt) / this.#stepMs);
    this.#steps[Math.max(step, this.#stepsDone)]?.push(viewer);
  }

  /** Waits until the next step in which somebody is to be looked at. */
  #await(): void {
    this.#cancelStep?.();
    this.#cancelStep = null;
    const next = this.#steps.findIndex((step) => step.length > 0);
    if (next === -1) return;
    const at = this.#roundAt + (next + 1) * this.#stepMs;
    this.#cancelStep = this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      const now = this.#clock.now();
      setImmediate(() => this.#step(now));
    });
  }

  /** Looks at everybody whose step is over by `now`. */
  #step(now: number): void {
    // Timers may be a moment early.
    const done = Math.round((now - this.#roundAt) / this.#stepMs);
    this.#stepsDone = Math.max(this.#stepsDone, done);
    const viewers = this.#steps.slice(0, this.#stepsDone).flatMap((step) => step.splice(0));
    // Suspects are looked at in the next round again, which asks the kernel.
    for (const viewer of viewers) this.#visit(viewer, now);
    this.#await();
  }

  async #ask(suspects: readonly Viewer[], keys: ReadonlySet<string>): Promise<void> {
    this.#asking = true;
    const queues = await readKernelQueues(keys);
    this.#asking = false;
    const now = this.#clock.now();
    // What the kernel said is of now; what has not arrived may still be in a socket.
    const polledAfter = this.#tickAt;
    for (const viewer of suspects) {
      viewer.connection?.health.confirm(now, queues);
      judge(viewer, polledAfter, false);
    }
  }
}
