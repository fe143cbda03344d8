/** Numbers as the operator reads them: short, of a bounded width, with their unit. */

const pad2 = (value: number): string => String(value).padStart(2, '0');

/** Time of day in UTC, as the event lines have it: `12:05:10`. */
export const formatClock = (atMs: number): string => {
  const second = Math.floor(atMs / 1000);
  return [Math.floor(second / 3600) % 24, Math.floor(second / 60) % 60, second % 60]
    .map(pad2)
    .join(':');
};

/** The time of day of an ISO 8601 instant: `12:05:10`. */
export const clockOf = (time: string): string => time.slice(11, 19);

/** How long the proxy has run: `11:58`, `1:11:58`, `3d 01:11`. */
export const formatUptime = (ms: number): string => {
  const second = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(second / 3600);
  const minutes = Math.floor(second / 60) % 60;
  if (hours >= 24) return `${Math.floor(hours / 24)}d ${pad2(hours % 24)}:${pad2(minutes)}`;
  return `${hours > 0 ? `${hours}:${pad2(minutes)}` : minutes}:${pad2(second % 60)}`;
};

/** An age in at most 6 cells: `12s`, `4m03s`, `2h10m`, `3d04h`, `412d`. */
export const formatAge = (ms: number): string => {
  const second = Math.max(0, Math.floor(ms / 1000));
  if (second < 60) return `${second}s`;
  if (second < 3600) return `${Math.floor(second / 60)}m${pad2(second % 60)}s`;
  const hours = Math.floor(second / 3600);
  if (hours < 24) return `${hours}h${pad2(Math.floor(second / 60) % 60)}m`;
  const days = Math.floor(hours / 24);
  return days < 100 ? `${days}d${pad2(hours % 24)}h` : `${days}d`;
};

/** A round trip in at most 5 cells: `38ms`, `1.2s`, `48s`; `--` where there was none yet. */
export const formatRtt = (ms: number | null): string => {
  if (ms === null) return '--';
  if (ms < 999.5) return `${ms > 0 && ms < 0.5 ? '<1' : Math.round(ms)}ms`;
  return ms < 9950 ? `${(ms / 1000).toFixed(1)}s` : `${Math.min(9999, Math.round(ms / 1000))}s`;
};

/** Bytes in at most 5 cells, in steps of 1024: `312B`, `4.1K`, `3.0M`; `-` for none. */
export const formatBytes = (bytes: number): string => {
  if (bytes <= 0) return '-';
  if (bytes < 1024) return `${bytes}B`;
  let value = bytes;
  let unit = '';
  for (unit of ['K', 'M', 'G', 'T']) {
    value /= 1024;
    if (value < 1023.5) break;
  }
  return value < 9.95
    ? `${value.toFixed(1)}${unit}`
    : `${Math.min(9999, Math.round(value))}${unit}`;
};

/** A sum of two times less one of them is not always the other: it may be a hair more. */
const HAIR_MS = 0.001;

const unitsLeft = (ms: number, unitMs: number): number =>
  Math.max(0, Math.ceil((ms - HAIR_MS) / unitMs));

/** The seconds to count down from: 3 for three seconds, and until only two are left; never below 0. */
export const secondsLeft = (ms: number): number => unitsLeft(ms, 1000);

/** The minutes to count down from, likewise. */
export const minutesLeft = (ms: number): number => unitsLeft(ms, 60_000);

/** Time to a deadline in at most 4 cells; with tenths where the whole timeout is short. */
export const formatLeft = (ms: number, timeoutMs: number): string => {
  if (timeoutMs < 10_000) return `${(unitsLeft(ms, 100) / 10).toFixed(1)}s`;
  const seconds = secondsLeft(ms);
  return seconds < 1000 ? `${seconds}s` : `${Math.min(999, Math.ceil(seconds / 60))}m`;
};

/** A limit that somebody has set: `45s`, `10m` where it is whole minutes from two on. */
export const formatLimit = (ms: number): string =>
  ms >= 120_000 && ms % 60_000 === 0 ? `${ms / 60_000}m` : formatLeft(ms, ms);

/** A count in at most 4 cells: `9999`, `12k`, `3M`. */
export const formatCount = (count: number): string => {
  if (count < 10_000) return String(count);
  return count < 1_000_000 ? `${Math.floor(count / 1000)}k` : `${Math.floor(count / 1_000_000)}M`;
};

/** Viewers against the cap in at most 9 cells: `3/8`. */
export const formatSlots = (viewers: number, cap: number): string =>
  `${formatCount(viewers)}/${formatCount(cap)}`;

/** A count with its noun: `1 viewer`, `49 viewers`. */
export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
