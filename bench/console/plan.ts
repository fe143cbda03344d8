/**
 * How large a run is: what was asked for, what the machine has room for, and which limit it met.
 * The numbers of the full run are those that the console is held to.
 */
import { type Room, roomFor } from '../room.ts';
import { USUAL_NOISE } from './calm.ts';
import type { LoadPlan } from './orders.ts';

/** A run. */
export type Plan = {
  readonly mode: 'full' | 'quick';
  readonly rounds: number;
  readonly load: LoadPlan;
  readonly pingIntervalMs: number;
  /** From the last connection to the first figure: until the viewers change state evenly. */
  readonly settleMs: number;
  /** Length of the window of one round. */
  readonly windowMs: number;
  readonly keys: number;
  readonly stalls: number;
  readonly stallMs: number;
  /** The small load: 4 pictures a second on 40 rows. */
  readonly small: LoadPlan;
  readonly smallRounds: number;
  /** What others may use of a core in a window, in percent; null: whatever they like. */
  readonly noise: number | null;
  /** What the machine had no room for, and what that changed. */
  readonly notes: readonly string[];
};

/** The share of the viewers that changes its state in each second. */
const CHANGING = 0.1;

const VIEWERS_PER_SESSION = 10;

/** What the command line asks for. */
export type Asked = {
  readonly quick: boolean;
  readonly rounds: number | null;
  readonly viewers: number | null;
  readonly noise: number | null;
};

/** Answering every second Ping, a viewer changes its state once in each ping interval. */
const loadOf = (viewers: number, pingIntervalMs: number, echoing: number): LoadPlan => ({
  viewers,
  sessions: Math.max(1, Math.round(viewers / VIEWERS_PER_SESSION)),
  alternating: Math.min(viewers, Math.round((viewers * CHANGING * pingIntervalMs) / 1000)),
  echoing,
  echoesPerSecond: 20,
});

/** The plan for a machine. */
export const planFor = (asked: Asked, room: Room): Plan => {
  const wanted = asked.viewers ?? (asked.quick ? 1000 : 5000);
  const { count: viewers, limit } = roomFor(wanted, room);
  const notes = viewers === wanted ? [] : [`${viewers} viewers instead of ${wanted}: ${limit}`];
  const pingIntervalMs = asked.quick ? 1000 : 5000;
  const full = !asked.quick;
  return {
    mode: full ? 'full' : 'quick',
    rounds: asked.rounds ?? (full ? 7 : 5),
    load: loadOf(viewers, pingIntervalMs, Math.min(full ? 200 : 100, Math.round(viewers / 5))),
    pingIntervalMs,
    settleMs: full ? 12_000 : 1500,
    windowMs: full ? 6000 : 2000,
    keys: full ? 200 : 30,
    stalls: full ? 5 : 1,
    stallMs: 5000,
    small: loadOf(40, pingIntervalMs, 4),
    smallRounds: full ? 5 : 2,
    noise: asked.noise ?? (full ? USUAL_NOISE : null),
    notes,
  };
};
