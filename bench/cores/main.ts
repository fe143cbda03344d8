/**
 * What several processes reach at one port, and what a ledger that they share would have to do.
 * See ../README.md. Needs Linux, Node 22.12, and the build that `npm run bench:cores` makes.
 */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { startLoad } from '../console/children.ts';
import { machineName } from '../machine.ts';
import { readOptions, runProgram, say } from '../program.ts';
import type { ViewersOrder } from '../relay/orders.ts';
import type { StormOrder } from './orders.ts';
import { type Plan, planFor } from './plan.ts';
import { markdownOf, needsFrom, type Results, rowsOf } from './report.ts';
import { runRounds, type Taken } from './rounds.ts';
import { takeWays } from './ways.ts';

/** The plan, and where the results go besides stdout. */
const asked = (): { readonly plan: Plan; readonly out: string | URL | null } => {
  const options = readOptions('bench:cores');
  const plan = planFor({
    quick: options.has('quick'),
    rounds: options.count('rounds'),
    windowMs: options.count('window'),
    noise: options.count('noise'),
  });
  const own = options.isWhole ? new URL('results.json', import.meta.url) : null;
  return { plan, out: options.text('out') ?? own };
};

const load = (file: string): string => new URL(file, import.meta.url).href;

const measure = async (plan: Plan): Promise<Taken> => {
  const backend = startLoad<{ readonly do: 'listen' }>(load('../relay/backend.ts'));
  const viewers = startLoad<ViewersOrder>(load('../relay/viewers.ts'));
  const newcomers = startLoad<StormOrder>(load('newcomers.ts'));
  const port = await backend.ask<number>({ do: 'listen' });
  const taken = await runRounds({
    viewers,
    newcomers,
    backend: { pid: backend.pid, port },
    plan,
    say,
  });
  for (const { stop } of [backend, viewers, newcomers]) await stop();
  return taken;
};

const run = async (): Promise<void> => {
  if (process.platform !== 'linux') throw new Error('CPU time is read from /proc: Linux only');
  const { plan, out } = asked();
  const ways = await takeWays(plan.windowMs);
  say('ways to ask');
  const taken = await measure(plan);
  const rows = rowsOf(taken.samples, plan);
  const results: Results = {
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: machineName(availableParallelism()),
    plan,
    taken,
    rows,
    needs: needsFrom(rows),
    ways,
  };
  process.stdout.write(markdownOf(results));
  if (out !== null) await writeFile(out, `${JSON.stringify(results, null, 2)}\n`);
};

// Every process of the run is ended with this one.
process.setMaxListeners(200);

await runProgram(run);
