/**
 * Whether a viewer still lives. Life is any byte of a frame from it; a written Ping proves
 * nothing. The deadline never punishes what the proxy or the path did: it stands still while
 * the proxy has paused reading, it starts anew while a Ping cannot be put in or waits behind
 * data, and a Ping that went out late moves it by as much.
 */
import { NO_PINGS, payloadText, remaining, type SentPing } from './sent-pings.ts';
import { Samples } from './trace.ts';

/** Milliseconds; see `contract.ts`, `ProxyOptions`. */
export type LivenessRules = {
  readonly pingIntervalMs: number;
  readonly pongTimeoutMs: number;
  /** The time between two calls of `tick`. */
  readonly tickMs: number;
  /** Called with every round trip that was measured. */
  readonly onRtt?: ((rttMs: number) => void) | undefined;
};

/** What a tick asks for: put a Ping in, evict, or nothing. */
export type LivenessVerdict = 'nothing' | 'ping' | 'expired';

/** Unanswered Pings that are remembered; a viewer that answers late still matches. */
const REMEMBERED = 16;

/** From the first Ping to the second: half an interval to a whole one, by the `phase`. */
export const secondPingMs = ({ pingIntervalMs }: LivenessRules, phase: number): number =>
  pingIntervalMs * (0.5 + phase / 2);

/**
 * The liveness of one open viewer. All times are milliseconds of one monotonic clock; what
 * decides about the viewer is counted without those in which the proxy had paused reading.
 */
export class Liveness {
  readonly #rules: LivenessRules;
  #pausedAt: number | null = null;
  #pausedMs = 0;
  #lifeAt: number;
  #heldAt = Number.NEGATIVE_INFINITY;
  #nextPingAt: number;
  #spread: number;
  #firstPing: SentPing | null = null;
  #pings = NO_PINGS;
  #backendPings = NO_PINGS;
  /** An answered Ping proves that everything up to its end has been read. */
  #provenUpTo = 0;
  #rttMs: number | null = null;
  #smoothedRttMs: number | null = null;
  readonly #rtts = new Samples();
  #pingsSent = 0;
  /** Unanswered ones that are not remembered any more. */
  #pingsForgotten = 0;

  /** `phase`, 0 to below 1, spreads the second Ping, so that viewers who came together part. */
  constructor(rules: LivenessRules, openedAt: number, phase: number) {
    this.#rules = rules;
    this.#lifeAt = openedAt;
    this.#nextPingAt = openedAt;
    this.#spread = secondPingMs(rules, phase);
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
    return this.#rtts.newest;
  }

  /** The round trips of the last five minutes, oldest first, at most 60. */
  rttsMs(now: number): readonly number[] {
    return this.#rtts.values(now);
  }

  /** Our Pings that went into the stream. */
  get pingsSent(): number {
    return this.#pingsSent;
  }

  /**
   * Our Pings that will not be answered any more: the Pong of a later one came, or the viewer
   * has shown life since and a pong timeout is over. A Pong that comes after all takes its
   * Ping out again.
   */
  pingsLost(now: number): number {
    const listened = this.#listened(now);
    const isLost = ({ endsAt, listenedAt }: SentPing): boolean =>
      endsAt <= this.#provenUpTo ||
      (this.#lifeAt > listenedAt && listened - listenedAt >= this.#rules.pongTimeoutMs);
    return this.#pingsForgotten + this.#pings.filter(isLost).length;
  }

  /** A byte of a frame came from the viewer. */
  life(now: number): void {
    this.#lifeAt = this.#listened(now);
    this.#firstPing = null;
  }

  /** The instant of the last life, in the time in which the proxy listened. */
  get lifeAt(): number {
    return this.#lifeAt;
  }

  /** The proxy does not read this viewer. */
  get isPaused(): boolean {
    return this.#pausedAt !== null;
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
    this.#pingsSent += 1;
    if (this.#pings.length === REMEMBERED) this.#pingsForgotten += 1;
    this.#pings = this.#with(this.#pings, payload, now, startsAt, endsAt);
    this.#nextPingAt = now + this.#spread;
    this.#spread = this.#rules.pingIntervalMs;
  }

  /** A Ping of the backend's own was passed on; until it is answered it serves as ours. */
  backendPinged(payload: Buffer, now: number, startsAt: number, endsAt: number): void {
    this.#backendPings = this.#with(this.#backendPings, payload, now, startsAt, endsAt);
  }

  /** A Pong came: true where it answers one of ours and is not to be passed on. */
  pong(payload: Buffer, now: number): boolean {
    const text = payloadText(payload);
    const isSame = (ping: SentPing): boolean => ping.payload === text;
    const answered = this.#pings.find(isSame);
    if (answered !== undefined) {
      this.#pings = remaining(this.#pings, (ping) => ping !== answered);
      const { startsAt } = answered;
      // Of several Pings a viewer may answer the latest alone (RFC 6455 5.5.3).
      this.#backendPings = remaining(this.#backendPings, (ping) => ping.startsAt > startsAt);
      this.#provenUpTo = Math.max(this.#provenUpTo, answered.endsAt);
      this.#measure(answered, now);
      return true;
    }
    const first = this.#backendPings.find(isSame);
    if (first === undefined) return false;
    const last = this.#backendPings.findLastIndex(isSame);
    const unclear = this.#backendPings[last] !== first;
    this.#backendPings = remaining(this.#backendPings, (_, at) => at > last);
    this.#provenUpTo = Math.max(this.#provenUpTo, first.endsAt);
    // Backends may send equal Pings: then it cannot be told which of them came back.
    if (!unclear) this.#measure(first, now);
    return false;
  }

  /**
   * What to do now. Who is not asked yet and whose Ping cannot be put in is held. While `kept`,
   * beyond the deadline too, Pings go on, as long as each one's Pong would be recognized.
   */
  tick(now: number, kept = false): LivenessVerdict {
    if (this.#pausedAt !== null) return 'nothing';
    const isExpired = this.#oldest !== null && this.#leftMs(now) <= 0;
    if (isExpired && !kept) return 'expired';
    if (isExpired && this.#pings.length === REMEMBERED) return 'nothing';
    return now >= this.#nextPingAt && !this.backendServes(now) ? 'ping' : 'nothing';
  }

  /**
   * The path keeps the viewer from being asked: no Ping since its last life could be put in,
   * because the backend is in the middle of a frame, or data still waits ahead of the one that was.
   */
  hold(now: number): void {
    this.#heldAt = this.#listened(now);
  }

  /** Whether the viewer owes an answer: that a further Ping cannot be put in is no excuse. */
  get isAsked(): boolean {
    return this.#oldest !== null;
  }

  /**
   * The oldest Ping that is to be answered, where bytes went ahead of it that nobody has proven
   * to be read: whether they still wait decides if the viewer can be blamed. Null otherwise.
   */
  get unprovenPing(): { readonly startsAt: number } | null {
    const ping = this.#oldest;
    return ping !== null && ping.startsAt > this.#provenUpTo ? ping : null;
  }

  /** Whether a Ping of the backend's own is unanswered and serves as ours. */
  backendServes(now: number): boolean {
    const newest = this.#backendPings.at(-1);
    if (newest === undefined) return false;
    return this.#listened(now) - newest.listenedAt < this.#rules.pongTimeoutMs;
  }

  /** Milliseconds to the deadline, 0 or more, and whether it stands still. */
  deadline(now: number): { readonly leftMs: number; readonly held: boolean } {
    const sinceHeld = this.#listened(now) - this.#heldAt;
    const held = this.#pausedAt !== null || sinceHeld <= 2 * this.#rules.tickMs;
    return { leftMs: Math.max(0, this.#leftMs(now)), held };
  }

  /** Milliseconds until `tick` says `expired`, if nothing happens; null: nobody is asked or heard. */
  expiresInMs(now: number): number | null {
    return this.#pausedAt !== null || this.#oldest === null ? null : this.#leftMs(now);
  }

  /** When the next Ping is due, whether or not one can be put in. */
  get pingAt(): number {
    return this.#nextPingAt;
  }

  /**
   * Until then, as of `now`: whatever comes, `tick` asks for nothing, the state is `ok`, and more
   * than a tick is left to the deadline. All that can come moves that later.
   */
  calmUntil(now: number): number {
    const wellMs = Math.min(this.#punctualMs, this.#rules.pongTimeoutMs - this.#rules.tickMs);
    return Math.min(this.#nextPingAt, this.#lifeAt + wellMs + now - this.#listened(now));
  }

  /** Milliseconds since the last life, without those in which the proxy did not listen. */
  silentMs(now: number): number {
    return Math.max(0, this.#listened(now) - this.#lifeAt);
  }

  /** The state by silence alone, whatever waits for the viewer. */
  state(now: number): 'ok' | 'late' | 'expiring' {
    const silentMs = this.silentMs(now);
    if (silentMs <= this.#punctualMs) return 'ok';
    return silentMs <= this.#punctualMs + this.#rules.pingIntervalMs ? 'late' : 'expiring';
  }

  /** The silence of a viewer that answers each Ping in good time: an interval and an eighth. */
  get #punctualMs(): number {
    return this.#rules.pingIntervalMs * 1.125;
  }

  /**
   * The oldest Ping that the viewer owes an answer to. Life settles ours, answered or not, for
   * the next is near; one of the backend's own keeps ours away, and so counts until answered.
   */
  get #oldest(): SentPing | null {
    const ping = this.#firstPing;
    const theirs = this.#backendPings[0];
    if (ping === null || theirs === undefined) return ping ?? theirs ?? null;
    return theirs.startsAt < ping.startsAt ? theirs : ping;
  }

  /** Stands still while the proxy has paused reading. */
  #listened(now: number): number {
    return (this.#pausedAt ?? now) - this.#pausedMs;
  }

  #with(
    pings: readonly SentPing[],
    payload: Buffer,
    now: number,
    startsAt: number,
    endsAt: number,
  ): readonly SentPing[] {
    const listenedAt = this.#listened(now);
    const ping = { payload: payloadText(payload), sentAt: now, listenedAt, startsAt, endsAt };
    this.#firstPing ??= ping;
    return [...pings.slice(1 - REMEMBERED), ping];
  }

  /** To the deadline; below 0 beyond it. */
  #leftMs(now: number): number {
    const { pingIntervalMs, pongTimeoutMs, tickMs } = this.#rules;
    const asked = this.#oldest?.listenedAt ?? Number.NEGATIVE_INFINITY;
    const base = Math.max(this.#lifeAt, this.#heldAt, asked - pingIntervalMs - tickMs);
    return base + pongTimeoutMs - this.#listened(now);
  }

  #measure(ping: SentPing, now: number): void {
    const rtt = now - ping.sentAt;
    this.#rttMs = rtt;
    this.#smoothedRttMs =
      this.#smoothedRttMs === null ? rtt : this.#smoothedRttMs * 0.875 + rtt * 0.125;
    this.#rtts.add(now, rtt);
    this.#rules.onRtt?.(rtt);
  }
}
