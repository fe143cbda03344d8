/** How large a run is: what was asked for, what is installed, and what the machine has room for. */
import { USUAL_NOISE } from '../console/calm.ts';
import { type Room, roomFor } from '../room.ts';
import {
  type Candidate,
  type CandidateName,
  CANDIDATES,
  isMeasured,
  type WorkName,
  WORKS,
} from './works.ts';

/** Rounds that a ratio needs in the full run: the median of fewer is luck. */
const ROUNDS_NEEDED = 8;
/** What is much the same in every round needs fewer: memory and deadlines. */
const STEADY_ROUNDS_NEEDED = 3;
/** The quick run shows that all is in order, and about where the figures are. */
const QUICK_ROUNDS_NEEDED = 3;

/** A run. */
export type Plan = {
  readonly mode: 'full' | 'quick';
  /** Rounds of what is measured by its CPU time. */
  readonly rounds: number;
  /** Rounds of memory and lateness, each with new processes. */
  readonly steadyRounds: number;
  readonly roundsNeeded: number;
  readonly steadyRoundsNeeded: number;
  readonly works: readonly WorkName[];
  readonly candidates: readonly CandidateName[];
  /** Candidates are started anew in every round. */
  readonly isFreshEachRound: boolean;
  /** Before a window; some works take longer (`warmMsOf`). */
  readonly warmMs: number;
  readonly windowMs: number;
  /** From the last connection to the look at the memory. */
  readonly idleMs: number;
  readonly silentViewers: number;
  /** What others may use of a core in a window, in percent; null: whatever they like. */
  readonly noise: number | null;
  /** The proxy has the first core for itself, the load has the others. */
  readonly isPinned: boolean;
  /** What is missing, and what that changed. */
  readonly notes: readonly string[];
};

/** What the command line asks for. */
export type Asked = {
  readonly quick: boolean;
  readonly rounds: number | null;
  readonly windowMs: number | null;
  readonly noise: number | null;
  /** Null: what the mode has. */
  readonly works: readonly string[] | null;
  readonly candidates: readonly string[] | null;
};

/** What the machine gives. */
export type Machine = Room & {
  readonly cores: number;
  /** Programs that can be run. */
  readonly installed: readonly string[];
};

const QUICK_WORKS: readonly WorkName[] = [
  'echo',
  'paced',
  'stream-4k',
  'stream-64k',
  'churn',
  'refused',
];
const QUICK_CANDIDATES: readonly CandidateName[] = [
  'none',
  'wsbouncer',
  'pipe',
  'http-proxy',
  'nginx',
];

/** As many silent viewers as are asked for where nothing is in the way. */
const MOST_SILENT = 10_000;
const QUICK_SILENT = 500;

const chosen = <Name extends string>(
  option: string,
  asked: readonly string[] | null,
  all: readonly Name[],
  usual: readonly Name[],
): readonly Name[] => {
  if (asked === null) return usual;
  const unknown = asked.find((name) => !all.some((known) => known === name));
  if (unknown !== undefined) {
    throw new Error(`--${option} ${unknown}: there are ${all.join(', ')}`);
  }
  return all.filter((name) => asked.includes(name));
};

const missing = (candidates: readonly Candidate[], machine: Machine): string[] => {
  const packages = candidates.flatMap(({ needs }) =>
    needs !== undefined && !machine.installed.includes(needs) ? [needs] : [],
  );
  return [...new Set(packages)].map(
    (name) => `${name} is not installed and left out: apt-get install ${name}`,
  );
};

/** The plan for a machine. Throws where the command line names what there is not. */
export const planFor = (asked: Asked, machine: Machine): Plan => {
  const { quick } = asked;
  const workNames = WORKS.map(({ name }) => name);
  const names = CANDIDATES.map(({ name }) => name);
  const works = chosen('works', asked.works, workNames, quick ? QUICK_WORKS : workNames);
  const wanted = chosen('candidates', asked.candidates, names, quick ? QUICK_CANDIDATES : names);
  const candidates = CANDIDATES.filter(({ name }) => wanted.includes(name));
  const silent = roomFor(MOST_SILENT, machine);
  const rounds = asked.rounds ?? (quick ? QUICK_ROUNDS_NEEDED : ROUNDS_NEEDED + 2);
  return {
    mode: quick ? 'quick' : 'full',
    rounds,
    steadyRounds: Math.min(rounds, STEADY_ROUNDS_NEEDED),
    roundsNeeded: quick ? QUICK_ROUNDS_NEEDED : ROUNDS_NEEDED,
    steadyRoundsNeeded: STEADY_ROUNDS_NEEDED,
    works,
    candidates: candidates
      .filter(({ needs }) => needs === undefined || machine.installed.includes(needs))
      .map(({ name }) => name),
    isFreshEachRound: !quick,
    warmMs: quick ? 200 : 800,
    windowMs: asked.windowMs ?? (quick ? 600 : 2000),
    idleMs: quick ? 1000 : 4000,
    silentViewers: quick ? QUICK_SILENT : silent.count,
    noise: asked.noise ?? (quick ? null : USUAL_NOISE),
    isPinned: machine.cores > 1 && machine.installed.includes('taskset'),
    notes: [
      ...missing(candidates, machine),
      ...(!quick && works.includes('lateness')
        ? [`silent viewers: ${silent.count} (${silent.limit})`]
        : []),
    ],
  };
};

/** What runs much code seldom takes longer until V8 has compiled all of it. */
const WARMTH: Partial<Record<WorkName, number>> = { paced: 3, churn: 7, refused: 7 };

/**
 * These vary most from window to window, and with so long a warm-up those that are compared would be
 * half a minute apart: in the full run all are warmed up first, and then have so many windows.
 */
const WINDOWS: Partial<Record<WorkName, number>> = { churn: 3, refused: 3 };

/** One thing to do in a round. */
export type Step = {
  readonly work: WorkName;
  readonly candidate: CandidateName;
  /** Whether it is measured, or only warmed up for later steps. */
  readonly part: 'window' | 'warm-up';
};

const windowsOf = (plan: Plan, work: WorkName): number =>
  plan.mode === 'full' ? (WINDOWS[work] ?? 1) : 1;

/** From the last connection of a step to the beginning of its window, or to its end. */
export const warmMsOf = (plan: Plan, { work, part }: Step): number => {
  const isWarm = part === 'window' && windowsOf(plan, work) > 1;
  return plan.warmMs * (isWarm ? 1 : (WARMTH[work] ?? 1));
};

const turned = <Item>(items: readonly Item[], round: number): readonly Item[] => {
  const isBackwards = round % 2 === 1;
  const by = items.length === 0 ? 0 : (round + (isBackwards ? 1 : 0)) % items.length;
  const rotated = [...items.slice(by), ...items.slice(0, by)];
  return isBackwards ? rotated.toReversed() : rotated;
};

/** Whether a work is measured with processes that have done nothing else. */
export const isSteady = (work: WorkName): boolean => work.startsWith('idle') || work === 'lateness';

/** How long the window of a step is: several of a round are half as long each. */
export const windowMsOf = (plan: Plan, { work }: Step): number =>
  windowsOf(plan, work) > 1 ? plan.windowMs / 2 : plan.windowMs;

/** Each candidate once; or warmed up, and then several windows, back to front every other time. */
const partsOf = (
  plan: Plan,
  work: WorkName,
  candidates: readonly CandidateName[],
): readonly Step[] => {
  const count = windowsOf(plan, work);
  const pass = (part: Step['part'], isBackwards: boolean): Step[] =>
    (isBackwards ? candidates.toReversed() : candidates).map((candidate) => ({
      work,
      candidate,
      part,
    }));
  const windows = Array.from({ length: count }, (_, nth) => pass('window', nth % 2 === 1)).flat();
  return count === 1 ? windows : [...pass('warm-up', false), ...windows];
};

/**
 * The steps of a round: work by work, so that those that are compared follow each other closely;
 * the candidates one further in each round, and back to front in every other one, so that none
 * always follows the same.
 */
export const stepsOf = (plan: Plan, round: number): readonly Step[] =>
  plan.works
    .filter((work) => !isSteady(work) || round < plan.steadyRounds)
    .flatMap((work) => {
      const candidates = turned(plan.candidates, round)
        .filter((name) =>
          isMeasured(
            CANDIDATES.find((each) => each.name === name)!,
            work,
          ),
        )
        // The load alone says whether it is the bottleneck; once is enough for a quick look.
        .filter((name) => name !== 'none' || plan.mode === 'full' || round === 0);
      return partsOf(plan, work, candidates);
    });
