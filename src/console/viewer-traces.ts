/** What a viewer did in the last minutes, as lines: round trips, queue, life, traffic. */
import type { Snapshot } from '../contract.ts';
import { formatAge, formatBytes, formatClock, formatRtt, plural } from './format.ts';
import { levelLine, longSparkline } from './gauges.ts';
import type { Glyphs } from './glyphs.ts';
import type { Present } from './looked-at.ts';
import { toneOf } from './table.ts';
import { fill, line, type Line } from './text.ts';

/** The value that `share` (0 to 1) of all are not above. */
const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;

/** Cells of the words beside a sparkline. */
const wordsWidth = 49;

const sparkCells = (width: number): number => Math.max(8, Math.min(60, width - 5 - wordsWidth));

const traced = (name: string, spark: string, words: Line, cells: number): Line => [
  ...line(` ${name} `, 'dim'),
  ...line(spark.padStart(cells)),
  ...line(' '),
  ...words,
];

/** The round trips of 5 minutes, the newest, and how they spread. */
export const rttLine = ({ row, more }: Present, width: number, glyphs: Glyphs): Line => {
  const rtts = more?.rttsMs ?? row.recentRttsMs;
  const cells = sparkCells(width);
  if (rtts.length === 0) return traced('rtt', '', line('no pong yet', 'dim'), cells);
  const [p50, p95] = [percentile(rtts, 0.5), percentile(rtts, 0.95)];
  const words = fill(
    [
      line(`now ${formatRtt(row.rttMs)}`),
      line(`p50 ${formatRtt(p50)}`),
      line(`p95 ${formatRtt(p95)}`),
      line(`max ${formatRtt(Math.max(...rtts))}`),
      line('5 min', 'dim'),
    ],
    width - 6 - cells,
  );
  return traced('rtt', longSparkline(rtts, glyphs, cells), words, cells);
};

/** What has waited for it, what waits now, and how fast it goes out. */
export const queueLine = ({ row, more }: Present, width: number, glyphs: Glyphs): Line => {
  const cells = sparkCells(width);
  const queued = row.queuedBytes > 0 ? `${formatBytes(row.queuedBytes)} queued` : 'nothing queued';
  const rate = row.bytesPerSecond > 0 ? formatBytes(Math.round(row.bytesPerSecond)) : '0B';
  const words = fill(
    [
      line(queued, row.queuedBytes > 0 ? toneOf(row.state) : 'dim'),
      line(`${rate}/s out`),
      ...(row.stuckMs > 0 ? [line(`stuck for ${formatAge(row.stuckMs)}`, 'stuck')] : []),
    ],
    width - 6 - cells,
  );
  const levels = more?.queues ?? [row.queuedBytes];
  return traced('buf', levelLine(levels, glyphs, cells), words, cells);
};

/** When it was last heard, when it came, and which Pings it has not answered. */
export const lifeLine = ({ row, more }: Present, snapshot: Snapshot, width: number): Line => {
  const silentMs =
    row.deadlineMs === null ? null : Math.max(0, snapshot.pongTimeoutMs - row.deadlineMs);
  const joined = formatClock(more?.arrivedAt ?? snapshot.at - row.ageMs);
  const parts = [
    ...(silentMs === null ? [] : [line(`last life ${formatAge(silentMs)} ago`)]),
    line(`joined ${joined}Z`),
    line(`sent ${formatBytes(row.bytesToViewer)}`),
    ...(row.rejoined > 0 ? [line(`rejoined x${row.rejoined}`, 'warn')] : []),
    ...(more === null ? [] : [line(`pings lost ${more.pingsLost} of ${more.pingsSent}`)]),
  ];
  return [...line(' '), ...fill(parts, width - 1, 3)];
};

/** What a log tells of it: when it came, and what waited for it at the last word about it. */
export const pastLine = ({ row, more }: Present, snapshot: Snapshot, width: number): Line => {
  const joined = formatClock(more?.arrivedAt ?? snapshot.at - row.ageMs);
  const parts = [
    line(`first seen ${joined}Z`),
    line(`${formatAge(row.ageMs)} ago`),
    ...(row.queuedBytes > 0
      ? [line(`${formatBytes(row.queuedBytes)} queued`, toneOf(row.state))]
      : []),
  ];
  return [...line(' '), ...fill(parts, width - 1, 3)];
};

const messages = (count: number | undefined): string =>
  count === undefined ? '' : ` in ${plural(count, 'message')}`;

/** All that has passed, both ways. */
export const trafficLine = ({ row, more }: Present, width: number): Line => {
  const parts = [
    line(`to it ${formatBytes(row.bytesToViewer)}${messages(more?.messagesToViewer)}`),
    line(`from it ${formatBytes(row.bytesToBackend)}${messages(more?.messagesToBackend)}`),
    line(`rtt smoothed ${formatRtt(row.smoothedRttMs)}`),
  ];
  return [...line(' '), ...fill(parts, width - 1, 3)];
};
