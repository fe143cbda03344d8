/**
 * The comparison: every round runs all three programs, one after the other under the same load,
 * each in another place of the order than in the round before.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { type Arm, type ArmName, type ArmOptions, startArm } from './arms.ts';
import { type Calm, collect, inQuiet, type Noise } from './calm.ts';
import type { Load } from './children.ts';
import type { Latency, ViewersOrder } from './orders.ts';
import type { Plan } from './plan.ts';
import { type Cpu, watchCpu } from './processes.ts';

const NAMES: readonly ArmName[] = ['console', 'thread', 'plain'];

/** What one program did in one window. */
export type Window = {
  readonly latency: Latency;
  readonly cpu: Cpu;
  /** Changes of state a second; null where the program tells nobody. */
  readonly changesPerSecond: number | null;
  /** Frames drawn a second, and what they weigh; null without a terminal. */
  readonly framesPerSecond: number | null;
  readonly terminalKiBPerSecond: number | null;
};

/** One round. */
export type Round = Readonly<Record<ArmName, Window>>;

/** What runs beside the program under test. */
export type Stage = {
  readonly viewers: Load<ViewersOrder>;
  readonly backendPid: number;
  readonly backendPort: number;
  readonly noise: Noise;
};

const FRAME = '\u001B[?2026h';

const tenths = (value: number): number => Math.round(value * 10) / 10;

/** Looks at a program under load for a while. */
export const look = async (arm: Arm, stage: Stage, ms: number): Promise<Window> => {
  const seconds = ms / 1000;
  const changesBefore = arm.changes?.() ?? 0;
  const drawnBefore = arm.terminal?.output().length ?? 0;
  const cpuUntilNow = watchCpu(arm.pid);
  const latency = await stage.viewers.ask<Latency>({ do: 'measure', ms });
  const cpu = cpuUntilNow();
  const drawn = arm.terminal?.output().slice(drawnBefore) ?? null;
  return {
    latency,
    cpu,
    changesPerSecond:
      arm.changes === null ? null : Math.round((arm.changes() - changesBefore) / seconds),
    framesPerSecond: drawn === null ? null : tenths((drawn.split(FRAME).length - 1) / seconds),
    terminalKiBPerSecond: drawn === null ? null : tenths(Buffer.byteLength(drawn) / 1024 / seconds),
  };
};

/** The options that the load of a plan needs. */
export const armOptions = (stage: Stage, plan: Plan): ArmOptions => ({
  backendPort: stage.backendPort,
  viewers: plan.load.viewers,
  cap: Math.ceil(plan.load.viewers / plan.load.sessions),
  pingIntervalMs: plan.pingIntervalMs,
});

/** The processes of a run. */
export const pidsOf = (stage: Stage, arm: { readonly pid: number }): number[] => [
  stage.viewers.pid,
  stage.backendPid,
  arm.pid,
];

/** How often a window is taken anew before the round is given up. */
const TRIES = 4;

type Taken = { readonly value: Window; readonly strangers: number };

const oneWindow = async (name: ArmName, stage: Stage, plan: Plan): Promise<Taken> => {
  const arm = await startArm(name, armOptions(stage, plan));
  try {
    await stage.viewers.ask({ do: 'connect', port: arm.port, plan: plan.load });
    await wait(plan.settleMs);
    const watching = () => look(arm, stage, plan.windowMs);
    for (let tries = 1; ; tries += 1) {
      const taken = await inQuiet(stage.noise, pidsOf(stage, arm), watching);
      if (taken.strangers <= stage.noise.most || tries === TRIES) return taken;
    }
  } finally {
    await stage.viewers.ask({ do: 'leave' });
    await arm.stop();
  }
};

const inWords = (name: ArmName, { value, strangers }: Taken): string => {
  const { latency, cpu, changesPerSecond, framesPerSecond } = value;
  return [
    name.padEnd(8),
    `p99 ${latency.p99.toFixed(1)} ms of ${latency.count}`,
    `main ${cpu.main} %`,
    ...(cpu.relay === null ? [] : [`relay ${cpu.relay} %`]),
    ...(changesPerSecond === null ? [] : [`${changesPerSecond} changes/s`]),
    ...(framesPerSecond === null ? [] : [`${framesPerSecond} frames/s`]),
    `strangers ${strangers} %`,
  ].join('  ');
};

/** All rounds; `say` hears how it goes. A round that is disturbed is not finished. */
export const runRounds = (
  stage: Stage,
  plan: Plan,
  say: (line: string) => void,
): Promise<Calm<Round>> =>
  collect(plan.rounds, stage.noise, async (attempt) => {
    const windows: Partial<Record<ArmName, Window>> = {};
    let strangers = 0;
    for (let place = 0; place < NAMES.length; place += 1) {
      const name = NAMES[(attempt + place) % NAMES.length]!;
      const taken = await oneWindow(name, stage, plan);
      const isDisturbed = taken.strangers > stage.noise.most;
      say(`round ${attempt + 1}  ${inWords(name, taken)}${isDisturbed ? ': disturbed' : ''}`);
      if (isDisturbed) return null;
      windows[name] = taken.value;
      strangers = Math.max(strangers, taken.strangers);
    }
    return { value: windows as Round, strangers };
  });
