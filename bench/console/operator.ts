/**
 * What an operator notices: how soon a key shows, what a terminal that stalls does to the relay,
 * and what the console costs where little goes on.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { TerminalRun } from '../../test/support/pty.ts';
import { startConsole } from './arms.ts';
import { type Calm, collect, inQuiet } from './calm.ts';
import type { Latency } from './orders.ts';
import type { Plan } from './plan.ts';
import { residentMiB } from './processes.ts';
import { armOptions, look, pidsOf, type Stage, type Window } from './rounds.ts';

/** A terminal that stalled, in milliseconds and MiB. */
export type Stall = {
  readonly before: Latency;
  readonly during: Latency;
  readonly residentBefore: number;
  /** At the end of the stall. */
  readonly residentDuring: number;
  /** From reading again to a screen whose clock is right. */
  readonly rightAfterMs: number;
};

/** What the console under the large load said. */
export type UnderLoad = {
  /** From writing a key to a screen that shows its effect, in milliseconds, by the handful. */
  readonly keysMs: Calm<readonly number[]>;
  readonly stalls: Calm<Stall>;
};

/** The session that the cursor stands on; null where no row of a session has it. */
export const cursorIn = (rows: readonly string[]): string | null => {
  const row = rows.find((text) => /^▸. s\d+ /.test(text));
  return row?.split(' ')[1] ?? null;
};

const waitUpTo = async (least: number, most: number): Promise<void> => {
  await wait(least + Math.random() * (most - least));
};

/** A key that has shown nothing after so long was lost; it counts with this time. */
export const LOST_MS = 2000;

/** Presses down and up at moments that have nothing to do with the pictures' beat. */
const timeKeys = async (terminal: TerminalRun, count: number): Promise<number[]> => {
  const times: number[] = [];
  await terminal.until((rows) => cursorIn(rows) !== null, 'a cursor on a session');
  for (let pressed = 0; pressed < count; pressed += 1) {
    await waitUpTo(100, 400);
    const before = cursorIn(await terminal.screen());
    const began = performance.now();
    terminal.press(pressed % 4 === 3 ? 'k' : 'j');
    const left = (rows: readonly string[]): boolean => {
      const now = cursorIn(rows);
      return now !== null && now !== before;
    };
    const isLost = await terminal.until(left, 'the cursor to move', { ms: LOST_MS }).then(
      () => false,
      () => true,
    );
    times.push(isLost ? LOST_MS : performance.now() - began);
  }
  return times;
};

const MINUTE = 60;
const IN_TIME_S = 2;

/** Whether the clock in the title is right, whatever its time zone. */
const isOfNow = ([title = '']: readonly string[]): boolean => {
  const shown = Number(/:(\d\d)Z?\s*$/.exec(title)?.[1] ?? Number.NaN);
  const late = (Date.now() / 1000 - shown + MINUTE) % MINUTE;
  return late >= 0 && late < IN_TIME_S;
};

const stall = async (
  arm: { readonly pid: number; readonly terminal: TerminalRun },
  stage: Stage,
  ms: number,
): Promise<Stall> => {
  const before = await stage.viewers.ask<Latency>({ do: 'measure', ms });
  const residentBefore = residentMiB(arm.pid);
  arm.terminal.pauseReading();
  const during = await stage.viewers.ask<Latency>({ do: 'measure', ms });
  const residentDuring = residentMiB(arm.pid);
  const began = performance.now();
  arm.terminal.resumeReading();
  await arm.terminal.until(isOfNow, 'a clock that is right');
  const rightAfterMs = performance.now() - began;
  await wait(1000);
  return { before, during, residentBefore, residentDuring, rightAfterMs };
};

/** Presses of one window. */
const HANDFUL = 10;

/** The console under the load of the comparison. */
export const runUnderLoad = async (
  stage: Stage,
  plan: Plan,
  say: (line: string) => void,
): Promise<UnderLoad> => {
  const { noise } = stage;
  const arm = await startConsole(armOptions(stage, plan));
  const pids = pidsOf(stage, arm);
  try {
    await stage.viewers.ask({ do: 'connect', port: arm.port, plan: plan.load });
    await wait(plan.settleMs);
    const keysMs = await collect(Math.ceil(plan.keys / HANDFUL), noise, async () => {
      const taken = await inQuiet(noise, pids, () => timeKeys(arm.terminal, HANDFUL));
      say(`keys  ${taken.value.map(Math.round).join(' ')} ms  strangers ${taken.strangers} %`);
      return taken;
    });
    const stalls = await collect(plan.stalls, noise, async (attempt) => {
      const taken = await inQuiet(noise, pids, () => stall(arm, stage, plan.stallMs));
      const { before, during, rightAfterMs } = taken.value;
      say(
        `stall ${attempt + 1}  p99 ${before.p99.toFixed(1)} ms, then ${during.p99.toFixed(1)} ms` +
          `  right after ${Math.round(rightAfterMs)} ms  strangers ${taken.strangers} %`,
      );
      return taken;
    });
    return { keysMs, stalls };
  } finally {
    await stage.viewers.ask({ do: 'leave' });
    await arm.stop();
  }
};

/** The console where little goes on. */
export const runSmall = async (
  stage: Stage,
  plan: Plan,
  say: (line: string) => void,
): Promise<Calm<Window>> => {
  const { noise } = stage;
  const small = { ...plan, load: plan.small };
  const arm = await startConsole(armOptions(stage, small));
  try {
    await stage.viewers.ask({ do: 'connect', port: arm.port, plan: small.load });
    await wait(plan.settleMs);
    return await collect(plan.smallRounds, noise, async () => {
      const watching = () => look(arm, stage, plan.windowMs);
      const taken = await inQuiet(noise, pidsOf(stage, arm), watching);
      const { cpu, framesPerSecond } = taken.value;
      say(`small  main ${cpu.main} %  ${framesPerSecond} frames/s  strangers ${taken.strangers} %`);
      return taken;
    });
  } finally {
    await stage.viewers.ask({ do: 'leave' });
    await arm.stop();
  }
};
