/**
 * Whether a backend behind a network still lives. Life is any byte from it. Only one that is
 * silent is asked, and it is lost only when it owes an answer: a Ping that could not be put in
 * asks nobody, and while bytes wait ahead of one the deadline starts anew.
 */
import { type LivenessRules, secondPingMs } from './liveness.ts';
import { payloadText } from './sent-pings.ts';

/** What a tick asks for: put a Ping in, give the backend up, or nothing. */
export type BackendVerdict = 'nothing' | 'ping' | 'lost';

/** What the relay is doing at a tick. */
export type BackendMoment = {
  /** The proxy does not read the backend, because its viewer takes no more. */
  readonly paused: boolean;
  /** What was passed on of the backend ends in the middle of a frame. */
  readonly midFrame: boolean;
};

/** Unanswered Pings that are remembered, so that a late Pong is still known for ours. */
const REMEMBERED = 16;

/** The liveness of one open backend; all times are milliseconds of one monotonic clock. */
export class BackendLiveness {
  readonly #rules: LivenessRules;
  #lifeAt: number;
  #heldAt = Number.NEGATIVE_INFINITY;
  #pingedAt = Number.NEGATIVE_INFINITY;
  /** The first Ping since the last life, ours or the viewer's, and where it begins. */
  #asked: { readonly at: number; readonly startsAt: number } | null = null;
  #pings: { readonly payload: string; readonly startsAt: number; readonly endsAt: number }[] = [];
  /** The viewer's newest Ping, until it is answered. */
  #viewerPing: { readonly payload: string; readonly at: number; readonly startsAt: number } | null =
    null;
  /** An answered Ping of ours proves that everything up to its end has been read. */
  #provenUpTo = 0;

  /** How long it is silent before the next Ping. */
  #pingMs: number;
  #spread: number;

  /**
   * With a ping interval of 0 nobody is asked, and only silence in mid-frame is a fault. `phase`,
   * 0 to below 1, spreads the second Ping, so that those that were dialled together part.
   */
  constructor(rules: LivenessRules, openedAt: number, phase: number) {
    this.#rules = rules;
    this.#lifeAt = openedAt;
    this.#pingMs = rules.pingIntervalMs;
    this.#spread = secondPingMs(rules, phase);
  }

  /** A byte came from the backend, or the proxy reads it again. */
  life(now: number): void {
    this.#lifeAt = now;
    this.#asked = null;
  }

  /** One of our Pings went into the stream, from byte `startsAt` to before byte `endsAt`. */
  pinged(payload: Buffer, now: number, startsAt: number, endsAt: number): void {
    this.#pings.push({ payload: payloadText(payload), startsAt, endsAt });
    if (this.#pings.length > REMEMBERED) this.#pings.shift();
    this.#pingedAt = now;
    this.#pingMs = this.#spread;
    this.#spread = this.#rules.pingIntervalMs;
    this.#asked ??= { at: now, startsAt };
  }

  /**
   * A Ping of the viewer's own was passed on. Until it is answered it serves as ours: of several
   * Pings a backend may answer the latest alone (RFC 6455 5.5.3), and that must not be ours.
   */
  viewerPinged(payload: Buffer, now: number, startsAt: number): void {
    this.#viewerPing = { payload: payloadText(payload), at: now, startsAt };
    this.#asked ??= { at: now, startsAt };
  }

  /** A Pong came: true where it answers one of ours and is not to be passed on. */
  pong(payload: Buffer): boolean {
    const text = payloadText(payload);
    const own = this.#pings.findIndex((ping) => ping.payload === text);
    const answered = this.#pings[own];
    if (answered === undefined) {
      if (this.#viewerPing?.payload === text) this.#viewerPing = null;
      return false;
    }
    this.#pings.splice(own, 1);
    this.#provenUpTo = Math.max(this.#provenUpTo, answered.endsAt);
    const theirs = this.#viewerPing?.startsAt ?? Number.POSITIVE_INFINITY;
    if (theirs < answered.startsAt) this.#viewerPing = null;
    return true;
  }

  /** Bytes ahead of the unanswered Ping still wait: the write deadline judges meanwhile. */
  hold(now: number): void {
    this.#heldAt = now;
  }

  /** What to do now. */
  tick(now: number, { paused, midFrame }: BackendMoment): BackendVerdict {
    if (paused) return 'nothing';
    const { pingIntervalMs, pongTimeoutMs } = this.#rules;
    // There, nobody can answer a Ping.
    if (midFrame) return now - this.#lifeAt >= pongTimeoutMs ? 'lost' : 'nothing';
    if (pingIntervalMs === 0) return 'nothing';
    if (this.#isOver(now)) return 'lost';
    return now >= this.pingAt && !this.#viewerServes(now) ? 'ping' : 'nothing';
  }

  /** When the next Ping is due, if nothing is heard until then. */
  get pingAt(): number {
    const { pingIntervalMs } = this.#rules;
    const since = Math.max(this.#lifeAt, this.#pingedAt);
    return pingIntervalMs === 0 ? Number.POSITIVE_INFINITY : since + this.#pingMs;
  }

  /**
   * Up to which byte it has to be known that nothing waits, before the backend is blamed: it has
   * been silent for longer than a punctual answer takes, and nothing proves that the Ping which
   * begins there could reach it, or the next one, behind all that is `written`. Null: none.
   */
  unreached(now: number, written: number): number | null {
    const { pingIntervalMs } = this.#rules;
    if (pingIntervalMs === 0) return null;
    const punctualMs = this.#punctualMs;
    const askedMs = this.#asked === null ? 0 : now - this.#asked.at;
    const isSilent = now - this.#lifeAt > this.#pingMs + punctualMs || askedMs > punctualMs;
    if (!isSilent) return null;
    const startsAt = this.#asked?.startsAt ?? written;
    return startsAt > this.#provenUpTo ? startsAt : null;
  }

  /**
   * Until then `tick` asks for nothing and `unreached` for no byte, whatever comes but a Ping of the
   * viewer's own: that may lie unread after a punctual answer's time.
   */
  get calmUntil(): number {
    const { pingIntervalMs, pongTimeoutMs } = this.#rules;
    const overAt = this.#lifeAt + pongTimeoutMs;
    if (pingIntervalMs === 0) return overAt;
    const punctualMs = this.#punctualMs;
    const lateAt = this.#lifeAt + this.#pingMs + punctualMs;
    const askedLateAt = (this.#asked?.at ?? Number.POSITIVE_INFINITY) + punctualMs;
    return Math.min(overAt, this.pingAt, lateAt, askedLateAt);
  }

  /** What an answer takes at most that is not late. */
  get #punctualMs(): number {
    const { pingIntervalMs, pongTimeoutMs } = this.#rules;
    return Math.min(pingIntervalMs, pongTimeoutMs) / 8;
  }

  /** Silent for the pong timeout, and asked for so long that a punctual one had answered. */
  #isOver(now: number): boolean {
    if (this.#asked === null) return false;
    const { pingIntervalMs, pongTimeoutMs, tickMs } = this.#rules;
    // Where the interval leaves little of the timeout, still enough for an answer.
    const answerMs = Math.max(pongTimeoutMs - pingIntervalMs - tickMs, pongTimeoutMs / 3);
    const silentMs = now - Math.max(this.#lifeAt, this.#heldAt);
    return silentMs >= pongTimeoutMs && now - this.#asked.at >= answerMs;
  }

  #viewerServes(now: number): boolean {
    return this.#viewerPing !== null && now - this.#viewerPing.at < this.#rules.pongTimeoutMs;
  }
}
