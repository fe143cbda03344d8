/** From samples to tables, slopes and verdicts. */
import { type Spread, spreadOf } from '../console/stats.ts';
import { ranged, roundsText, shown, tableOf } from '../markdown.ts';
import { type Axis, type Measure, MEASURES, numberOf, type Sample } from './measures.ts';
import type { Plan } from './plan.ts';
import { isAllowed, type Slope, slopeOf } from './slope.ts';

/** How one figure grows along an axis. */
export type Growth = {
  readonly axis: Axis;
  readonly measure: Measure;
  /** Over the rounds, at each number, the smallest first. */
  readonly costs: readonly { readonly n: number; readonly cost: Spread }[];
  /** Null where fewer than three numbers were told. */
  readonly slope: Slope | null;
  readonly isAllowed: boolean | null;
};

/** What a run leaves behind. */
export type Results = {
  readonly measuredOn: string;
  readonly machine: string;
  readonly plan: Plan;
  /** Windows that were left out, because others used too much of the machine. */
  readonly disturbed: number;
  /** What others used of a core in the windows that count, in percent. */
  readonly strangers: Spread | null;
  readonly growths: readonly Growth[];
};

const AXES: readonly Axis[] = ['viewers', 'sessions'];

/** The growth of every figure along both axes. */
export const growthsOf = (samples: readonly Sample[]): Growth[] =>
  AXES.flatMap((axis) =>
    MEASURES.map((measure): Growth => {
      const own = samples.filter(
        (sample) => sample.size.axis === axis && sample.measure === measure.name,
      );
      const numbers = [...new Set(own.map(({ size }) => numberOf(size)))].toSorted((a, b) => a - b);
      const costs = numbers.flatMap((n) => {
        const cost = spreadOf(own.filter(({ size }) => numberOf(size) === n).map((s) => s.cost));
        return cost === null ? [] : [{ n, cost }];
      });
      const slope = slopeOf(costs.map(({ n, cost }) => ({ n, cost: cost.median })));
      const { allowed } = measure;
      return { axis, measure, costs, slope, isAllowed: slope && isAllowed(slope, allowed) };
    }),
  ).filter(({ costs }) => costs.length > 0);

const slopeCell = ({ slope, isAllowed, measure }: Growth): string => {
  if (slope === null) return 'too few sizes';
  const verdict = isAllowed === false ? ` **more than it may: ${measure.allowed}**` : '';
  return `${slope.words} (n^${slope.exponent.toFixed(2)})${verdict}`;
};

const axisTable = (axis: Axis, growths: readonly Growth[], plan: Plan): string[] => {
  const own = growths.filter((growth) => growth.axis === axis);
  const sizes = plan.sizes.filter((size) => size.axis === axis);
  if (own.length === 0) return [];
  const title =
    axis === 'viewers'
      ? 'From few viewers to many, 10 in a session'
      : `From one session to many, ${sizes[0]?.viewers ?? 0} viewers in all`;
  const head = ['', '', ...sizes.map((size) => numberOf(size).toLocaleString('en')), 'it …'];
  const costCell = ({ costs }: Growth, number: number): string => {
    const cost = costs.find(({ n }) => n === number)?.cost;
    return cost === undefined ? '' : shown(cost.median);
  };
  const body = own.map((growth) =>
    [growth.measure.title, growth.measure.unit].concat(
      sizes.map((size) => costCell(growth, numberOf(size))),
      slopeCell(growth),
    ),
  );
  return [`#### ${title}`, '', ...tableOf([head, ...body]), ''];
};

/** What grows more than it may, in one sentence. */
export const verdictOf = (growths: readonly Growth[]): string => {
  const bad = growths.filter(({ isAllowed }) => isAllowed === false);
  if (bad.length === 0) return 'Nothing grows more than it may.';
  const which = bad.map(
    ({ measure, axis, slope }) => `${measure.title} with the ${axis} (${slope?.words ?? ''})`,
  );
  return `**More than it may grows: ${which.join('; ')}.**`;
};

/** The results as Markdown. */
export const markdownOf = ({ plan, growths, ...results }: Results): string =>
  [
    `${plan.mode === 'quick' ? 'Quick run, for a look only: medians' : 'Medians'} of ${roundsText(plan.rounds)}, windows of ` +
      `${plan.windowMs / 1000} s, ${plan.notes.join('; ')}. ${results.machine}, ${results.measuredOn}.`,
    '',
    verdictOf(growths),
    '',
    `Others on the machine used ${ranged(results.strangers, ' %') || 'nothing'} of a core; windows left out for them: ${results.disturbed}.`,
    '',
    ...AXES.flatMap((axis) => axisTable(axis, growths, plan)),
    '',
  ].join('\n');
