/** How large a run is. */
import { USUAL_NOISE } from '../console/calm.ts';

/** A run. */
export type Plan = {
  readonly mode: 'full' | 'quick';
  readonly rounds: number;
  /** Rounds that a ratio needs. */
  readonly roundsNeeded: number;
  /** How many processes share the port, where their throughput is measured. */
  readonly processes: readonly number[];
  /** The same, where only connections are counted: that needs no core for each. */
  readonly spreadOver: readonly number[];
  readonly warmMs: number;
  readonly windowMs: number;
  /** Viewers that the kernel spreads. */
  readonly viewers: number;
  readonly cap: number;
  /** Newcomers at once at one session. */
  readonly storms: readonly number[];
  /** What others may use of a core in a window, in percent; null: whatever they like. */
  readonly noise: number | null;
};

/** What the command line asks for. */
export type Asked = {
  readonly quick: boolean;
  readonly rounds: number | null;
  readonly windowMs: number | null;
  readonly noise: number | null;
};

/** The plan for what was asked. */
export const planFor = ({ quick, rounds, windowMs, noise }: Asked): Plan => ({
  mode: quick ? 'quick' : 'full',
  rounds: rounds ?? (quick ? 3 : 8),
  roundsNeeded: quick ? 3 : 8,
  processes: [1, 2],
  spreadOver: [1, 2, 4],
  warmMs: quick ? 500 : 1_500,
  windowMs: windowMs ?? (quick ? 800 : 2_000),
  viewers: 1_000,
  cap: 8,
  storms: [16, 100],
  noise: noise ?? (quick ? null : USUAL_NOISE),
});
