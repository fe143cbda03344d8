/**
 * The one tick of a proxy: at each, all open viewers are looked at and judged. Those whose pong
 * deadline comes before the next one are also judged in between, for an eviction makes room. It
 * judges after the sockets were polled, so that what arrived while the loop was busy counts first,
 * and by the time before that: while they are polled the loop may be busy, too.
 */
import type { Cancel, Clock } from '../clock.ts';
import { readKernelQueues } from './kernel-queues.ts';
import type { Viewer } from './viewer.ts';

/** The time between two ticks: fine enough for short intervals, and at least 4 a second. */
export const tickMsFor = (pingIntervalMs: number): number => Math.min(pingIntervalMs / 4, 250);

/** Looks at deadlines from one tick to the next; a finer one would cost more than it gains. */
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

const expiresInMs = ({ connection, phase }: Viewer, now: number): number | null =>
  phase === 'open' ? (connection?.health.expiresInMs(now) ?? null) : null;

/** Goes round all viewers at every tick. */
export class Rounds {
  readonly #clock: Clock;
  readonly #tickMs: number;
  readonly #viewers: () => Iterable<Viewer>;
  readonly #onRound: () => void;
  readonly #cancel: Cancel;
  /** Whose deadline may come before the next round. */
  #expiring: readonly Viewer[] = [];
  #cancelStep: Cancel | null = null;
  #due = false;
  #tickAt: number;
  #asking = false;
  #roundAt: number;

  /** `onRound` is called at every round, after all viewers. */
  constructor(clock: Clock, tickMs: number, viewers: () => Iterable<Viewer>, onRound: () => void) {
    this.#clock = clock;
    this.#tickMs = tickMs;
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
    this.#expiring = [];
  }

  #round(): void {
    this.#due = false;
    const now = this.#tickAt;
    const elapsedMs = now - this.#roundAt;
    this.#roundAt = now;
    const suspects: Viewer[] = [];
    const expiring: Viewer[] = [];
    const keys = new Set<string>();
    for (const viewer of this.#viewers()) {
      const { connection } = viewer;
      if (connection === null) continue;
      // Who came since the last round is measured as if it had been there all along: a little low.
      connection.rate.count(connection.toViewer.relayed, elapsedMs);
      if (connection.health.isCalm(now)) continue;
      const suspicion = connection.health.look(now);
      const isSuspect = suspicion.length > 0;
      if (isSuspect) suspects.push(viewer);
      // The kernel's answer may take a while; Pings must not wait for it.
      judge(viewer, now, isSuspect);
      for (const key of suspicion) keys.add(key);
      const inMs = isSuspect ? null : expiresInMs(viewer, now);
      if (inMs !== null && inMs < this.#tickMs) expiring.push(viewer);
    }
    this.#expiring = expiring;
    this.#step();
    // While the kernel is still being asked, suspects wait for the next round.
    if (suspects.length > 0 && !this.#asking) void this.#ask(suspects, keys);
    this.#onRound();
  }

  /** Waits until the next look at those whose deadline is near. */
  #step(): void {
    this.#cancelStep?.();
    this.#cancelStep = null;
    if (this.#expiring.length === 0) return;
    this.#cancelStep = this.#clock.after(this.#tickMs / STEPS, () => {
      const now = this.#clock.now();
      setImmediate(() => this.#expire(now));
    });
  }

  #expire(now: number): void {
    const left: Viewer[] = [];
    for (const viewer of this.#expiring) {
      const inMs = expiresInMs(viewer, now);
      if (inMs !== null && inMs > 0) left.push(viewer);
      else if (inMs !== null) viewer.happen({ on: 'evict', cause: 'pong-timeout' });
    }
    this.#expiring = left;
    this.#step();
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
