/**
 * What the relay costs beside a bare pipe, the proxies of Node, nginx and HAProxy. See
 * ../README.md. Needs Linux, and the build that `npm run bench` makes.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { descriptorLimit } from '../../src/core/descriptors.ts';
import { startLoad } from '../console/children.ts';
import { localPorts } from '../console/processes.ts';
import { spreadOf } from '../console/stats.ts';
import { count, isOver, runProgram, say } from '../program.ts';
import { pin } from './cpu.ts';
import type { ViewersOrder } from './orders.ts';
import { type Plan, planFor } from './plan.ts';
import { markdownOf, type Results, rowsOf, verdictsOf } from './report.ts';
import { runRounds, type Taken } from './rounds.ts';
import { installedOf } from './start.ts';

/** Of the machine; once this process has its own, Node tells no more of them. */
const cores = availableParallelism();

const machine = (): string => {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${cores} cores, Linux, Node ${process.version}`;
};

const listOf = (text: string | undefined): string[] | null => text?.split(',') ?? null;

/** The plan, and where the results go besides stdout. */
const asked = (): { readonly plan: Plan; readonly out: string | URL | null } => {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      window: { type: 'string' },
      noise: { type: 'string' },
      works: { type: 'string' },
      candidates: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { quick } = values;
  const wanted = {
    quick,
    rounds: count('rounds', values.rounds),
    windowMs: count('window', values.window),
    noise: count('noise', values.noise),
    works: listOf(values.works),
    candidates: listOf(values.candidates),
  };
  const plan = planFor(wanted, {
    descriptors: descriptorLimit(readFileSync('/proc/self/limits', 'utf8')) ?? 1024,
    ports: localPorts(),
    cores,
    installed: installedOf(['nginx', 'haproxy', 'taskset']),
  });
  const { rounds, windowMs, works, candidates } = wanted;
  const isWhole = !quick && [rounds, windowMs, works, candidates].every((value) => value === null);
  const own = isWhole ? new URL('results.json', import.meta.url) : null;
  return { plan, out: values.out ?? own };
};

const load = (file: string): string => new URL(file, import.meta.url).href;

const measure = async (plan: Plan): Promise<Taken> => {
  const backend = startLoad<{ readonly do: 'listen' }>(load('backend.ts'));
  const viewers = startLoad<ViewersOrder>(load('viewers.ts'));
  const port = await backend.ask<number>({ do: 'listen' });
  // The load is part of the tree; so is whatever is started later, until it is told otherwise.
  if (plan.isPinned) pin(process.pid, `1-${cores - 1}`);
  return runRounds({ viewers, backend: { pid: backend.pid, port }, plan, say, isOver });
};

const run = async (): Promise<void> => {
  if (process.platform !== 'linux') throw new Error('CPU time is read from /proc: Linux only');
  const { plan, out } = asked();
  for (const note of plan.notes) say(note);
  const { samples, strangers, disturbed, failed } = await measure(plan);
  const results: Results = {
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: machine(),
    plan,
    disturbed,
    failed,
    strangers: spreadOf(strangers),
    rows: rowsOf(samples, plan),
    verdicts: verdictsOf(samples, plan),
  };
  process.stdout.write(markdownOf(results));
  if (out !== null) await writeFile(out, `${JSON.stringify(results, null, 2)}\n`);
};

// Every process of the run is ended with this one.
process.setMaxListeners(100);

await runProgram(run);
