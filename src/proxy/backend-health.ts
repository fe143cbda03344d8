/**
 * The backend's half of a connection's health: does it take what waits for it, is it heard of,
 * and its Pings. What rests on the kernel's word is said only after the kernel was asked.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { BackendLiveness } from '../core/backend-liveness.ts';
import type { LivenessRules } from '../core/liveness.ts';
import type { SocketQueue } from '../core/socket-queues.ts';
import { reachOf, WriteWatch } from '../core/write-watch.ts';
import { pingFrame } from './control-frame.ts';
import { kernelKey } from './kernel-queues.ts';
import type { Direction } from './relay.ts';

type Ends = {
  readonly backend: Socket;
  readonly toViewer: Direction;
  readonly toBackend: Direction;
};

/** `pingIntervalMs` is that of the backend; 0: no Pings. */
export type BackendRules = LivenessRules & { readonly writeTimeoutMs: number };

/** The health of one open backend; all times are milliseconds of one monotonic clock. */
export class BackendHealth {
  readonly #ends: Ends;
  readonly #writeTimeoutMs: number;
  readonly #now: () => number;
  readonly #liveness: BackendLiveness;
  readonly #writes = new WriteWatch();
  /** Bytes that were last seen to wait ahead of an answer that is overdue. */
  #aheadBytes = 0;
  /** Where our last Ping ends in the bytes written to the backend. */
  #pingEndsAt = 0;

  /** `phase`: see `BackendLiveness`. */
  constructor(ends: Ends, rules: BackendRules, now: () => number, phase: number) {
    this.#ends = ends;
    this.#writeTimeoutMs = rules.writeTimeoutMs;
    this.#now = now;
    this.#liveness = new BackendLiveness(rules, now(), phase);
  }

  /** The proxy reads the backend again. */
  resumed(now: number): void {
    this.#heard.life(now);
  }

  /** A Pong came: true where it answers one of ours and is not to be passed on. */
  pong(payload: Buffer): boolean {
    return this.#heard.pong(payload);
  }

  /** A Ping of the viewer's own was passed on, in a frame of `size` bytes. */
  viewerPinged(payload: Buffer, now: number, size: number): void {
    this.#heard.viewerPinged(payload, now, this.#ends.toBackend.written - size);
  }

  /** Looks at Node's counters; the key to ask the kernel about before `judge`, or null. */
  look(now: number): string | null {
    const { backend, toBackend } = this.#ends;
    const unreached = this.#unreached(now);
    if (unreached === null) this.#aheadBytes = 0;
    const inNode = toBackend.weigh();
    const waiting = Math.max(inNode, this.#aheadBytes);
    const seen = this.#writes.look(now, waiting, toBackend.written - inNode, inNode);
    if (seen !== 'suspect' && unreached === null) return null;
    const key = kernelKey(backend);
    if (key === null) this.#weighAhead(now, 0);
    return key;
  }

  /** Takes in what the kernel holds, where it could be told. */
  confirm(now: number, queues: ReadonlyMap<string, SocketQueue>): void {
    const queued = queues.get(kernelKey(this.#ends.backend) ?? '')?.bytes;
    if (queued !== undefined) this.#writes.confirm(now, queued);
    // Without the kernel's word, what waits in Node is all that is known.
    this.#weighAhead(now, queued ?? 0);
  }

  /**
   * Whether the backend is given up; puts a Ping in where one is due. With `isSuspect`, before
   * the kernel was asked, nobody is given up who may have been out of a Ping's reach.
   */
  judge(now: number, isSuspect: boolean): 'fine' | 'backend-stuck' {
    const { toViewer } = this.#ends;
    if (!isSuspect && this.#writes.waitedMs(now) >= this.#writeTimeoutMs) return 'backend-stuck';
    const midFrame = !toViewer.atBoundary;
    const verdict = this.#heard.tick(now, { paused: toViewer.isPaused, midFrame });
    if (verdict === 'ping') this.#ping();
    if (verdict !== 'lost') return 'fine';
    return isSuspect && this.#unreached(now) !== null ? 'fine' : 'backend-stuck';
  }

  /**
   * Until then no look is needed, as long as nothing waits for the backend and the viewer does not
   * ping it.
   */
  get calmUntil(): number {
    return this.#heard.calmUntil;
  }

  /** See `BackendLiveness`. */
  get pingAt(): number {
    return this.#heard.pingAt;
  }

  /** The liveness, with all that was heard of the backend up to now. */
  get #heard(): BackendLiveness {
    const heardAt = this.#ends.toViewer.takeHeard();
    if (heardAt !== null) this.#liveness.life(heardAt);
    return this.#liveness;
  }

  /** None while another still waits in Node: a backend that reads nothing gets one at most. */
  #ping(): void {
    const { toBackend, backend } = this.#ends;
    if (toBackend.written - backend.writableLength < this.#pingEndsAt) return;
    const payload = randomBytes(8);
    const frame = pingFrame(payload, true);
    toBackend.insert(frame, () => {
      const startsAt = toBackend.written;
      this.#pingEndsAt = startsAt + frame.length;
      this.#heard.pinged(payload, this.#now(), startsAt, this.#pingEndsAt);
    });
  }

  /** See `BackendLiveness`; null also while no answer could come, or is not read. */
  #unreached(now: number): number | null {
    const { toViewer, toBackend } = this.#ends;
    if (!toViewer.atBoundary || toViewer.isPaused) return null;
    return this.#heard.unreached(now, toBackend.written);
  }

  /**
   * Whether bytes ahead of the unanswered Ping, or of the one to come, are not acknowledged, or it
   * may lie unread.
   */
  #weighAhead(now: number, kernel: number): void {
    const { backend, toBackend } = this.#ends;
    const unreached = this.#unreached(now);
    if (unreached === null) return;
    const { written } = toBackend;
    const inNode = backend.writableLength;
    const reach = reachOf({ written, startsAt: unreached, inNode, inKernel: kernel });
    this.#aheadBytes = reach.aheadBytes;
    if (reach.aheadBytes > 0 || reach.mayLieUnread) this.#heard.hold(now);
  }
}
