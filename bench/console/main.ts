/**
 * What the console costs: the real program in a real pseudo-terminal, beside the same proxy
 * without it. See ../README.md. Needs Linux, and the build that `npm run bench:console` makes.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { descriptorLimit } from '../../src/core/descriptors.ts';
import { machineName } from '../machine.ts';
import { readOptions, runProgram, say } from '../program.ts';
import { startLoad } from './children.ts';
import { runSmall, runUnderLoad } from './operator.ts';
import type { ViewersOrder } from './orders.ts';
import { type Plan, planFor } from './plan.ts';
import { localPorts } from './processes.ts';
import { disturbedIn, figuresOf, markdownOf, type Measured, type Results } from './report.ts';
import { runRounds } from './rounds.ts';

const measure = async (plan: Plan): Promise<Measured> => {
  const backend = startLoad<{ readonly do: 'listen' }>('backend.ts');
  const viewers = startLoad<ViewersOrder>('viewers.ts');
  const backendPort = await backend.ask<number>({ do: 'listen' });
  const noise = { most: plan.noise ?? Number.POSITIVE_INFINITY };
  const stage = { viewers, backendPid: backend.pid, backendPort, noise };
  const small = await runSmall(stage, plan, say);
  const rounds = await runRounds(stage, plan, say);
  const underLoad = await runUnderLoad(stage, plan, say);
  return { rounds, underLoad, small };
};

/** The plan, and where the results go besides stdout. */
const asked = (): { readonly plan: Plan; readonly out: string | URL | null } => {
  const options = readOptions('bench:console');
  const plan = planFor(
    {
      quick: options.has('quick'),
      rounds: options.count('rounds'),
      viewers: options.count('viewers'),
      noise: options.count('noise'),
    },
    {
      descriptors: descriptorLimit(readFileSync('/proc/self/limits', 'utf8')) ?? 1024,
      ports: localPorts(),
    },
  );
  const own = options.isWhole ? new URL('results.json', import.meta.url) : null;
  return { plan, out: options.text('out') ?? own };
};

const run = async (): Promise<void> => {
  if (process.platform !== 'linux')
    throw new Error('the CPU of threads is read from /proc: Linux only');
  const { plan, out } = asked();
  for (const note of plan.notes) say(note);
  const measured = await measure(plan);
  const figures = figuresOf(measured);
  const measuredOn = new Date().toISOString().slice(0, 10);
  const results: Results = {
    measuredOn,
    machine: machineName(availableParallelism()),
    plan,
    disturbed: disturbedIn(measured),
    figures,
  };
  process.stdout.write(markdownOf(results));
  if (out !== null) await writeFile(out, `${JSON.stringify(results, null, 2)}\n`);
};

await runProgram(run);
