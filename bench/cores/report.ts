/** From samples to tables. */
import { type Spread as Range, spreadOf } from '../console/stats.ts';
import { ranged, roundsText, shown, tableOf } from '../markdown.ts';
import { type Needs, needsOf, unevennessOf } from './needs.ts';
import type { Plan } from './plan.ts';
import type { Sample, Taken, Work } from './rounds.ts';
import type { Way } from './ways.ts';

/** A line of the table of what is reached. */
export type Row = {
  readonly work: Work;
  readonly processes: number;
  readonly cost: Range | null;
  readonly perSecond: Range | null;
  readonly p50: Range | null;
  readonly proxyCores: Range | null;
  readonly loadCores: Range | null;
  /** Against one process of the same round; null of one, and of too few rounds. */
  readonly costRatio: Range | null;
  readonly speedRatio: Range | null;
};

/** What a run leaves behind. */
export type Results = {
  readonly measuredOn: string;
  readonly machine: string;
  readonly plan: Plan;
  readonly taken: Taken;
  readonly rows: readonly Row[];
  readonly needs: readonly Needs[];
  readonly ways: readonly Way[];
};

const WORKS: readonly Work[] = ['echo', 'churn', 'lone visit'];

const rowOf = (all: readonly Sample[], work: Work, processes: number, needed: number): Row => {
  const of = (count: number): Sample[] =>
    all.filter((sample) => sample.work === work && sample.processes === count);
  const own = of(processes);
  const ones = new Map(of(1).map((sample) => [sample.round, sample]));
  const ratio = (figure: (sample: Sample) => number): Range | null => {
    const ratios = own.flatMap((sample) => {
      const one = ones.get(sample.round);
      return one === undefined ? [] : [figure(sample) / figure(one)];
    });
    return processes === 1 || ratios.length < needed ? null : spreadOf(ratios);
  };
  const range = (figure: (sample: Sample) => number): Range | null => spreadOf(own.map(figure));
  return {
    work,
    processes,
    cost: range(({ cost }) => cost),
    perSecond: range(({ perSecond }) => perSecond),
    p50: range(({ p50 }) => p50),
    proxyCores: range(({ cores }) => cores.proxies),
    loadCores: range(({ cores }) => cores.load),
    costRatio: ratio(({ cost }) => cost),
    speedRatio: ratio(({ perSecond }) => perSecond),
  };
};

/** The lines of the table, work by work. */
export const rowsOf = (samples: readonly Sample[], plan: Plan): Row[] =>
  WORKS.flatMap((work) =>
    plan.processes.map((processes) => rowOf(samples, work, processes, plan.roundsNeeded)),
  );

/** From what one process did; nothing where that was not measured. */
export const needsFrom = (rows: readonly Row[]): Needs[] => {
  const one = (work: Work): Row | undefined =>
    rows.find((row) => row.work === work && row.processes === 1);
  const cpuUs = one('churn')?.cost?.median;
  const visitMs = one('lone visit')?.p50?.median;
  if (cpuUs === undefined || visitMs === undefined) return [];
  return [2, 4, 8].map((processes) => needsOf({ cpuUs, visitMs }, processes));
};

const per: Readonly<Record<Work, string>> = {
  echo: 'message',
  churn: 'connection',
  'lone visit': 'connection',
};

const whole = (value: number): string => Math.round(value).toLocaleString('en');

const reached = (rows: readonly Row[]): string[] =>
  tableOf([
    ['', 'processes', 'CPU µs', 'x one', 'a second', 'x one', 'p50 ms', 'cores: proxies', 'load'],
    ...rows.map((row) => [
      `${row.work}, per ${per[row.work]}`,
      String(row.processes),
      ranged(row.cost),
      row.processes === 1 ? '1' : ranged(row.costRatio) || 'too few rounds',
      row.perSecond === null ? '' : whole(row.perSecond.median),
      row.processes === 1 ? '1' : ranged(row.speedRatio) || 'too few rounds',
      row.p50 === null ? '' : shown(row.p50.median),
      row.proxyCores === null ? '' : shown(row.proxyCores.median),
      row.loadCores === null ? '' : shown(row.loadCores.median),
    ]),
  ]);

const spreading = ({ spreads, excesses }: Taken, plan: Plan): string[] =>
  tableOf([
    [
      'processes',
      `of ${whole(plan.viewers)} viewers the fullest has, x even`,
      ...plan.storms.map((newcomers) => `let in of ${newcomers} at a cap of ${plan.cap}`),
    ],
    ...plan.spreadOver.map((processes) => {
      const uneven = spreads.filter(({ counts }) => counts.length === processes);
      const cells = plan.storms.map((newcomers) =>
        ranged(
          spreadOf(
            excesses
              .filter((each) => each.processes === processes && each.newcomers === newcomers)
              .map(({ admitted }) => admitted),
          ),
        ),
      );
      const share = ranged(spreadOf(uneven.map(({ counts }) => unevennessOf(counts))));
      return [String(processes), share].concat(cells);
    }),
  ]);

const needing = (needs: readonly Needs[]): string[] =>
  tableOf([
    [
      'processes, a core each',
      'connections a second',
      'requests a second',
      'CPU of a request ≤',
      'answer within',
    ],
    ...needs.map(({ processes, connections, requests, requestUs, answerMs }) => [
      String(processes),
      whole(connections),
      whole(requests),
      `${shown(requestUs)} µs`,
      `${shown(1000 * answerMs)} µs`,
    ]),
  ]);

const micro = (ms: number | null): string => (ms === null ? '' : shown(ms * 1000));

const asking = (ways: readonly Way[]): string[] =>
  tableOf([
    ['whom', 'p50 µs', 'p99 µs', 'a second', 'CPU µs: asks', 'answers'],
    ...ways.map((way) => [
      way.title,
      micro(way.p50),
      micro(way.p99),
      whole(way.perSecond),
      way.asker === null ? '' : shown(way.asker),
      way.answerer === null ? '' : shown(way.answerer),
    ]),
  ]);

/** The results as Markdown. */
export const markdownOf = ({ plan, taken, rows, needs, ways, ...results }: Results): string =>
  [
    `${plan.mode === 'quick' ? 'Quick run, for a look only: ' : ''}${roundsText(plan.rounds)}, windows of ` +
      `${plan.windowMs / 1000} s. ${results.machine}, ${results.measuredOn}.`,
    '',
    `Others on the machine used ${ranged(spreadOf(taken.strangers), ' %') || 'nothing'} of a core; windows left out for them: ${taken.disturbed}.`,
    '',
    '#### What they reach together',
    '',
    ...reached(rows),
    '',
    '#### Whom the kernel gives them, and whom they let in',
    '',
    ...spreading(taken, plan),
    '',
    '#### What a shared ledger would have to do',
    '',
    ...needing(needs),
    '',
    '#### What asking costs here',
    '',
    ...asking(ways),
    '',
  ].join('\n');
