/** How large a run is: what was asked for, and what the machine has room for. */
import { USUAL_NOISE } from '../console/calm.ts';
import { type Room, roomFor } from '../room.ts';
import type { Size } from './measures.ts';

/** A run. */
export type Plan = {
  readonly mode: 'full' | 'quick';
  readonly rounds: number;
  readonly sizes: readonly Size[];
  /** From the last connection to the first window. */
  readonly restMs: number;
  /** Before a window, from the beginning of its load. */
  readonly warmMs: number;
  readonly windowMs: number;
  /** Also the window in which everybody is pinged: once each. */
  readonly pingIntervalMs: number;
  /** Messages a second of all viewers together, however many they are. */
  readonly evenPerSecond: number;
  /** Messages a second of one viewer, where the load grows with them. */
  readonly perViewerPerSecond: number;
  /** Pictures that are timed. */
  readonly pictures: number;
  /** What others may use of a core in a window, in percent; null: whatever they like. */
  readonly noise: number | null;
  /** The proxy has the first core for itself, the load has the others. */
  readonly isPinned: boolean;
  readonly notes: readonly string[];
};

/** What the command line asks for. */
export type Asked = {
  readonly quick: boolean;
  readonly rounds: number | null;
  readonly windowMs: number | null;
  readonly viewers: number | null;
  readonly noise: number | null;
};

/** What the machine gives. */
export type Machine = Room & { readonly cores: number; readonly hasTaskset: boolean };

const MOST_VIEWERS = 10_000;
const QUICK_VIEWERS = 3_000;
const PER_SESSION = 10;
/** Below the largest size of each. */
const VIEWERS = [100, 300, 1_000, 3_000] as const;
const SESSIONS = [1, 50, 500] as const;
/** Viewers while the sessions grow; at the end each has one for itself. */
const EVEN_VIEWERS = 5_000;
const QUICK_EVEN_VIEWERS = 1_500;

const sizesFor = (quick: boolean, most: number): Size[] => {
  const viewers = VIEWERS.filter((count) => count < most / 2);
  const even = Math.min(most, quick ? QUICK_EVEN_VIEWERS : EVEN_VIEWERS);
  const sessions = SESSIONS.filter((count) => count < even / 2);
  const some = <Item>(all: readonly Item[]): Item[] =>
    all.filter((_, at) => !quick || at % 2 === 0);
  return [
    ...[...some(viewers), most].map((count): Size => ({
      axis: 'viewers',
      viewers: count,
      sessions: Math.ceil(count / PER_SESSION),
    })),
    ...[...some(sessions), even].map((count): Size => ({
      axis: 'sessions',
      viewers: even,
      sessions: count,
    })),
  ];
};

/** The plan for a machine. */
export const planFor = (asked: Asked, machine: Machine): Plan => {
  const { quick } = asked;
  const wanted = asked.viewers ?? (quick ? QUICK_VIEWERS : MOST_VIEWERS);
  const { count, limit } = roomFor(wanted, machine);
  const windowMs = asked.windowMs ?? (quick ? 1_000 : 2_000);
  return {
    mode: quick ? 'quick' : 'full',
    rounds: asked.rounds ?? (quick ? 1 : 3),
    sizes: sizesFor(quick, count),
    restMs: quick ? 1_500 : 2_500,
    warmMs: quick ? 250 : 400,
    windowMs,
    pingIntervalMs: quick ? 2_000 : 3_000,
    evenPerSecond: 1_000,
    perViewerPerSecond: 1,
    pictures: quick ? 20 : 40,
    noise: asked.noise ?? (quick ? null : USUAL_NOISE),
    isPinned: machine.cores > 1 && machine.hasTaskset,
    notes: [`up to ${count} viewers (${limit})`],
  };
};
