/** What the machine itself does, in one line of text: the demo shows nothing invented. */
import { availableParallelism, cpus, freemem, loadavg, totalmem, uptime } from 'node:os';

const gib = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);

/** `load 0.42 0.31 0.20 on 2 cores, memory 1.9 of 7.7 GiB, up 3.2 h`. */
export const loadLine = (): string => {
  const load = loadavg().map((value) => value.toFixed(2));
  const used = gib(totalmem() - freemem());
  return [
    `load ${load.join(' ')} on ${availableParallelism()} cores`,
    `memory ${used} of ${gib(totalmem())} GiB`,
    `up ${(uptime() / 3600).toFixed(1)} h`,
  ].join(', ');
};

type CoreTimes = { readonly busy: number; readonly all: number };

const coreTimes = (): CoreTimes[] =>
  cpus().map(({ times }) => {
    const all = times.user + times.nice + times.sys + times.idle + times.irq;
    return { busy: all - times.idle, all };
  });

/** How busy a core was, as ten marks and a number. */
export const coreBar = (share: number): string => {
  const marks = Math.round(share * 10);
  return `${'#'.repeat(marks)}${'.'.repeat(10 - marks)} ${`${Math.round(share * 100)}%`.padStart(4)}`;
};

/** Makes lines with a bar for each core, at most 16, busy since the line before. */
export const coreLines = (): (() => string) => {
  let before: readonly CoreTimes[] = [];
  return () => {
    const now = coreTimes();
    const bars = now.slice(0, 16).map(({ busy, all }, core) => {
      const last = before[core] ?? { busy: 0, all: 0 };
      const share = all > last.all ? (busy - last.busy) / (all - last.all) : 0;
      return `cpu${core} ${coreBar(Math.min(1, Math.max(0, share)))}`;
    });
    before = now;
    return bars.join('  ');
  };
};
