/**
 * What Linux tells about processes: the CPU of each thread, memory, and how busy the machine is
 * with others. Threads are told apart by their ids and names: the main thread has the id of the
 * process, and the relay's worker is named `relay`; where Node names no threads, the relay is
 * the busiest of the rest.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** Ticks a second in which Linux counts CPU time for user space, on all of its platforms. */
const TICKS = 100;

/** A thread or process: what it has used so far, and how nice it is; proc_pid_stat(5). */
type Ticks = {
  readonly id: number;
  readonly name: string;
  readonly ticks: number;
  readonly nice: number;
};

const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // A thread or process that has ended meanwhile.
    return null;
  }
};

const ticksIn = (stat: string): Ticks => {
  const nameEnds = stat.lastIndexOf(')');
  const fields = stat.slice(nameEnds + 2).split(' ');
  const [name = ''] = stat.slice(stat.indexOf('(') + 1).split(')');
  return {
    id: Number.parseInt(stat, 10),
    name,
    ticks: Number(fields[11]) + Number(fields[12]),
    nice: Number(fields[16]),
  };
};

/** The threads of a process. */
export const threadsOf = (pid: number): Ticks[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((id) => {
    const stat = read(`/proc/${pid}/task/${id}/stat`);
    return stat === null ? [] : [ticksIn(stat)];
  });

const ticksOf = (pid: number): number => {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? 0 : ticksIn(stat).ticks;
};

/** Ticks in which any core did something, and those that a hypervisor gave to other machines. */
const busyTicks = (): number => {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = (
    read('/proc/stat') ?? ''
  )
    .split('\n', 1)[0]!
    .split(/\s+/)
    .map(Number);
  return user + nice + system + irq + softIrq + steal;
};

/** Shares of one core, in percent. */
export type Cpu = {
  /** The main thread: it draws the console, and relays where there is no thread for that. */
  readonly main: number;
  /** The relay's thread; null without one. */
  readonly relay: number | null;
  /** V8's and Node's own threads: garbage collection, compilation, files. */
  readonly others: number;
};

const shareOf = (ticks: number, began: number): number => {
  const seconds = (performance.now() - began) / 1000;
  return Math.round((1e4 * ticks) / TICKS / seconds) / 100;
};

/**
 * Reads what runs on the machine beside this process and `ours`, in percent of a core, from now
 * until the returned function is called.
 */
export const watchStrangers = (ours: readonly number[]): (() => number) => {
  const mine = [process.pid, ...ours];
  const began = performance.now();
  const busyBefore = busyTicks();
  const before = mine.map(ticksOf);
  return () => {
    const own = mine.reduce((sum, pid, at) => sum + ticksOf(pid) - before[at]!, 0);
    return Math.max(0, shareOf(busyTicks() - busyBefore - own, began));
  };
};

/** Reads what `pid` uses from now until the returned function is called. */
export const watchCpu = (pid: number): (() => Cpu) => {
  const began = performance.now();
  const before = new Map(threadsOf(pid).map(({ id, ticks }) => [id, ticks]));
  return () => {
    const used = threadsOf(pid)
      .map(({ id, name, ticks }) => ({ id, name, ticks: ticks - (before.get(id) ?? 0) }))
      .toSorted((a, b) => b.ticks - a.ticks);
    const main = used.find(({ id }) => id === pid);
    const rest = used.filter(({ id }) => id !== pid);
    const isNamed = rest.some(({ name }) => name === 'V8Worker' || name === 'relay');
    const relay = rest.find(({ name }) => !isNamed || name === 'relay');
    const all = used.reduce((sum, { ticks }) => sum + ticks, 0);
    return {
      main: shareOf(main?.ticks ?? 0, began),
      relay: relay === undefined ? null : shareOf(relay.ticks, began),
      others: shareOf(all - (main?.ticks ?? 0) - (relay?.ticks ?? 0), began),
    };
  };
};

/** Resident memory in MiB. */
export const residentMiB = (pid: number): number => {
  const kib = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return Math.round(Number(kib) / 10.24) / 100;
};

/** How many local ports there are for connections to one address. */
export const localPorts = (): number => {
  const [from = 32_768, to = 60_999] = (read('/proc/sys/net/ipv4/ip_local_port_range') ?? '')
    .split(/\s+/)
    .filter((text) => text !== '')
    .map(Number);
  return to - from + 1;
};
