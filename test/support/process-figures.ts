/** What a process of this machine holds, as the kernel sees it. Linux only. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Patience, within } from './within.ts';

const statusOf = (pid: number, field: string): number => {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const value = new RegExp(String.raw`^${field}:\s+(\d+)`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(value);
};

/** Open descriptors, those with a number below `below`. */
export const descriptorsOf = (pid: number, below = Infinity): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) < below).length;

/** Resident memory in MiB. */
export const residentMiB = (pid: number): number => statusOf(pid, 'VmRSS') / 1024;

/** The most resident memory since `forgetPeak`, in MiB. */
export const peakMiB = (pid: number): number => statusOf(pid, 'VmHWM') / 1024;

/** Lets the peak begin anew. */
export const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Looks ten times a second until `check` holds; `saw` says what there was instead. */
export const eventually = async (
  what: string,
  check: () => boolean | Promise<boolean>,
  patience?: Patience,
): Promise<void> => {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    while (!over.signal.aborted && !(await check())) await pause(100);
  };
  try {
    await within(what, look(), patience);
  } finally {
    over.abort();
  }
};

/** Lets real time pass, where what goes on meanwhile is the subject. */
export const letPass = (forMs: number): Promise<void> => {
  const until = performance.now() + forMs;
  return eventually('time to pass', () => performance.now() >= until, { ms: forMs + 5_000 });
};

/** Whether it has ended, be it that nobody has asked how yet. */
export const isGone = (pid: number): boolean => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.startsWith('Z', text.lastIndexOf(')') + 2);
  } catch {
    return true;
  }
};

/** Time that it has run on a processor, in milliseconds. */
export const busyMs = (pid: number): number => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // After the name, which may have blanks: the 12th and 13th are user and system, in ticks of 10 ms.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
};
