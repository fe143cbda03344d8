/**
 * Runs the fuzz targets: `npm run fuzz -- --seed 7 --cases 1000000`, and with `--only scanner` one
 * of them. Progress goes to stderr, the summary to stdout; a case that fails is shown with the
 * options that bring it back, and the exit code is 1.
 */
import { parseArgs } from 'node:util';
import { cleanUp } from '../support/cleanup.ts';
import { runDesk } from './desk.ts';
import { runDoorstep } from './doorstep.ts';
import { frontTarget } from './front.ts';
import { logTarget } from './log.ts';
import { scannerTarget } from './scanner.ts';
import { seeds } from './seeds.ts';
import { FailedCase, runCases } from './target.ts';
import { wireTarget } from './wire.ts';

type Report = (done: number) => void;

/** What there is, and the part of `--cases` that each gets: they cost more and more. */
const TARGETS = [
  { name: 'scanner', part: 1, known: seeds.scanner, run: runsOf(scannerTarget) },
  { name: 'front', part: 1 / 10, known: seeds.front, run: runsOf(frontTarget) },
  { name: 'wire', part: 1 / 20, known: seeds.wire, run: runsOf(wireTarget) },
  { name: 'log', part: 1 / 50, known: seeds.log, run: runsOf(logTarget) },
  { name: 'doorstep', part: 1 / 200, known: seeds.doorstep, run: runDoorstep },
  { name: 'desk', part: 1 / 200, known: seeds.desk, run: runDesk },
] as const;

function runsOf(target: Parameters<typeof runCases>[0]) {
  return (cases: Iterable<number>, report: Report): void => runCases(target, cases, report);
}

/** The known seeds, then so many from `first` on. */
function* seedsFrom(known: readonly number[], first: number, count: number): Generator<number> {
  yield* known;
  for (let at = 0; at < count; at += 1) yield (first + at) % 2 ** 31;
}

const whole = (name: string, text: string, most: number): number => {
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw new Error(`--${name} ${text}: a whole number of at most ${most} is needed`);
};

const optionsOf = (args: readonly string[]) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      cases: { type: 'string', default: '1000000' },
      only: { type: 'string' },
    },
  });
  const { only } = values;
  const chosen = TARGETS.filter(({ name }) => only === undefined || only === name);
  if (chosen.length === 0) {
    throw new Error(
      `--only ${only}: one of ${TARGETS.map(({ name }) => name).join(', ')} is needed`,
    );
  }
  const cases = whole('cases', values.cases, 1e9);
  return { seed: whole('seed', values.seed, 2 ** 31 - 1), cases, only, chosen };
};

const runTarget = async (
  { name, known, run }: (typeof TARGETS)[number],
  seed: number,
  count: number,
): Promise<boolean> => {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1_000;
  const all = known.length + count;
  let told = 0;
  const report = (done: number): void => {
    if (seconds() < told + 2) return;
    told = seconds();
    process.stderr.write(`${name}: ${done} of ${all} cases, ${Math.round(done / told)} a second\n`);
  };
  try {
    await run(seedsFrom(known, seed, count), report);
  } catch (error) {
    // What belongs to no case comes back only with all of them.
    const [first, cases] = error instanceof FailedCase ? [error.seed, 1] : [seed, count];
    const again = `npm run fuzz -- --only ${name} --seed ${first} --cases ${cases}`;
    process.stdout.write(`${name}: ${String(error)}\nonce more: ${again}\n`);
    return false;
  }
  const took = seconds();
  const rate = Math.round(all / took);
  process.stdout.write(
    `${name}: ${all} cases in ${took.toFixed(1)} s, ${rate} a second, seed ${seed}: all hold\n`,
  );
  return true;
};

const main = async (): Promise<number> => {
  const { seed, cases, only, chosen } = optionsOf(process.argv.slice(2));
  let holds = true;
  for (const target of chosen) {
    const count = only === undefined ? Math.ceil(cases * target.part) : cases;
    holds = (await runTarget(target, seed, count)) && holds;
  }
  await cleanUp();
  return holds ? 0 : 1;
};

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
