/** Takes the samples: step by step, round by round. */
import { setTimeout as wait } from 'node:timers/promises';
import { inQuiet } from '../console/calm.ts';
import type { Load } from '../console/children.ts';
import { pin, residentKiB, watchTree } from './cpu.ts';
import type { Counted, Times, ViewersOrder } from './orders.ts';
import { isSteady, type Plan, type Step, stepsOf, warmMsOf, windowMsOf } from './plan.ts';
import type { Sample } from './ratios.ts';
import { type Running, startCandidate, type Wish } from './start.ts';
import { type CandidateName, type WorkName, workOf } from './works.ts';

/** What runs beside the candidates. */
export type Stage = {
  readonly viewers: Load<ViewersOrder>;
  readonly backend: { readonly pid: number; readonly port: number };
  readonly plan: Plan;
  /** The folder that CPU profiles of wsbouncer go into; null: it is not profiled. */
  readonly profile: string | null;
  readonly say: (line: string) => void;
  /** Whether somebody has ended the run. */
  readonly isOver: () => boolean;
};

/** What came of all rounds. */
export type Taken = {
  readonly samples: readonly Sample[];
  /** What others used of a core in each window, in percent. */
  readonly strangers: readonly number[];
  /** Windows that were left out, because others used too much of the machine. */
  readonly disturbed: number;
  /** Steps that failed, in words. */
  readonly failed: readonly string[];
};

const VIEWERS = 100;
const PACED = { viewers: 200, perSecond: 4000 };
const STREAMING = 4;
const AT_ONCE = 32;
const KIB = 1024;
const MIB = 1024 * 1024;

/** The ping interval of the silent viewers' proxy; its pong timeout is three of them. */
const SILENT_PING_MS = 2000;

/** How often a disturbed window is taken anew before it is left out. */
const TRIES = 3;

/** From the end of a load to the next, for what has to be cleared away. */
const REST_MS = 100;

const sizes: Partial<Record<WorkName, number>> = {
  'stream-4k': 4 * KIB,
  'stream-64k': 64 * KIB,
  'stream-1m': MIB,
};

const orderFor = (work: WorkName, port: number): ViewersOrder => {
  const size = sizes[work];
  if (size !== undefined) return { do: 'stream', port, viewers: STREAMING, size };
  if (work === 'echo') return { do: 'echo', port, viewers: VIEWERS };
  if (work === 'paced') return { do: 'pace', port, ...PACED };
  const expects = work === 'refused' ? 'refused' : 'accepted';
  return { do: 'visit', port, atOnce: AT_ONCE, expects };
};

/** What is not about it reads a tree of no process. */
const watchMaybe = (pid: number | null): (() => number) =>
  pid === null ? () => 0 : watchTree(pid);

type Bare = Omit<Sample, 'round'>;

const window = async (stage: Stage, step: Step, running: Running): Promise<Bare> => {
  const pids = [running.pid, stage.viewers.pid, stage.backend.pid];
  const began = performance.now();
  const watched = pids.map(watchMaybe);
  const counted = await stage.viewers.ask<Counted>({
    do: 'window',
    ms: windowMsOf(stage.plan, step),
  });
  const [proxy = 0, viewers = 0, backend = 0] = watched.map((used) => used());
  const passedNs = (performance.now() - began) * 1e6;
  if (counted.units === 0) throw new Error('nothing came through');
  const units = workOf(step.work).per === 'MiB' ? counted.units / MIB : counted.units;
  return {
    ...step,
    cost: running.pid === null ? null : proxy / 1000 / units,
    perSecond: units / (counted.ms / 1000),
    times: counted.times,
    cores: { proxy: proxy / passedNs, viewers: viewers / passedNs, backend: backend / passedNs },
  };
};

const NO_CORES = { proxy: 0, viewers: 0, backend: 0 };

const idle = async (stage: Stage, step: Step, running: Running): Promise<Bare> => {
  const viewers = step.work === 'idle-1000' ? 1000 : 5000;
  const pid = running.pid!;
  await wait(stage.plan.warmMs);
  const before = residentKiB(pid);
  await stage.viewers.ask({ do: 'idle', port: running.port, viewers });
  await wait(stage.plan.idleMs);
  const cost = (residentKiB(pid) - before) / viewers;
  return { ...step, cost, perSecond: null, times: null, cores: NO_CORES };
};

const lateness = async (stage: Stage, step: Step, running: Running): Promise<Bare> => {
  const times = await stage.viewers.ask<Times>({
    do: 'silent',
    port: running.port,
    viewers: stage.plan.silentViewers,
    pongTimeoutMs: 3 * SILENT_PING_MS,
  });
  return { ...step, cost: times.p99, perSecond: null, times, cores: NO_CORES };
};

const wishOf = (work: WorkName): Wish => {
  if (work === 'refused') return { cap: 1 };
  return work === 'lateness' ? { pingInterval: `${SILENT_PING_MS}ms` } : {};
};

const start = async (stage: Stage, name: CandidateName, wish: Wish): Promise<Running> => {
  const profile = stage.profile === null ? {} : { profile: stage.profile };
  const running = await startCandidate(name, stage.backend.port, { ...wish, ...profile });
  if (stage.plan.isPinned && running.pid !== null) pin(running.pid, '0');
  return running;
};

/** The candidates that live on from step to step. */
class Company {
  readonly #stage: Stage;
  /** By name; those of a full session besides. */
  readonly #running = new Map<string, Running>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get pids(): number[] {
    return [...this.#running.values()].flatMap(({ pid }) => (pid === null ? [] : [pid]));
  }

  /** Works on the one of that name, or on one of its own where the step needs that. */
  async with<Value>(step: Step, work: (running: Running) => Promise<Value>): Promise<Value> {
    const wish = wishOf(step.work);
    const key = `${step.candidate} ${isSteady(step.work) ? step.work : (wish.cap ?? '')}`;
    const known = this.#running.get(key);
    const running = known ?? (await start(this.#stage, step.candidate, wish));
    this.#running.set(key, running);
    let isUsable = false;
    try {
      const value = await work(running);
      isUsable = !isSteady(step.work);
      return value;
    } finally {
      await this.#stage.viewers.ask({ do: 'leave' });
      // Memory and deadlines need a new process; so does whatever failed.
      if (!isUsable) {
        this.#running.delete(key);
        await running.stop();
      }
    }
  }

  async stop(): Promise<void> {
    for (const { stop } of this.#running.values()) await stop();
    this.#running.clear();
  }
}

const inWords = ({ work, candidate, cost, perSecond, times, cores }: Bare): string => {
  const { cost: unit, per } = workOf(work);
  return [
    `${work} ${candidate}`.padEnd(24),
    cost === null ? 'no proxy' : `${cost.toFixed(1)} ${unit}/${per}`,
    ...(perSecond === null ? [] : [`${Math.round(perSecond)}/s`]),
    ...(times === null ? [] : [`p50 ${times.p50.toFixed(2)} p99 ${times.p99.toFixed(2)} ms`]),
    ...(cores.viewers === 0
      ? []
      : [
          `cores: proxy ${cores.proxy.toFixed(2)} viewers ${cores.viewers.toFixed(2)} backend ${cores.backend.toFixed(2)}`,
        ]),
  ].join('  ');
};

type Quiet = { readonly value: Bare; readonly strangers: number };

/** Lets the load begin, and waits until the candidate is warm. */
const begin = async (stage: Stage, step: Step, running: Running): Promise<void> => {
  await stage.viewers.ask(orderFor(step.work, running.port));
  await wait(warmMsOf(stage.plan, step));
};

const warmUp = (stage: Stage, company: Company, step: Step): Promise<void> =>
  company.with(step, (running) => begin(stage, step, running));

const take = (stage: Stage, company: Company, step: Step): Promise<Quiet> =>
  company.with(step, async (running) => {
    const noise = { most: stage.plan.noise ?? Number.POSITIVE_INFINITY };
    const own = running.pid === null ? [] : [running.pid];
    const ours = [stage.viewers.pid, stage.backend.pid, ...new Set([...own, ...company.pids])];
    if (step.work === 'lateness') return inQuiet(noise, ours, () => lateness(stage, step, running));
    if (isSteady(step.work)) return inQuiet(noise, ours, () => idle(stage, step, running));
    await begin(stage, step, running);
    let taken: Quiet;
    let tries = 0;
    do {
      taken = await inQuiet(noise, ours, () => window(stage, step, running));
      tries += 1;
    } while (taken.strangers > noise.most && tries < TRIES);
    return taken;
  });

/** All rounds of a plan. What fails is told and left out; the rest goes on. */
export const runRounds = async (stage: Stage): Promise<Taken> => {
  const { plan, say } = stage;
  const samples: Sample[] = [];
  const strangers: number[] = [];
  const failed: string[] = [];
  let disturbed = 0;
  const company = new Company(stage);
  const note = (round: number, taken: Quiet): void => {
    const isDisturbed = taken.strangers > (plan.noise ?? Number.POSITIVE_INFINITY);
    say(`${round + 1}  ${inWords(taken.value)}${isDisturbed ? '  disturbed' : ''}`);
    if (isDisturbed) {
      disturbed += 1;
      return;
    }
    samples.push({ round, ...taken.value });
    strangers.push(taken.strangers);
  };
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const step of stepsOf(plan, round)) {
      try {
        if (step.part === 'warm-up') await warmUp(stage, company, step);
        else note(round, await take(stage, company, step));
      } catch (error) {
        if (stage.isOver()) throw error;
        const why = error instanceof Error ? error.message : String(error);
        failed.push(`${step.work}, ${step.candidate}, round ${round + 1}: ${why}`);
        say(failed.at(-1)!);
      }
      await wait(REST_MS);
    }
    if (plan.isFreshEachRound) await company.stop();
  }
  await company.stop();
  return { samples, strangers, disturbed, failed };
};
