/** How a soak reads: its line while it runs, its violations, its summary. Pure. */
import { percentile } from '../../src/core/ranking.ts';
import type { Figures, Violation } from './observation.ts';
import type { Tally } from './tally.ts';

const MOST_SHOWN = 40;

const mib = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

/** `83 s` as `1:23`. */
const clockText = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
};

const ms = (value: number | null): string => (value === null ? 'none' : `${value.toFixed(1)} ms`);

/** One line of what is going on. */
export const progressLine = (
  phase: string,
  elapsedMs: number,
  forMs: number,
  tally: Tally,
  violations: number,
): string =>
  [
    `${phase} ${clockText(elapsedMs)} of ${clockText(forMs)}`,
    `${tally.total} lives`,
    `${tally.of('viewer.admitted')} admitted`,
    `${tally.of('viewer.refused')} refused`,
    `${tally.of('viewer.evicted')} evicted`,
    `p99 ${ms(percentile(tally.roundTrips.slice(-5_000), 0.99))}`,
    `${violations} violations`,
  ].join('  ');

/** What did not hold, when, with which seed, and what had happened. */
export const violationText = ({ at, what, events }: Violation, seed: number): string =>
  [
    `VIOLATION at ${clockText(at)} (${(at / 1000).toFixed(3)} s), seed ${seed}: ${what}`,
    ...events.map((event) => `    ${JSON.stringify(event)}`),
    '',
  ].join('\n');

const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
};

const counted = (title: string, counts: ReadonlyMap<string, number>): readonly string[] => [
  title,
  ...table(
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => [`  ${name}`, String(count)]),
  ),
];

const figureRow = ({ round, figures }: { round: number; figures: Figures }): readonly string[] => [
  round === 0 ? '  warm-up' : `  round ${round}`,
  String(figures.descriptors ?? 'unknown'),
  String(Object.values(figures.resources).reduce((sum, count) => sum + count, 0)),
  String(Object.values(figures.listeners).reduce((sum, count) => sum + count, 0)),
  String(figures.slots),
  mib(figures.heap),
  mib(figures.heapKept),
  mib(figures.external),
  mib(figures.resident),
];

/** Everything at the end. */
export const summary = (seed: number, tally: Tally, violations: readonly Violation[]): string => {
  const { roundTrips, attempts, naiveMs } = tally;
  const head = [
    '',
    'descriptors',
    'handles',
    'listeners',
    'slots',
    'heap',
    'of',
    'external',
    'resident',
  ];
  const naive = naiveMs === 0 ? '0' : ((attempts * 1000) / naiveMs).toFixed(1);
  return [
    ...counted('Actors', tally.lives),
    ...counted('Events', tally.events),
    'At rest, after each round (MiB)',
    ...table([head, ...tally.figures.map(figureRow)]),
    `Round trips of good viewers: ${roundTrips.length}, p50 ${ms(percentile(roundTrips, 0.5))}, ` +
      `p99 ${ms(percentile(roundTrips, 0.99))}, longest ${ms(percentile(roundTrips, 1))}; ` +
      'those during a stall of the loop are not counted',
    `A naive viewer connected ${naive} times a second`,
    `The bound on connections to a backend was looked at in ${tally.dials} dials`,
    `The actors themselves were given no time ${tally.stoodStill} times`,
    `At most ${tally.most} actors at once; ${tally.skipped} did not find room`,
    `The loop stood still ${tally.stalls} times, the backends' port was closed ${tally.outages} times`,
    ...violations.slice(0, MOST_SHOWN).map(({ what }) => `violated: ${what}`),
    violations.length === 0
      ? `All invariants held (seed ${seed})`
      : `${violations.length} violations (seed ${seed})`,
    '',
  ].join('\n');
};
