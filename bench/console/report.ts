/** From measurements to figures, and from figures to a table that can be read. */
import { roundsText, tableOf } from '../markdown.ts';
import type { Calm } from './calm.ts';
import { LOST_MS, type UnderLoad } from './operator.ts';
import type { Plan } from './plan.ts';
import type { Round, Window } from './rounds.ts';
import { ratioOf, ROUNDS_NEEDED, type Spread, spreadOf } from './stats.ts';

/** One line of the table. */
export type Figure = {
  readonly name: string;
  readonly unit: '%' | 'ms' | 'x' | 'MiB' | '/s' | 'KiB/s';
  /** The median has to stay below this, or at it for a ratio; absent: a figure for information. */
  readonly must?: number;
  /** Null where there were too few undisturbed rounds. */
  readonly value: Spread | null;
};

/** Everything that a run measured. */
export type Measured = {
  readonly rounds: Calm<Round>;
  readonly underLoad: UnderLoad;
  readonly small: Calm<Window>;
};

/** What a run leaves behind. */
export type Results = {
  readonly measuredOn: string;
  /** Windows and rounds that were left out, because others used too much of the machine. */
  readonly disturbed: number;
  readonly machine: string;
  readonly plan: Plan;
  readonly figures: readonly (Figure & { readonly met: boolean | null })[];
};

/** Live numbers are drawn 4 times a second; with room for a window's edges. */
const FRAMES = 4.5;

const numbers = (values: readonly (number | null)[]): number[] =>
  values.filter((value) => value !== null);

const measuredFigures = ({ rounds, underLoad, small }: Measured): Figure[] => {
  const of = (pick: (round: Round) => number | null): number[] => numbers(rounds.values.map(pick));
  const p99 = {
    console: of((round) => round.console.latency.p99),
    thread: of((round) => round.thread.latency.p99),
    plain: of((round) => round.plain.latency.p99),
  };
  const watched = of((round) => round.console.cpu.relay);
  const unwatched = of((round) => round.thread.cpu.relay);
  const keysMs = underLoad.keysMs.values.flat();
  const stalls = underLoad.stalls.values;
  const before = stalls.map((stall) => stall.before.p99);
  const during = stalls.map((stall) => stall.during.p99);
  return [
    {
      name: 'drawing thread, of a core',
      unit: '%',
      must: 10,
      value: spreadOf(of((round) => round.console.cpu.main)),
    },
    {
      name: 'frames drawn',
      unit: '/s',
      must: FRAMES,
      value: spreadOf(of((round) => round.console.framesPerSecond)),
    },
    {
      name: 'written to the terminal',
      unit: 'KiB/s',
      value: spreadOf(of((round) => round.console.terminalKiBPerSecond)),
    },
    {
      name: 'changes of state, as the plain program reports them',
      unit: '/s',
      value: spreadOf(of((round) => round.plain.changesPerSecond)),
    },
    { name: 'key to screen, median', unit: 'ms', must: 50, value: spreadOf(keysMs) },
    { name: 'key to screen, 95 of 100', unit: 'ms', value: spreadOf(keysMs, 0.95) },
    {
      name: 'keys that showed nothing, of 100',
      unit: '%',
      value: spreadOf([(100 * keysMs.filter((ms) => ms >= LOST_MS).length) / keysMs.length]),
    },
    { name: 'relay p99 under the console', unit: 'ms', value: spreadOf(p99.console) },
    { name: 'relay p99 in its thread, no console', unit: 'ms', value: spreadOf(p99.thread) },
    { name: 'relay p99 headless, one thread', unit: 'ms', value: spreadOf(p99.plain) },
    {
      name: 'relay p99: console / headless',
      unit: 'x',
      must: 1.25,
      value: ratioOf(p99.console, p99.plain),
    },
    {
      name: 'relay p99: console / thread without one',
      unit: 'x',
      must: 1.25,
      value: ratioOf(p99.console, p99.thread),
    },
    { name: 'relay thread, watched, of a core', unit: '%', value: spreadOf(watched) },
    { name: 'relay thread, not watched, of a core', unit: '%', value: spreadOf(unwatched) },
    {
      name: 'relay thread: watched / not watched',
      unit: 'x',
      value: watched.length === unwatched.length ? ratioOf(watched, unwatched) : null,
    },
    {
      name: 'terminal stalled: relay p99 during / before',
      unit: 'x',
      must: 1.25,
      value: ratioOf(during, before),
    },
    {
      name: 'terminal stalled: longest round trip meanwhile',
      unit: 'ms',
      value: spreadOf(stalls.map((stall) => stall.during.max)),
    },
    {
      name: 'terminal stalled: memory gained meanwhile',
      unit: 'MiB',
      value: spreadOf(stalls.map((stall) => stall.residentDuring - stall.residentBefore)),
    },
    {
      name: 'terminal stalled: right again after',
      unit: 'ms',
      value: spreadOf(stalls.map((stall) => stall.rightAfterMs)),
    },
    {
      name: 'small load, 40 rows: drawing thread, of a core',
      unit: '%',
      must: 5,
      value: spreadOf(small.values.map(({ cpu }) => cpu.main)),
    },
    {
      name: 'small load, 40 rows: frames drawn',
      unit: '/s',
      must: FRAMES,
      value: spreadOf(numbers(small.values.map(({ framesPerSecond }) => framesPerSecond))),
    },
    {
      name: 'others on the machine meanwhile, of a core',
      unit: '%',
      value: spreadOf(
        [rounds, underLoad.keysMs, underLoad.stalls, small].flatMap(({ strangers }) => strangers),
      ),
    },
  ];
};

/** Whether a figure is what it has to be; null where it has to be nothing, or was not measured. */
const isMet = ({ must, value, unit }: Figure): boolean | null => {
  if (must === undefined || value === null) return null;
  return unit === 'x' ? value.median <= must : value.median < must;
};

/** The figures of a run, in the order of the table, and whether each is what it has to be. */
export const figuresOf = (measured: Measured): Results['figures'] =>
  measuredFigures(measured).map((figure) => Object.assign(figure, { met: isMet(figure) }));

/** How many windows and rounds of a run were left out. */
export const disturbedIn = ({ rounds, underLoad, small }: Measured): number =>
  [rounds, underLoad.keysMs, underLoad.stalls, small].reduce(
    (sum, each) => sum + each.disturbed,
    0,
  );

const shown = (value: number, unit: Figure['unit']): string =>
  value.toFixed(unit === 'x' ? 2 : Math.abs(value) >= 100 ? 0 : 1);

const rowOf = ({ name, unit, must, value, met }: Results['figures'][number]): string[] => {
  const limit = must === undefined ? '' : `${unit === 'x' ? '≤' : '<'} ${must} ${unit}`;
  if (value === null) {
    const needed =
      unit === 'x' ? `fewer than ${ROUNDS_NEEDED} undisturbed rounds` : 'all disturbed';
    return [name, limit, `not told: ${needed}`, '', ''];
  }
  return [
    name,
    limit,
    `${shown(value.median, unit)} ${unit}`,
    value.rounds === 1 ? '' : `${shown(value.min, unit)} to ${shown(value.max, unit)}`,
    met === null ? '' : met ? 'yes' : '**no**',
  ];
};

/** The results as Markdown. */
export const markdownOf = ({ measuredOn, machine, plan, disturbed, figures }: Results): string => {
  const { load } = plan;
  const changes = Math.round(load.alternating / (plan.pingIntervalMs / 1000));
  return [
    `${load.viewers} viewers in ${load.sessions} sessions, of which ${changes} change state each second; ` +
      `${load.echoing} others send ${load.echoesPerSecond} messages a second and have them echoed. ` +
      `${roundsText(plan.rounds)} of ${plan.windowMs / 1000} s for each program (${plan.mode}). ` +
      `${machine}, ${measuredOn}.`,
    ...(disturbed === 0
      ? []
      : ['', `Left out, because others used more than ${plan.noise} % of a core: ${disturbed}.`]),
    '',
    ...plan.notes.flatMap((note) => [note, '']),
    ...tableOf([['', 'must be', 'median', 'range', 'met'], ...figures.map(rowOf)]),
    '',
  ].join('\n');
};
