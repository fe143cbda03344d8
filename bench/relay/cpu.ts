/**
 * The CPU time of a process with all its threads and descendants, in nanoseconds, as the
 * scheduler counts it; and what else Linux tells about processes.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { residentMiB } from '../console/processes.ts';

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A thread or process that has ended meanwhile.
    return null;
  }
};

const tasksOf = (pid: number): string[] => {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
};

/** `pid` and all that descend from it. */
const treeOf = (pid: number): number[] => [
  pid,
  ...tasksOf(pid).flatMap((task) =>
    (read(`/proc/${pid}/task/${task}/children`) ?? '')
      .split(' ')
      .filter((child) => child.trim() !== '')
      .flatMap((child) => treeOf(Number(child))),
  ),
];

/** User and system time of a process, threads that have ended included, in 10 ms ticks. */
const ticksOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  if (stat === null) return 0;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** Linux counts in hundredths of a second for user space, on all of its platforms. */
const NS_PER_TICK = 10_000_000;

type Reading = {
  readonly ns: ReadonlyMap<string, number>;
  readonly ticks: number;
};

const readingOf = (pid: number): Reading => {
  const ns = new Map<string, number>();
  let ticks = 0;
  for (const each of treeOf(pid)) {
    ticks += ticksOf(each);
    for (const task of tasksOf(each)) {
      const stat = read(`/proc/${each}/task/${task}/schedstat`);
      if (stat !== null) ns.set(`${each}/${task}`, Number(stat.split(' ')[0]));
    }
  }
  return { ns, ticks };
};

/**
 * Reads what the tree of `pid` uses from now until the returned function is called. Where a
 * thread has ended meanwhile, or the kernel counts no nanoseconds, it is told from ticks.
 */
export const watchTree = (pid: number): (() => number) => {
  const before = readingOf(pid);
  return () => {
    const after = readingOf(pid);
    const isWhole = after.ns.size > 0 && [...before.ns.keys()].every((task) => after.ns.has(task));
    if (!isWhole) return (after.ticks - before.ticks) * NS_PER_TICK;
    return [...after.ns].reduce((sum, [task, ns]) => sum + ns - (before.ns.get(task) ?? 0), 0);
  };
};

/** Resident memory of the tree of `pid`, in KiB. */
export const residentKiB = (pid: number): number =>
  treeOf(pid).reduce((sum, each) => sum + residentMiB(each) * 1024, 0);

/** Lets the tree of `pid` run on these cores only, in the words of taskset(1): `0` or `1-3`. */
export const pin = (pid: number, cores: string): void => {
  for (const each of treeOf(pid)) {
    execFileSync('taskset', ['-a', '-c', '-p', cores, String(each)], { stdio: 'ignore' });
  }
};
