/**
 * Judges one open connection at each tick: is the viewer heard of, does it take what waits for
 * it, does the backend. A verdict that rests on what the kernel holds is given only after the
 * kernel was asked.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Liveness, type LivenessRules } from '../core/liveness.ts';
import { Peaks } from '../core/trace.ts';
import { stuckAfterMs, WriteWatch } from '../core/write-watch.ts';
import { pingFrame } from './control-frame.ts';
import { kernelKey } from './kernel-queues.ts';
import type { Direction } from './relay.ts';

/** What a connection is to be ended for. */
export type HealthVerdict = 'fine' | 'pong-timeout' | 'write-timeout' | 'backend-stuck';

/** What is to be known before a verdict: the kernel's queues under these keys. */
export type Suspicion = readonly string[];

type Ends = {
  readonly viewer: Socket;
  readonly backend: Socket;
  readonly toViewer: Direction;
  readonly toBackend: Direction;
};

type Rules = LivenessRules & { readonly writeTimeoutMs: number };

/** The health of one open viewer; all times are milliseconds of one monotonic clock. */
export class Health {
  readonly liveness: Liveness;
  readonly #ends: Ends;
  readonly #rules: Rules;
  readonly #now: () => number;
  readonly #viewerWrites = new WriteWatch();
  readonly #backendWrites = new WriteWatch();
  readonly #viewerKey: string | null;
  readonly #backendKey: string | null;
  /** Bytes that were last seen to wait ahead of an answer that is overdue. */
  #aheadBytes = 0;
  #backendHeardAt: number;
  readonly #queues: Peaks;
  #keptUntil = Number.NEGATIVE_INFINITY;
  /** Where our last Ping ends in the bytes written to the viewer. */
  #pingEndsAt = 0;

  /** `phase`: see `Liveness`. */
  constructor(ends: Ends, rules: Rules, now: () => number, phase: number) {
    this.#ends = ends;
    this.#rules = rules;
    this.#now = now;
    this.liveness = new Liveness(rules, now(), phase);
    this.#viewerKey = kernelKey(ends.viewer);
    this.#backendKey = kernelKey(ends.backend);
    this.#backendHeardAt = now();
    this.#queues = new Peaks(now());
  }

  /** Until then no deadline evicts the viewer. */
  keepUntil(until: number): void {
    this.#keptUntil = until;
  }

  /** The most bytes that waited in each step of the last five minutes; see `Peaks`. */
  queues(now: number): readonly number[] {
    return this.#queues.values(now);
  }

  /** Bytes that wait for the viewer, the kernel's share included where it is known. */
  get queuedBytes(): number {
    return this.#ends.viewer.writableLength + this.#viewerWrites.kernelBytes;
  }

  /** How long data has waited for the viewer without any being taken. */
  stuckMs(now: number): number {
    return this.#viewerWrites.waitedMs(now);
  }

  /** The state to show: stuck outranks silence, because Pings queue behind the data. */
  state(now: number): 'ok' | 'late' | 'expiring' | 'stuck' {
    const stuck = this.stuckMs(now) >= stuckAfterMs(this.#rules.writeTimeoutMs);
    return stuck ? 'stuck' : this.liveness.state(now);
  }

  /** A byte came from the backend, or the proxy reads it again. */
  backendHeard(now: number): void {
    this.#backendHeardAt = now;
  }

  /** Looks at Node's counters and says what the kernel has to be asked before `judge`. */
  look(now: number): Suspicion {
    const { viewer, backend } = this.#ends;
    const keys: string[] = [];
    const unheard = this.#isUnheard(now);
    if (!unheard) this.#aheadBytes = 0;
    const inNode = viewer.writableLength;
    const waiting = Math.max(inNode, this.#aheadBytes);
    const seen = this.#viewerWrites.look(now, waiting, viewer.bytesWritten - inNode, inNode);
    if ((seen === 'suspect' || unheard) && this.#viewerKey !== null) keys.push(this.#viewerKey);
    if (this.#viewerKey === null) this.#weighAhead(now, 0);
    const theirs = this.#backendWrites.look(
      now,
      backend.writableLength,
      backend.bytesWritten - backend.writableLength,
    );
    if (theirs === 'suspect' && this.#backendKey !== null) keys.push(this.#backendKey);
    this.#queues.sample(now, this.queuedBytes);
    return keys;
  }

  /** Takes in what the kernel holds, for whichever of the suspected keys it could be told. */
  confirm(now: number, queues: ReadonlyMap<string, number>): void {
    const viewer = this.#viewerKey === null ? undefined : queues.get(this.#viewerKey);
    if (viewer !== undefined) {
      this.#viewerWrites.confirm(now, viewer);
      this.#queues.sample(now, this.queuedBytes);
    }
    // Without the kernel's word, what waits in Node is all that is known.
    this.#weighAhead(now, viewer ?? 0);
    const backend = this.#backendKey === null ? undefined : queues.get(this.#backendKey);
    if (backend !== undefined) this.#backendWrites.confirm(now, backend);
  }

  /**
   * The verdict, and a Ping to the viewer where one is due. With `isSuspect`, before the kernel
   * was asked: only what does not rest on its word.
   */
  judge(now: number, isSuspect: boolean): HealthVerdict {
    const { toViewer } = this.#ends;
    const { writeTimeoutMs, pongTimeoutMs } = this.#rules;
    const isKept = now < this.#keptUntil;
    if (!isSuspect) {
      const isFull = this.#viewerWrites.waitedMs(now) >= writeTimeoutMs;
      if (isFull && !isKept) return 'write-timeout';
      if (this.#backendWrites.waitedMs(now) >= writeTimeoutMs) return 'backend-stuck';
    }
    const cutOff = !toViewer.atBoundary && !toViewer.isPaused;
    if (cutOff && now - this.#backendHeardAt >= pongTimeoutMs) return 'backend-stuck';
    const verdict = this.liveness.tick(now, isKept);
    if (verdict === 'expired') return isSuspect ? 'fine' : 'pong-timeout';
    if (verdict === 'ping') this.#ping(now);
    return 'fine';
  }

  /** None while another still waits in Node: a viewer that is kept may read nothing for an hour. */
  #ping(now: number): void {
    const { toViewer, viewer } = this.#ends;
    if (toViewer.written - viewer.writableLength < this.#pingEndsAt) return;
    const payload = randomBytes(8);
    const frame = pingFrame(payload);
    if (!toViewer.atBoundary && !this.liveness.isAsked) this.liveness.hold(now);
    toViewer.insert(frame, () => {
      const startsAt = toViewer.written;
      this.#pingEndsAt = startsAt + frame.length;
      this.liveness.pinged(payload, this.#now(), startsAt, this.#pingEndsAt);
    });
  }

  /** Silent for too long, and not proven to have been reached by a Ping since its last life. */
  #isUnheard(now: number): boolean {
    const { isAsked, unprovenPing } = this.liveness;
    return (unprovenPing !== null || !isAsked) && this.liveness.state(now) !== 'ok';
  }

  /**
   * Whether bytes ahead of the unanswered Ping still wait to be acknowledged; where none could
   * be put in, whether any bytes do.
   */
  #weighAhead(now: number, kernel: number): void {
    if (!this.#isUnheard(now)) return;
    const { viewer, toViewer } = this.#ends;
    const startsAt = this.liveness.unprovenPing?.startsAt ?? toViewer.written;
    const sinceThePing = toViewer.written - startsAt;
    this.#aheadBytes = Math.max(0, viewer.writableLength + kernel - sinceThePing);
    if (this.#aheadBytes > 0) this.liveness.hold(now);
  }
}
