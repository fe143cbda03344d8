/**
 * Judges one open connection at each tick: is the viewer heard of, does it take what waits for
 * it, and the same of the backend. A verdict that rests on what the kernel holds is given only
 * after the kernel was asked.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { Liveness, type LivenessRules } from '../core/liveness.ts';
import { Probe } from '../core/probe.ts';
import type { SocketQueue } from '../core/socket-queues.ts';
import { Peaks } from '../core/trace.ts';
import { type Reach, reachOf, stuckAfterMs, WriteWatch } from '../core/write-watch.ts';
import { BackendHealth, type BackendRules } from './backend-health.ts';
import { pingFrame } from './control-frame.ts';
import { kernelKey } from './kernel-queues.ts';
import type { Direction } from './relay.ts';

/**
 * Retransmissions without an answer of any kind after which the way to a viewer counts as dead:
 * they take more than a second where the way is short, and longer where it is long.
 */
const DEAD_AFTER = 3;

const NO_QUEUE: SocketQueue = { bytes: 0, retransmits: 0 };

/** What a connection is to be ended for. */
export type HealthVerdict = 'fine' | 'pong-timeout' | 'write-timeout' | 'backend-stuck';

/** What is to be known before a verdict: the kernel's queues under these keys. */
export type Suspicion = readonly string[];

const NOTHING: Suspicion = [];

/** What has come already, and could not be done, is for the next round. */
const toCome = (ms: number): number => (ms > 0 ? ms : Number.POSITIVE_INFINITY);

type Ends = {
  readonly viewer: Socket;
  readonly backend: Socket;
  readonly toViewer: Direction;
  readonly toBackend: Direction;
};

/** What the health of every viewer of a proxy is held to. */
export type HealthRules = LivenessRules & {
  readonly writeTimeoutMs: number;
  readonly backend: BackendRules;
};

/** The health of one open viewer; all times are milliseconds of one monotonic clock. */
export class Health {
  readonly #liveness: Liveness;
  readonly backend: BackendHealth;
  readonly #ends: Ends;
  readonly #rules: HealthRules;
  readonly #now: () => number;
  readonly #viewerWrites = new WriteWatch();
  /** Bytes that were last seen to wait ahead of an answer that is overdue. */
  #aheadBytes = 0;
  readonly #queues: Peaks;
  #keptUntil = Number.NEGATIVE_INFINITY;
  #calmUntil = Number.NEGATIVE_INFINITY;
  /** Where our last Ping ends in the bytes written to the viewer, and when it was put there. */
  #pingEndsAt = 0;
  #pingPutAt = Number.NEGATIVE_INFINITY;
  /** Where the Ping begins that was last seen to have all ahead of it acknowledged. */
  #reachedAt = -1;
  #probe: Probe | null = null;

  /** `phase`: see `Liveness`. */
  constructor(ends: Ends, rules: HealthRules, now: () => number, phase: number) {
    this.#ends = ends;
    this.#rules = rules;
    this.#now = now;
    this.#liveness = new Liveness(rules, now(), phase);
    this.backend = new BackendHealth(ends, rules.backend, now, phase);
    this.#queues = new Peaks(now());
  }

  /** Until then no deadline evicts the viewer. */
  keepUntil(until: number): void {
    this.#keptUntil = until;
  }

  /** A Ping of the viewer's own was passed on to the backend, in a frame of `size` bytes. */
  viewerPinged(payload: Buffer, now: number, size: number): void {
    this.backend.viewerPinged(payload, now, size);
    this.#calmUntil = Math.min(this.#calmUntil, this.backend.calmUntil);
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

  /** With all that was heard of the viewer up to now. */
  get liveness(): Liveness {
    const heardAt = this.#ends.toBackend.takeHeard();
    if (heardAt !== null) this.#liveness.life(heardAt);
    return this.#liveness;
  }

  /**
   * Whether the viewer may be asked for a newcomer's sake: it is late, and neither kept nor one
   * that the proxy does not read. It may be stuck as well: its network may have gone.
   */
  mayBeAsked(now: number): boolean {
    const isLate = this.liveness.state(now) !== 'ok';
    return isLate && now >= this.#keptUntil && !this.liveness.isPaused;
  }

  /**
   * Asks the viewer at once whether it lives, and calls `heard` with its next life. Returns the
   * instant from which on life counts; null: it may not be asked, or was so lately.
   */
  probe(now: number, heard: () => void): number | null {
    if (!this.mayBeAsked(now)) return null;
    this.#probe ??= new Probe(this.#rules.pingIntervalMs);
    const question = this.#probe.ask(now, this.liveness.lifeAt);
    if (question === null) return null;
    this.#ends.toBackend.onHeard = heard;
    // While a Ping of the backend's own is unanswered, ours stay out.
    if (question.isNew && !this.liveness.backendServes(now)) this.#ping(now);
    return question.since;
  }

  /** What the kernel has to be asked before `failsProbe`; null: nothing. */
  get probeKey(): string | null {
    return kernelKey(this.#ends.viewer);
  }

  /**
   * Whether the viewer has been silent since it was asked, although the question could reach it,
   * or because nothing can. One that it could not reach for what waits ahead of it is spared: the
   * write deadline judges.
   */
  failsProbe(now: number, queues: ReadonlyMap<string, SocketQueue>): boolean {
    this.#ends.toBackend.onHeard = null;
    const probe = this.#probe;
    if (probe?.isUnanswered(this.liveness.lifeAt) !== true) return false;
    const wasPut = this.#pingPutAt >= probe.since || this.liveness.backendServes(now);
    const { bytes, retransmits } = queues.get(this.probeKey ?? '') ?? NO_QUEUE;
    const ping = this.liveness.unprovenPing;
    const reach = ping === null ? null : this.#reach(ping.startsAt, bytes);
    const isRead = reach === null || (reach.aheadBytes === 0 && !reach.mayLieUnread);
    const isDead = retransmits >= DEAD_AFTER;
    const owesAnswer = wasPut && this.liveness.isAsked && isRead;
    const fails = (isDead || owesAnswer) && this.mayBeAsked(now);
    if (!fails) probe.spare();
    return fails;
  }

  /**
   * How long neither side will have to be asked, shown or judged otherwise than at the last look:
   * of thousands, nearly all have some time left. It is told without a look at the sockets; 0 or
   * less where something may wait for either side.
   */
  calmMs(now: number): number {
    const { toViewer, toBackend } = this.#ends;
    return toViewer.mayWait || toBackend.mayWait ? 0 : this.#calmUntil - now;
  }

  /** Looks at Node's counters and says what the kernel has to be asked before `judge`. */
  look(now: number): Suspicion {
    const { viewer, toViewer } = this.#ends;
    const unheard = this.#isUnheard(now);
    if (!unheard) this.#aheadBytes = 0;
    const inNode = toViewer.weigh();
    const waiting = Math.max(inNode, this.#aheadBytes);
    const seen = this.#viewerWrites.look(now, waiting, toViewer.written - inNode, inNode);
    const isSuspect = seen === 'suspect' || unheard;
    // Not kept: it is long, and hardly any viewer ever is a suspect.
    const key = isSuspect ? kernelKey(viewer) : null;
    // Nobody will tell more: what waits in Node is all that is known.
    if (isSuspect && key === null) this.#weighAhead(now, 0, true);
    const backendKey = this.backend.look(now);
    this.#queues.sample(now, this.queuedBytes);
    if (key === null && backendKey === null) return NOTHING;
    return [key, backendKey].filter((each) => each !== null);
  }

  /** Takes in what the kernel holds, for whichever of the suspected keys it could be told. */
  confirm(now: number, queues: ReadonlyMap<string, SocketQueue>): void {
    const viewer = queues.get(kernelKey(this.#ends.viewer) ?? '')?.bytes;
    if (viewer !== undefined) {
      this.#viewerWrites.confirm(now, viewer);
      this.#queues.sample(now, this.queuedBytes);
    }
    this.#weighAhead(now, viewer ?? 0, viewer !== undefined);
    this.backend.confirm(now, queues);
  }

  /**
   * The verdict, and a Ping to either side where one is due. With `isSuspect`, before the kernel
   * was asked: only what does not rest on its word.
   */
  judge(now: number, isSuspect: boolean): HealthVerdict {
    const { writeTimeoutMs } = this.#rules;
    const isKept = now < this.#keptUntil;
    if (!isSuspect) {
      const isFull = this.#viewerWrites.waitedMs(now) >= writeTimeoutMs;
      if (isFull && !isKept) return 'write-timeout';
    }
    if (this.backend.judge(now, isSuspect) !== 'fine') return 'backend-stuck';
    const { liveness } = this;
    const verdict = liveness.tick(now, isKept);
    if (verdict === 'expired') return isSuspect ? 'fine' : 'pong-timeout';
    if (verdict === 'ping') this.#ping(now);
    this.#calmUntil = Math.min(liveness.calmUntil(now), this.backend.calmUntil);
    return 'fine';
  }

  /**
   * Milliseconds until the next Ping is due on either side, or the pong deadline evicts the viewer
   * whatever the kernel says, if nothing happens; infinite where nothing is to come.
   */
  dueInMs(now: number): number {
    const { liveness } = this;
    const isSpared = now < this.#keptUntil || this.#isUnheard(now);
    const expiresInMs = isSpared ? null : liveness.expiresInMs(now);
    return Math.min(
      toCome(expiresInMs ?? 0),
      toCome(liveness.pingAt - now),
      toCome(this.backend.pingAt - now),
    );
  }

  /** None while another still waits in Node: a viewer that is kept may read nothing for an hour. */
  #ping(now: number): void {
    const { toViewer, viewer } = this.#ends;
    if (toViewer.written - viewer.writableLength < this.#pingEndsAt) return;
    const payload = randomBytes(8);
    const frame = pingFrame(payload, false);
    if (!toViewer.atBoundary && !this.liveness.isAsked) this.liveness.hold(now);
    toViewer.insert(frame, () => {
      const startsAt = toViewer.written;
      this.#pingEndsAt = startsAt + frame.length;
      this.#pingPutAt = this.#now();
      this.liveness.pinged(payload, this.#pingPutAt, startsAt, this.#pingEndsAt);
    });
  }

  /**
   * Silent for too long, and not proven to have been reached by a Ping since its last life. One
   * that was reached may still lie unread where data waits behind it.
   */
  #isUnheard(now: number): boolean {
    const { liveness } = this;
    if (liveness.state(now) === 'ok') return false;
    const ping = liveness.unprovenPing;
    if (ping === null) return !liveness.isAsked;
    return ping.startsAt !== this.#reachedAt || this.#ends.viewer.writableLength > 0;
  }

  /**
   * Whether bytes ahead of the unanswered Ping still wait to be acknowledged; where none could
   * be put in, whether any bytes do. `isTold`: no more will be known of the kernel's share.
   */
  #weighAhead(now: number, kernel: number, isTold: boolean): void {
    if (!this.#isUnheard(now)) return;
    const ping = this.liveness.unprovenPing;
    const { aheadBytes, mayLieUnread } = this.#reach(
      ping?.startsAt ?? this.#ends.toViewer.written,
      kernel,
    );
    this.#aheadBytes = aheadBytes;
    if (aheadBytes > 0 || mayLieUnread) this.liveness.hold(now);
    else if (ping !== null && isTold) this.#reachedAt = ping.startsAt;
  }

  #reach(startsAt: number, inKernel: number): Reach {
    const { viewer, toViewer } = this.#ends;
    return reachOf({
      written: toViewer.written,
      startsAt,
      inNode: viewer.writableLength,
      inKernel,
    });
  }
}
