/**
 * What the relay costs beside a bare pipe, the proxies of Node, nginx and HAProxy. See
 * ../README.md. Needs Linux, and the build that `npm run bench` makes.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { descriptorLimit } from '../../src/core/descriptors.ts';
import { startLoad } from '../console/children.ts';
import { localPorts } from '../console/processes.ts';
import { spreadOf } from '../console/stats.ts';
import { machineName } from '../machine.ts';
import { isOver, readOptions, runProgram, say } from '../program.ts';
import { pin } from './cpu.ts';
import type { ViewersOrder } from './orders.ts';
import { type Plan, planFor } from './plan.ts';
import { profileTable } from './profiles.ts';
import { markdownOf, type Results, rowsOf, verdictsOf } from './report.ts';
import { runRounds, type Taken } from './rounds.ts';
import { installedOf } from './start.ts';

/** Of the machine; once this process has its own, Node tells no more of them. */
const cores = availableParallelism();

/** The plan, where the results go besides stdout, and profiles. */
const asked = (): {
  readonly plan: Plan;
  readonly out: string | URL | null;
  readonly profile: string | null;
} => {
  const options = readOptions('bench');
  const wanted = {
    quick: options.has('quick'),
    rounds: options.count('rounds'),
    windowMs: options.count('window'),
    noise: options.count('noise'),
    works: options.list('works'),
    candidates: options.list('candidates'),
  };
  const plan = planFor(wanted, {
    descriptors: descriptorLimit(readFileSync('/proc/self/limits', 'utf8')) ?? 1024,
    ports: localPorts(),
    cores,
    installed: installedOf(['nginx', 'haproxy', 'taskset']),
  });
  const own = options.isWhole ? new URL('results.json', import.meta.url) : null;
  return { plan, out: options.text('out') ?? own, profile: options.text('profile') };
};

const load = (file: string): string => new URL(file, import.meta.url).href;

const measure = async (plan: Plan, profile: string | null): Promise<Taken> => {
  const backend = startLoad<{ readonly do: 'listen' }>(load('backend.ts'));
  const viewers = startLoad<ViewersOrder>(load('viewers.ts'));
  const port = await backend.ask<number>({ do: 'listen' });
  // The load is part of the tree; so is whatever is started later, until it is told otherwise.
  if (plan.isPinned) pin(process.pid, `1-${cores - 1}`);
  const stage = { viewers, backend: { pid: backend.pid, port }, plan };
  return runRounds({ ...stage, profile, say, isOver });
};

const run = async (): Promise<void> => {
  if (process.platform !== 'linux') throw new Error('CPU time is read from /proc: Linux only');
  const { plan, out, profile } = asked();
  for (const note of plan.notes) say(note);
  const { samples, strangers, disturbed, failed } = await measure(plan, profile);
  const results: Results = {
    measuredOn: new Date().toISOString().slice(0, 10),
    machine: machineName(cores),
    plan,
    disturbed,
    failed,
    strangers: spreadOf(strangers),
    rows: rowsOf(samples, plan),
    verdicts: verdictsOf(samples, plan),
  };
  process.stdout.write(markdownOf(results));
  if (profile !== null) process.stdout.write(`\n${await profileTable(profile)}`);
  if (out !== null) await writeFile(out, `${JSON.stringify(results, null, 2)}\n`);
};

// Every process of the run is ended with this one.
process.setMaxListeners(100);

await runProgram(run);
