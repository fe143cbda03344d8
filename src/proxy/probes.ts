/**
 * Asks the late viewers of a full session whether they live, for the newcomers that wait, and
 * evicts those who do not answer, as many as there are newcomers. It judges after the sockets
 * were polled, so that an answer that came while the loop was busy counts, and after the kernel
 * was asked where its word is needed.
 */
import type { Cancel, Clock } from '../clock.ts';
import type { SessionId } from '../contract.ts';
import type { SocketQueue } from '../core/socket-queues.ts';
import { readKernelQueues } from './kernel-queues.ts';
import type { Viewer } from './viewer.ts';

/** Viewers of a session that are asked at once: as many newcomers as may wait for it. */
const MOST_ASKED = 64;

/** What the probes are told, and whom they tell. */
export type ProbeParts = {
  readonly clock: Clock;
  /** How long a viewer has to show life. */
  readonly waitMs: number;
  /** The shortest time from one look at all viewers of a session to the next. */
  readonly tickMs: number;
  readonly viewersOf: (session: SessionId) => Iterable<Viewer>;
  /** Whether a slot of that session, given back now, would go to somebody who waits for it. */
  readonly isAwaited: (session: SessionId) => boolean;
  /** Some viewers of that session have been judged, or have answered. */
  readonly judged: (session: SessionId) => void;
};

type Asked = {
  lookedAt: number;
  /** When each of those who were asked is judged. */
  readonly due: Map<Viewer, number>;
  cancel: Cancel | null;
  judging: boolean;
};

const silentMs = ({ connection }: Viewer, now: number): number =>
  connection?.health.liveness.silentMs(now) ?? 0;

/** The questions that are open in all sessions. */
export class Probes {
  readonly #parts: ProbeParts;
  readonly #sessions = new Map<SessionId, Asked>();

  constructor(parts: ProbeParts) {
    this.#parts = parts;
  }

  /** Asks; returns when the last of those who were asked is judged, or null: nobody was. */
  ask(session: SessionId): number | null {
    const { clock, tickMs, waitMs } = this.#parts;
    const now = clock.now();
    const asked = this.#of(session);
    // Viewers become late at ticks; a storm of newcomers must not look at everybody each time.
    if (now - asked.lookedAt >= tickMs) {
      asked.lookedAt = now;
      for (const viewer of this.#lateOf(session, asked, now)) {
        const heard = (): void => this.#heard(session, viewer);
        const since = viewer.connection?.health.probe(now, heard) ?? null;
        if (since !== null) asked.due.set(viewer, since + waitMs);
      }
      this.#arm(session, asked);
    }
    return asked.due.size === 0 ? null : Math.max(...asked.due.values());
  }

  /** When the next viewer of the session is judged; null: nobody was asked. */
  nextAt(session: SessionId): number | null {
    const due = this.#sessions.get(session)?.due;
    return due === undefined || due.size === 0 ? null : Math.min(...due.values());
  }

  /** A viewer gave its slot back; where that was the last one, nothing is left of the session. */
  left(viewer: Viewer, wasLast: boolean): void {
    const { session } = viewer.slot;
    const asked = this.#sessions.get(session);
    if (asked === undefined) return;
    asked.due.delete(viewer);
    if (asked.due.size === 0) this.#disarm(asked);
    if (wasLast) this.#sessions.delete(session);
  }

  #of(session: SessionId): Asked {
    const found = this.#sessions.get(session);
    if (found !== undefined) return found;
    const lookedAt = Number.NEGATIVE_INFINITY;
    const asked: Asked = { lookedAt, due: new Map(), cancel: null, judging: false };
    this.#sessions.set(session, asked);
    return asked;
  }

  /** Those who are not asked yet, the longest silent first. */
  #lateOf(session: SessionId, { due }: Asked, now: number): readonly Viewer[] {
    const late: Viewer[] = [];
    for (const viewer of this.#parts.viewersOf(session)) {
      if (viewer.phase !== 'open' || due.has(viewer)) continue;
      if (viewer.connection?.health.mayBeAsked(now) === true) late.push(viewer);
    }
    late.sort((a, b) => silentMs(b, now) - silentMs(a, now));
    return late.slice(0, Math.max(0, MOST_ASKED - due.size));
  }

  #heard(session: SessionId, viewer: Viewer): void {
    const asked = this.#sessions.get(session);
    if (asked?.due.delete(viewer) !== true) return;
    if (asked.due.size === 0) this.#disarm(asked);
    this.#parts.judged(session);
  }

  #arm(session: SessionId, asked: Asked): void {
    this.#disarm(asked);
    if (asked.due.size === 0 || asked.judging) return;
    const { clock } = this.#parts;
    const inMs = Math.min(...asked.due.values()) - clock.now();
    const judge = (): void => {
      asked.cancel = null;
      asked.judging = true;
      setImmediate(() => void this.#judge(session, asked));
    };
    // Who was asked for somebody that has left since may have had its time already.
    if (inMs <= 0) judge();
    else asked.cancel = clock.after(inMs, judge);
  }

  #disarm(asked: Asked): void {
    asked.cancel?.();
    asked.cancel = null;
  }

  async #judge(session: SessionId, asked: Asked): Promise<void> {
    const { clock, isAwaited, judged } = this.#parts;
    // A timer may be a moment early.
    const over = clock.now() + 1;
    const due = [...asked.due].filter(([, at]) => at <= over).map(([viewer]) => viewer);
    const keys = new Set<string>();
    for (const { connection } of due) {
      const key = connection?.health.probeKey ?? null;
      if (key !== null) keys.add(key);
    }
    const queues = keys.size === 0 ? new Map<string, SocketQueue>() : await readKernelQueues(keys);
    asked.judging = false;
    const now = clock.now();
    due.sort((a, b) => silentMs(b, now) - silentMs(a, now));
    for (const viewer of due) {
      // Whoever answered or left meanwhile is not in question any more.
      if (!asked.due.delete(viewer) || viewer.phase !== 'open' || !isAwaited(session)) continue;
      if (viewer.connection?.health.failsProbe(now, queues) !== true) continue;
      viewer.happen({ on: 'evict', cause: 'pong-timeout' });
    }
    this.#arm(session, asked);
    judged(session);
  }
}
