/**
 * `npm run soak -- --for 10m`: everything that viewers and backends do wrong, mixed from a seed,
 * for minutes; then the invariants. See soak.ts. Exit code 1 where one did not hold.
 */
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/clock.ts';
import { cleanUp } from '../support/cleanup.ts';
import { progressLine, summary, violationText } from './report.ts';
import { soak } from './soak.ts';
import { Curtain } from './stage.ts';

/** What is run when nothing is said. */
const SEED = 20_261_122;
const FOR = '3m';

/** Violations that are told in full at once; all are counted. */
const TOLD = 20;

const LINE_MS = { terminal: 1_000, file: 15_000 };

const durationMs = (text: string): number => {
  const [, count, unit] = /^(\d{1,4})(s|m|h)$/.exec(text) ?? [];
  const factor = { s: 1_000, m: 60_000, h: 3_600_000 }[unit ?? ''];
  if (count === undefined || factor === undefined || Number(count) === 0) {
    throw new Error(`--for ${text}: a time is needed, like 30s, 10m or 1h`);
  }
  return Number(count) * factor;
};

const seedOf = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--seed ${text}: a whole number is needed`);
};

const asked = (): { readonly forMs: number; readonly seed: number } => {
  const { values } = parseArgs({
    options: {
      for: { type: 'string', default: FOR },
      seed: { type: 'string', default: String(SEED) },
    },
  });
  return { forMs: durationMs(values.for), seed: seedOf(values.seed) };
};

const run = async (
  { forMs, seed }: ReturnType<typeof asked>,
  curtain: Curtain,
): Promise<boolean> => {
  const isTerminal = process.stderr.isTTY;
  let phase = { name: 'starting', from: performance.now(), forMs: 0 };
  let found = 0;
  const say = (text: string): void => {
    process.stderr.write(isTerminal ? `\r\x1b[K${text}` : text);
  };
  const { tally, done } = soak({
    seed,
    forMs,
    curtain,
    onPhase: (name, length) => {
      phase = { name, from: performance.now(), forMs: length };
    },
    onViolation: (violation) => {
      found += 1;
      if (found <= TOLD) say(violationText(violation, seed));
    },
  });
  const line = (): void => {
    const elapsed = performance.now() - phase.from;
    const text = progressLine(phase.name, elapsed, phase.forMs, tally, found);
    say(isTerminal ? text.slice(0, process.stderr.columns - 1) : `${text}\n`);
  };
  const cancel = systemClock.every(isTerminal ? LINE_MS.terminal : LINE_MS.file, line);
  try {
    const violations = await done;
    say('');
    process.stdout.write(summary(seed, tally, violations));
    return violations.length === 0;
  } finally {
    cancel();
  }
};

const curtain = new Curtain();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (interrupted) process.exit(130);
    interrupted = true;
    process.stderr.write('\nending early, with the invariants; once more to end at once\n');
    curtain.fall();
  });
}

const askedOrExit = (): ReturnType<typeof asked> => {
  try {
    return asked();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return process.exit(2);
  }
};

try {
  if (!(await run(askedOrExit(), curtain))) process.exitCode = 1;
} finally {
  await cleanUp();
}
