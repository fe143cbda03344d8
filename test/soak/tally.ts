/** Counts and round trips of a run, for its report; nothing here decides. */
import type { ProxyEvent } from '../../src/events.ts';
import type { Figures } from './observation.ts';

const keyOf = (event: ProxyEvent): string =>
  'cause' in event ? `${event.event} ${event.cause}` : event.event;

/** What happened in a run. */
export class Tally {
  readonly events = new Map<string, number>();
  readonly lives = new Map<string, number>();
  /** Round trips of good viewers in milliseconds, but for those during a stall of the loop. */
  readonly roundTrips: number[] = [];
  readonly figures: { readonly round: number; readonly figures: Figures }[] = [];
  /** Handshakes of the naive, and the time that they had for them. */
  attempts = 0;
  naiveMs = 0;
  skipped = 0;
  /** Dials whose bound was looked at. */
  dials = 0;
  stalls = 0;
  outages = 0;
  /** How often the actors and backends themselves were given no time. */
  stoodStill = 0;
  most = 0;

  /** An event of the proxy. */
  event(event: ProxyEvent): void {
    const key = keyOf(event);
    this.events.set(key, (this.events.get(key) ?? 0) + 1);
  }

  /** An actor came. */
  life(as: string): void {
    this.lives.set(as, (this.lives.get(as) ?? 0) + 1);
  }

  /** All lives so far. */
  get total(): number {
    return [...this.lives.values()].reduce((sum, count) => sum + count, 0);
  }

  /** All events of one kind, whatever their cause. */
  of(kind: string): number {
    let sum = 0;
    for (const [key, count] of this.events) if (key.startsWith(kind)) sum += count;
    return sum;
  }
}
