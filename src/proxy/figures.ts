/**
 * The figures of viewers and sessions: what rows show, lists are sorted by and filters ask for.
 * Each is worked out when it is asked for and not before.
 */
import { percentile } from '../core/ranking.ts';
import type { Session } from './census.ts';
import type { Viewer } from './viewer.ts';

/** The last round trip; null before the first Pong. */
export const rttOf = ({ connection }: Viewer): number | null =>
  connection?.health.liveness.rttMs ?? null;

/** Milliseconds left to the pong deadline; null while dialling. */
export const leftOf = ({ connection }: Viewer, now: number): number | null =>
  connection?.health.liveness.deadline(now).leftMs ?? null;

/** Bytes that wait for the viewer. */
export const queuedOf = ({ connection }: Viewer): number => connection?.health.queuedBytes ?? 0;

/** Bytes per second to the viewer. */
export const rateOf = ({ connection }: Viewer): number => connection?.rate.perSecond ?? 0;

/** The 95th percentile of the viewers' last round trips; null without any. */
export const p95Of = ({ viewers }: Session): number | null => {
  const rtts: number[] = [];
  for (const viewer of viewers) {
    const rtt = rttOf(viewer);
    if (rtt !== null) rtts.push(rtt);
  }
  return percentile(rtts, 0.95);
};

/** The sum of a figure over the viewers of a session. */
export const sumOf = ({ viewers }: Session, figure: (viewer: Viewer) => number): number => {
  let sum = 0;
  for (const viewer of viewers) sum += figure(viewer);
  return sum;
};

/** When the oldest of a session's viewers arrived; they are kept in that order. Null: none is there. */
export const oldestArrival = ({ viewers }: Session): number | null => {
  for (const { arrivedAt } of viewers) return arrivedAt;
  return null;
};
