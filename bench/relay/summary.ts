/** A run in two tables: what everybody needs for each work, and what wsbouncer is held to. */
import { ranged, roundsText, shown, tableOf } from '../markdown.ts';
import type { Results, Row, Verdict } from './report.ts';
import { type CandidateName, candidateOf, type WorkName, workOf } from './works.ts';

/** The heads of the columns; what is not here has a table of its own only. */
const COLUMNS: Readonly<Partial<Record<WorkName, string>>> = {
  echo: 'echo, saturated',
  paced: 'echo, paced',
  'stream-4k': 'MiB in 4 KiB frames',
  'stream-64k': 'MiB in 64 KiB',
  'stream-1m': 'MiB in 1 MiB',
  churn: 'connection',
  refused: 'refusal',
  'idle-5000': 'KiB per idle viewer',
};

/** A line for each candidate, a column for each work that was measured. */
const costTable = (rows: readonly Row[]): string[] => {
  const works = (Object.keys(COLUMNS) as WorkName[]).filter((work) =>
    rows.some((row) => row.work === work),
  );
  const candidates = [...new Set(rows.map(({ candidate }) => candidate))];
  const cell = (candidate: CandidateName, work: WorkName): string => {
    const row = rows.find((each) => each.candidate === candidate && each.work === work);
    return row === undefined || row.cost === null ? '' : shown(row.cost.median);
  };
  const line = (candidate: CandidateName): string[] =>
    [candidateOf(candidate).title].concat(works.map((work) => cell(candidate, work)));
  return tableOf([
    ['µs of CPU per', ...works.map((work) => COLUMNS[work] ?? '')],
    ...candidates.filter((candidate) => candidate !== 'none').map(line),
  ]);
};

const goalOf = (goal: Verdict): string => {
  if (goal.than === 'nothing') return `${workOf(goal.work).cost} per ${workOf(goal.work).per}`;
  const than =
    goal.than === 'best-library'
      ? `best library${goal.against === null ? '' : `, ${goal.against}`}`
      : goal.than;
  return `x ${than}${goal.thanWork === undefined ? '' : `'s accepted one`}`;
};

const bound = (value: number | undefined, is: boolean | null): string =>
  value === undefined ? '' : `≤ ${value}${is === null ? '' : is ? ' yes' : ' **no**'}`;

/** What wsbouncer is held to, and whether it keeps that. */
const verdictTable = (verdicts: readonly Verdict[]): string[] =>
  tableOf([
    ['work', 'wsbouncer', 'measure', 'median (range)', 'must', 'aim'],
    ...verdicts.map((verdict) => [
      workOf(verdict.work).title,
      verdict.candidate === 'thread' ? 'in its thread' : 'headless',
      goalOf(verdict),
      ranged(verdict.value) || 'not told: too few rounds',
      bound(verdict.must, verdict.isMust),
      bound(verdict.aim, verdict.isAim),
    ]),
  ]);

/** How it was measured, and on what. */
const howText = ({ plan, machine, measuredOn }: Results): string =>
  `${plan.mode === 'quick' ? 'Quick run, for a look only: ' : ''}${roundsText(plan.rounds)}, windows of ` +
  `${plan.windowMs / 1000} s, ${plan.isPinned ? 'the proxy on a core of its own' : 'no core of its own for the proxy'}. ` +
  `A ratio is the median of those inside the rounds, with its range, and needs ${plan.roundsNeeded} rounds ` +
  `(memory and lateness: ${plan.steadyRoundsNeeded}). ${machine}, ${measuredOn}.`;

/** Both tables as Markdown, as they stand in the README. */
export const summaryOf = (results: Results): string =>
  [
    howText(results),
    '',
    ...costTable(results.rows),
    '',
    ...(results.verdicts.length === 0 ? [] : [...verdictTable(results.verdicts), '']),
  ].join('\n');
