/**
 * Whether a viewer still lives. Life is any byte of a frame from it; a written Ping proves
 * nothing. The deadline never punishes what the proxy or the path did: it stands still while
 * the proxy has paused reading, it starts anew while a Ping cannot be put in or waits behind
 * data, and a Ping that went out late moves it by as much.
 */

/** Milliseconds; see `contract.ts`, `ProxyOptions`. */
export type LivenessRules = {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  /** The time between two calls of `tick`. */
  readonly tickMs: number;
};

/** What a tick asks for: put a Ping in, evict, or nothing. */
export type LivenessVerdict = 'nothing' | 'ping' | 'expired';

type SentPing = {
  readonly payload: Buffer;
  readonly sentAt: number;
  /** Where it begins and ends in the bytes written to the viewer. */
  readonly startsAt: number;
  readonly endsAt: number;
};

/** Unanswered Pings that are remembered; a viewer that answers late still matches. */
const REMEMBERED = 16;

/** Round trips kept for the trend. */
const RECENT = 8;

const same = (ping: SentPing, payload: Buffer): boolean => ping.payload.equals(payload);

/** The liveness of one open viewer. All times are milliseconds of one monotonic clock. */
export class Liveness {
  readonly #rules: LivenessRules;
  #lifeAt: number;
  #heldAt = Number.NEGATIVE_INFINITY;
  #pausedAt: number | null = null;
  #pausedMs = 0;
  #nextPingAt: number;
  #spread: number;
  #firstPing: SentPing | null = null;
  #pings: SentPing[] = [];
  #backendPings: SentPing[] = [];
  /** An answered Ping proves that everything up to its end has been read. */
  #provenUpTo = 0;
  #rttMs: number | null = null;
  #smoothedRttMs: number | null = null;
  #recentRttsMs: number[] = [];

  /** `phase`, 0 to below 1, spreads the second Ping, so that viewers who came together part. */
  constructor(rules: LivenessRules, openedAt: number, phase: number) {
    this.#rules = rules;
    this.#lifeAt = openedAt;
    this.#nextPingAt = openedAt;
    this.#spread = rules.pingIntervalMs * (0.5 + phase / 2);
  }

  /** The last round trip; null before the first. */
  get rttMs(): number | null {
    return this.#rttMs;
  }

  /** Smoothed with the weights of RFC 6298 2; null before the first. */
  get smoothedRttMs(): number | null {
    return this.#smoothedRttMs;
  }

  /** The newest round trips, oldest first. */
  get recentRttsMs(): readonly number[] {
    return this.#recentRttsMs;
  }

  /** A byte of a frame came from the viewer. */
  life(now: number): void {
    this.#lifeAt = now;
    this.#pausedMs = 0;
    if (this.#pausedAt !== null) this.#pausedAt = now;
    this.#firstPing = null;
  }

  /** The proxy stops reading this viewer, because its backend takes no more. */
  pause(now: number): void {
    this.#pausedAt ??= now;
  }

  /** The proxy reads this viewer again. */
  resume(now: number): void {
    if (this.#pausedAt === null) return;
    this.#pausedMs += now - this.#pausedAt;
    this.#pausedAt = null;
  }

  /** One of our Pings went into the stream, from byte `startsAt` to before byte `endsAt`. */
  pinged(payload: Buffer, now: number, startsAt: number, endsAt: number): void {
    const ping = { payload, sentAt: now, startsAt, endsAt };
    this.#firstPing ??= ping;
    this.#pings.push(ping);
    if (this.#pings.length > REMEMBERED) this.#pings.shift();
    this.#nextPingAt = now + this.#spread;
    this.#spread = this.#rules.pingIntervalMs;
  }

  /** A Ping of the backend's own was passed on; until it is answered it serves as ours. */
  backendPinged(payload: Buffer, now: number, startsAt: number, endsAt: number): void {
    const ping = { payload: Buffer.from(payload), sentAt: now, startsAt, endsAt };
    this.#firstPing ??= ping;
    this.#backendPings.push(ping);
    if (this.#backendPings.length > REMEMBERED) this.#backendPings.shift();
  }

  /** A Pong came: true where it answers one of ours and is not to be passed on. */
  pong(payload: Buffer, now: number): boolean {
    const own = this.#pings.findIndex((ping) => same(ping, payload));
    const answered = own >= 0 ? this.#pings[own] : undefined;
    if (answered) {
      this.#pings.splice(own, 1);
      this.#measure(answered, now);
      return true;
    }
    // A viewer may answer the latest of several Pings alone (RFC 6455 5.5.3).
    const theirs = this.#backendPings.findIndex((ping) => same(ping, payload));
    const ping = theirs >= 0 ? this.#backendPings[theirs] : undefined;
    if (ping) {
      this.#backendPings.splice(0, theirs + 1);
      this.#measure(ping, now);
    }
    return false;
  }

  /** What to do now. Whoever cannot put a Ping in that is asked for calls `hold`. */
  tick(now: number): LivenessVerdict {
    if (this.#pausedAt !== null) return 'nothing';
    if (this.#asked !== null && now >= this.#deadlineAt(now)) return 'expired';
    return now < this.#nextPingAt || this.#backendServes(now) ? 'nothing' : 'ping';
  }

  /**
   * The path keeps the viewer from being asked: a Ping that is due cannot be put in, because
   * the backend is in the middle of a frame, or data still waits ahead of the one that was.
   */
  hold(now: number): void {
    this.#heldAt = now;
  }

  /**
   * The first Ping since the last life, where bytes went ahead of it that nobody has proven
   * to be read: whether they still wait decides if the viewer can be blamed. Null otherwise.
   */
  get unprovenPing(): { readonly startsAt: number } | null {
    const ping = this.#asked;
    return ping !== null && ping.startsAt > this.#provenUpTo ? ping : null;
  }

  /** Milliseconds to the deadline, 0 or more, and whether it stands still. */
  deadline(now: number): { readonly leftMs: number; readonly held: boolean } {
    const held = this.#pausedAt !== null || now - this.#heldAt <= 2 * this.#rules.tickMs;
    return { leftMs: Math.max(0, this.#deadlineAt(now) - now), held };
  }

  /** Milliseconds since the last life, without those in which the proxy did not listen. */
  silentMs(now: number): number {
    return Math.max(0, now - this.#lifeAt - this.#paused(now));
  }

  /** The state by silence alone, whatever waits for the viewer. */
  state(now: number): 'ok' | 'late' | 'expiring' {
    const { pingIntervalMs } = this.#rules;
    const over = this.silentMs(now) - pingIntervalMs / 8;
    if (over <= pingIntervalMs) return 'ok';
    return over <= 2 * pingIntervalMs ? 'late' : 'expiring';
  }

  /** The Ping that the viewer owes an answer to. */
  get #asked(): SentPing | null {
    return this.#firstPing ?? this.#backendPings.at(-1) ?? null;
  }

  #paused(now: number): number {
    return this.#pausedMs + (this.#pausedAt === null ? 0 : now - this.#pausedAt);
  }

  #deadlineAt(now: number): number {
    const { pingIntervalMs, pongTimeoutMs, tickMs } = this.#rules;
    const asked = this.#asked?.sentAt ?? Number.NEGATIVE_INFINITY;
    const base = Math.max(this.#lifeAt, asked - pingIntervalMs - tickMs);
    return Math.max(base + this.#paused(now), this.#heldAt) + pongTimeoutMs;
  }

  #backendServes(now: number): boolean {
    const newest = this.#backendPings.at(-1);
    if (newest === undefined) return false;
    if (now - newest.sentAt < this.#rules.pongTimeoutMs) return true;
    this.#backendPings = [];
    return false;
  }

  #measure(ping: SentPing, now: number): void {
    const rtt = now - ping.sentAt;
    this.#rttMs = rtt;
    this.#smoothedRttMs =
      this.#smoothedRttMs === null ? rtt : this.#smoothedRttMs * 0.875 + rtt * 0.125;
    this.#recentRttsMs = [...this.#recentRttsMs, rtt].slice(-RECENT);
    this.#provenUpTo = Math.max(this.#provenUpTo, ping.endsAt);
  }
}
