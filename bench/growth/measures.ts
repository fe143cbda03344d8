/** What is measured at every size, and how each of it may grow. Values only. */
import type { Allowed } from './slope.ts';

/** A figure. */
export type MeasureName =
  | 'message'
  | 'messages'
  | 'connection'
  | 'tick'
  | 'pings'
  | 'picture'
  | 'watcher'
  | 'memory';

/** How it is called, in what it is told, and how it may grow. */
export type Measure = {
  readonly name: MeasureName;
  readonly title: string;
  readonly unit: string;
  readonly allowed: Allowed;
};

/** In the order of the tables; a cost of one of many may at most grow as the logarithm. */
export const MEASURES: readonly Measure[] = [
  { name: 'message', title: 'message, even load', unit: 'µs', allowed: 'about the same' },
  { name: 'messages', title: 'message, load by viewer', unit: 'µs', allowed: 'about the same' },
  { name: 'connection', title: 'connection', unit: 'µs', allowed: 'about the same' },
  { name: 'tick', title: 'tick', unit: 'ms', allowed: 'linearly' },
  { name: 'pings', title: 'idle with Pings', unit: 'ms/s', allowed: 'linearly' },
  { name: 'picture', title: 'picture', unit: 'ms', allowed: 'linearly' },
  { name: 'watcher', title: 'watcher', unit: 'ms/s', allowed: 'linearly' },
  { name: 'memory', title: 'memory of a viewer', unit: 'KiB', allowed: 'about the same' },
];

/** What grows while the other stays. */
export type Axis = 'viewers' | 'sessions';

/** How many there are. */
export type Size = { readonly axis: Axis; readonly viewers: number; readonly sessions: number };

/** The number that grows. */
export const numberOf = (size: Size): number => size[size.axis];

/** What one figure was, in one round at one size. */
export type Sample = {
  readonly round: number;
  readonly size: Size;
  readonly measure: MeasureName;
  readonly cost: number;
};
