/**
 * How what the proxy costs grows with viewers and sessions. See ../README.md. Needs Linux, and
 * the build that `npm run bench:growth` makes.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { descriptorLimit } from '../../src/core/descriptors.ts';
import { startLoad } from '../console/children.ts';
import { localPorts } from '../console/processes.ts';
import { spreadOf } from '../console/stats.ts';
import { machineName } from '../machine.ts';
import { readOptions, runProgram, say } from '../program.ts';
import { pin } from '../relay/cpu.ts';
import type { ViewersOrder } from '../relay/orders.ts';
import { installedOf } from '../relay/start.ts';
import type { CrowdOrder } from './crowd-orders.ts';
import { type Plan, planFor } from './plan.ts';
import { growthsOf, markdownOf, type Results } from './report.ts';
import { runRounds, type Taken } from './rounds.ts';

/** Of the machine; once this process has its own, Node tells no more of them. */
const cores = availableParallelism();

/** The plan, and where the results go besides stdout. */
const asked = (): { readonly plan: Plan; readonly out: string | URL | null } => {
  const options = readOptions('bench:growth');
  const plan = planFor(
    {
      quick: options.has('quick'),
      rounds: options.count('rounds'),
      windowMs: options.count('window'),
      viewers: options.count('viewers'),
      noise: options.count('noise'),
    },
    {
      descriptors: descriptorLimit(readFileSync('/proc/self/limits', 'utf8')) ?? 1024,
      ports: localPorts(),
      cores,
      hasTaskset: installedOf(['taskset']).length > 0,
    },
  );
  const own = options.isWhole ? new URL('results.json', import.meta.url) : null;
  return { plan, out: options.text('out') ?? own };
};

const load = (file: string): string => new URL(file, import.meta.url).href;

const measure = async (plan: Plan): Promise<Taken> => {
  const backend = startLoad<{ readonly do: 'listen' }>(load('../relay/backend.ts'));
  const visitors = startLoad<ViewersOrder>(load('../relay/viewers.ts'));
  const crowd = startLoad<CrowdOrder>(load('crowd.ts'));
  const port = await backend.ask<number>({ do: 'listen' });
  // The load is part of the tree; so is whatever is started later, until it is told otherwise.
  if (plan.isPinned) pin(process.pid, `1-${cores - 1}`);
  return runRounds({ crowd, visitors, backend: { pid: backend.pid, port }, plan, say });
};

const run = async (): Promise<void> => {
  if (process.platform !== 'linux') throw new Error('CPU time is read from /proc: Linux only');
  const { plan, out } = asked();
  for (const note of plan.notes) say(note);
  const { samples, strangers, disturbed } = await measure(plan);
  const results: Results = {
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: machineName(cores),
    plan,
    disturbed,
    strangers: spreadOf(strangers),
    growths: growthsOf(samples),
  };
  process.stdout.write(markdownOf(results));
  if (out !== null) await writeFile(out, `${JSON.stringify(results, null, 2)}\n`);
};

// Every process of the run is ended with this one.
process.setMaxListeners(100);

await runProgram(run);
