/** How long an answer takes, asked for again and again. */
import type { WebSocket } from 'ws';
import { percentile } from '../../src/core/ranking.ts';
import { echo } from './viewer.ts';

/**
 * The 99th percentile in milliseconds of round trips, one after the other: `least` of them, which
 * is more than none, and more while `goesOn`.
 */
export const p99Of = async (
  ws: WebSocket,
  least: number,
  goesOn = () => false,
): Promise<number> => {
  const trips: number[] = [];
  while (trips.length < least || goesOn()) trips.push(await echo(ws, `trip ${trips.length}`));
  return percentile(trips, 0.99) ?? Number.NaN;
};
