/** Healthy viewers that send something all the time and get it back: what a fault must not touch. */
import type { WebSocket } from 'ws';
import { onCleanup } from './cleanup.ts';
import { eventually } from './process-figures.ts';

/** A viewer of 8 takes its turn every so often: together some 300 round trips a second. */
const EVERY_MS = 25;
/** Begins what it sends; a test may send other things. */
const MARK = 'turn ';

/** Round trips in milliseconds, and what became of them. */
export type RoundTrips = {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
};

/** An audience that goes on until it is told to stop. */
export type Audience = {
  /** What there was since the last call, with those that are still out as they are by now. */
  readonly roundTrips: () => RoundTrips;
  /** Round trips since the last call of `roundTrips`, without taking them. */
  readonly count: () => number;
  /** No more is sent; resolves when all that was has come back. */
  readonly lastWords: () => Promise<void>;
};

const rank = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

/**
 * Lets `viewers` send at an even pace, whether or not the last one has come back; a message
 * that comes back changed, doubled or out of turn throws.
 */
export const keepEchoing = (viewers: readonly WebSocket[]): Audience => {
  let took: number[] = [];
  const out = viewers.map(() => new Map<number, number>());
  let sent = 0;
  const timers = viewers.map((viewer, who) => {
    const mine = out[who]!;
    viewer.on('message', (data: Buffer) => {
      const text = data.toString('latin1');
      if (!text.startsWith(MARK)) return;
      const [oldest] = mine;
      if (oldest === undefined || text !== `${MARK}${oldest[0]}`) {
        throw new Error(`viewer ${who} got ${text} and not ${oldest?.[0]}`);
      }
      mine.delete(oldest[0]);
      took.push(performance.now() - oldest[1]);
    });
    return setInterval(() => {
      if (viewer.readyState !== viewer.OPEN) return;
      sent += 1;
      mine.set(sent, performance.now());
      viewer.send(`${MARK}${sent}`);
    }, EVERY_MS);
  });
  const stop = (): void => {
    for (const timer of timers) clearInterval(timer);
  };
  onCleanup(stop);
  const missing = (): number => out.reduce((sum, mine) => sum + mine.size, 0);
  return {
    roundTrips: () => {
      const now = performance.now();
      const waiting = out.flatMap((mine) => [...mine.values()].map((since) => now - since));
      const sorted = [...took, ...waiting].sort((a, b) => a - b);
      const count = took.length;
      took = [];
      const ranks = { p50: rank(sorted, 0.5), p99: rank(sorted, 0.99), most: sorted.at(-1) ?? 0 };
      return { count, ...ranks };
    },
    count: () => took.length,
    lastWords: () => {
      stop();
      return eventually('every message to come back', () => missing() === 0, {
        saw: () => `${missing()} are missing`,
      });
    },
  };
};
