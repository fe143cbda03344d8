/** From samples to figures, and from figures to tables that can be read. */
import { type Spread, spreadOf } from '../console/stats.ts';
import { ranged, shown, tableOf } from '../markdown.ts';
import { isSteady, type Plan } from './plan.ts';
import { bestLibrary, costOf, perRound, ratioOf, type Sample, samplesOf } from './ratios.ts';
import { summaryOf } from './summary.ts';
import {
  type CandidateName,
  candidateOf,
  type Goal,
  GOALS,
  isMeasured,
  type Work,
  type WorkName,
  workOf,
} from './works.ts';

/** Those that everybody is compared with. */
const MEASURES: readonly CandidateName[] = ['pipe', 'http-proxy', 'nginx'];

/** A line of a table of a work. */
export type Row = {
  readonly work: WorkName;
  readonly candidate: CandidateName;
  readonly cost: Spread | null;
  /** Against each of the measures; null where too few rounds have both. */
  readonly ratios: Readonly<Partial<Record<CandidateName, Spread | null>>>;
  readonly perSecond: Spread | null;
  /** Medians of the windows' round trips, in milliseconds. */
  readonly p50: number | null;
  readonly p99: number | null;
  /** Median of the proxy's share, in cores: 1 is a thread that has no pause. */
  readonly proxyCores: number | null;
};

/** A line of the table of goals. */
export type Verdict = Goal & {
  readonly candidate: CandidateName;
  /** The library that is the best one, where the goal is about that. */
  readonly against: CandidateName | null;
  /** Null where too few rounds tell. */
  readonly value: Spread | null;
  readonly isMust: boolean | null;
  readonly isAim: boolean | null;
};

/** What a run leaves behind. */
export type Results = {
  readonly measuredOn: string;
  readonly machine: string;
  readonly plan: Plan;
  /** Windows that were left out, because others used too much of the machine. */
  readonly disturbed: number;
  readonly failed: readonly string[];
  /** What others used of a core in the windows that count, in percent. */
  readonly strangers: Spread | null;
  readonly rows: readonly Row[];
  readonly verdicts: readonly Verdict[];
};

const neededFor = (plan: Plan, work: WorkName): number =>
  isSteady(work) ? plan.steadyRoundsNeeded : plan.roundsNeeded;

const numbers = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value) => value !== null && value !== undefined);

const middle = (values: readonly (number | null | undefined)[]): number | null =>
  spreadOf(numbers(values))?.median ?? null;

const rowOf = (
  samples: readonly Sample[],
  plan: Plan,
  work: WorkName,
  candidate: CandidateName,
): Row => {
  const own = samplesOf(samples, work, candidate);
  const side = { work, candidate };
  return {
    work,
    candidate,
    cost: costOf(samples, work, candidate),
    ratios: Object.fromEntries(
      MEASURES.map((under) => [
        under,
        ratioOf(samples, side, { work, candidate: under }, neededFor(plan, work)),
      ]),
    ),
    perSecond: spreadOf([...perRound(samples, side, (sample) => sample.perSecond).values()]),
    p50: middle(own.map(({ times }) => times?.p50)),
    p99: middle(own.map(({ times }) => times?.p99)),
    proxyCores: candidate === 'none' ? null : middle(own.map(({ cores }) => cores.proxy)),
  };
};

/** The lines of all tables, in their order; none for what was not measured at all. */
export const rowsOf = (samples: readonly Sample[], plan: Plan): readonly Row[] =>
  plan.works.flatMap((work) =>
    plan.candidates
      .filter((name) => isMeasured(candidateOf(name), work))
      .filter((name) => samplesOf(samples, work, name).length > 0)
      .map((name) => rowOf(samples, plan, work, name)),
  );

const valueOf = (
  samples: readonly Sample[],
  plan: Plan,
  goal: Goal,
  candidate: CandidateName,
  against: CandidateName | null,
): Spread | null => {
  const needed = neededFor(plan, goal.work);
  if (goal.than === 'nothing') {
    const cost = costOf(samples, goal.work, candidate);
    return cost !== null && cost.rounds >= needed ? cost : null;
  }
  const over = { work: goal.work, candidate };
  return against === null
    ? null
    : ratioOf(samples, over, { work: goal.thanWork ?? goal.work, candidate: against }, needed);
};

const isWithin = (value: Spread | null, bound: number | undefined): boolean | null =>
  value === null || bound === undefined ? null : value.median <= bound;

/** The goals, for both ways in which wsbouncer runs. */
export const verdictsOf = (samples: readonly Sample[], plan: Plan): readonly Verdict[] =>
  (['wsbouncer', 'thread'] as const)
    .filter((candidate) => plan.candidates.includes(candidate))
    .flatMap((candidate) =>
      GOALS.filter(({ work }) => plan.works.includes(work)).map((goal): Verdict => {
        const than = goal.than === 'nothing' ? null : goal.than;
        const against = than === 'best-library' ? bestLibrary(samples, goal.work) : than;
        const value = valueOf(samples, plan, goal, candidate, against);
        return Object.assign({}, goal, {
          candidate,
          against,
          value,
          isMust: isWithin(value, goal.must),
          isAim: isWithin(value, goal.aim),
        });
      }),
    );

const countOf = (per: Work['per']): string => (per === 'MiB' ? per : `${per}s`);

const ratioCell = (row: Row, measure: CandidateName): string => {
  if (row.candidate === 'none') return '';
  return row.candidate === measure ? '1' : ranged(row.ratios[measure]) || 'too few rounds';
};

const latencyCell = ({ p50, p99 }: Row): string =>
  p50 === null || p99 === null ? '' : `${shown(p50)} / ${shown(p99)}`;

const workTable = (work: WorkName, rows: readonly Row[], plan: Plan): string[] => {
  const { title, cost, per } = workOf(work);
  const measures = MEASURES.filter(
    (name) => plan.candidates.includes(name) && isMeasured(candidateOf(name), work),
  );
  const isCounted = rows.some(({ perSecond }) => perSecond !== null);
  const isTimed = rows.some(({ p50 }) => p50 !== null);
  const head = [
    '',
    `${cost} per ${per}`,
    ...measures.map((name) => `x ${name}`),
    ...(isCounted ? [`${countOf(per)} a second`, 'cores used'] : []),
    ...(isTimed ? ['p50 / p99 ms'] : []),
  ];
  const body = rows.map((row) => [
    candidateOf(row.candidate).title,
    ranged(row.cost),
    ...measures.map((name) => ratioCell(row, name)),
    ...(isCounted
      ? [
          row.perSecond === null ? '' : Math.round(row.perSecond.median).toLocaleString('en'),
          row.proxyCores === null ? '' : row.proxyCores.toFixed(2),
        ]
      : []),
    ...(isTimed ? [latencyCell(row)] : []),
  ]);
  return [`#### ${title[0]!.toUpperCase()}${title.slice(1)}`, '', ...tableOf([head, ...body]), ''];
};

const fastest = (rows: readonly Row[], work: WorkName): Row | undefined =>
  rows
    .filter((row) => row.work === work && row.candidate !== 'none')
    .toSorted((a, b) => (b.perSecond?.median ?? 0) - (a.perSecond?.median ?? 0))[0];

/** What the load reaches alone, beside the fastest candidate: what it could be the limit of. */
export const checkLine = (rows: readonly Row[]): string => {
  const parts = rows
    .filter(({ candidate, work }) => candidate === 'none' && work !== 'paced')
    .flatMap((alone) => {
      const best = fastest(rows, alone.work);
      if (alone.perSecond === null) return [];
      const { per } = workOf(alone.work);
      const reached = Math.round(alone.perSecond.median).toLocaleString('en');
      const beside =
        best?.perSecond === null || best === undefined
          ? ''
          : ` (through the fastest, ${best.candidate}: ${Math.round(best.perSecond.median).toLocaleString('en')})`;
      return [`${alone.work} ${reached} ${countOf(per)}/s${beside}`];
    });
  return parts.length === 0
    ? 'The load was not measured without a proxy.'
    : `The load without a proxy: ${parts.join('; ')}.`;
};

/** The results as Markdown. */
export const markdownOf = (results: Results): string => {
  const { plan, rows } = results;
  return [
    summaryOf(results),
    checkLine(rows),
    '',
    `Others on the machine used ${ranged(results.strangers, ' %') || 'nothing'} of a core; windows left out for them: ${results.disturbed}.`,
    '',
    ...[...plan.notes, ...results.failed.map((why) => `Failed: ${why}`)].flatMap((note) => [
      note,
      '',
    ]),
    ...plan.works.flatMap((work) => {
      const own = rows.filter((row) => row.work === work);
      return own.length === 0 ? [] : workTable(work, own, plan);
    }),
  ].join('\n');
};
