/** A bounded part of `npm run fuzz`, with the same cases every time. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../support/child-environment.ts';
import { runDesk } from './desk.ts';
import { runDoorstep } from './doorstep.ts';
import { frontTarget } from './front.ts';
import { logTarget } from './log.ts';
import { scannerTarget } from './scanner.ts';
import { seeds } from './seeds.ts';
import { FailedCase, runCases } from './target.ts';
import { wireTarget } from './wire.ts';

/** The known ones, and the first `count` of all. */
const some = (known: readonly number[], count: number): readonly number[] => [
  ...known,
  ...Array(count).keys(),
];

/** Resolves with how many were done. */
const doneBy = async (
  run: (report: (done: number) => void) => void | Promise<void>,
): Promise<number> => {
  let most = 0;
  await run((done) => {
    most = done;
  });
  return most;
};

const failAtSeven = (seed: number): void => {
  if (seed === 7) throw new Error('does not hold');
};

const failing = (): void => runCases({ name: 'none', run: failAtSeven }, [5, 6, 7, 8]);

describe('generated cases', () => {
  it('of the frame scanner agree with the reference', async () => {
    const cases = some(seeds.scanner, 20_000).slice(0, 20_000);
    expect(await doneBy((report) => runCases(scannerTarget, cases, report))).toBe(20_000);
  });

  it('of the decisions at the front hold', async () => {
    const cases = some(seeds.front, 5_000).slice(0, 5_000);
    expect(await doneBy((report) => runCases(frontTarget, cases, report))).toBe(5_000);
  });

  it('of the control link hold', async () => {
    const cases = some(seeds.wire, 2_000).slice(0, 2_000);
    expect(await doneBy((report) => runCases(wireTarget, cases, report))).toBe(2_000);
  });

  it('of harmed event logs hold', async () => {
    const cases = some(seeds.log, 2_000).slice(0, 2_000);
    expect(await doneBy((report) => runCases(logTarget, cases, report))).toBe(2_000);
  });

  it('of requests to a real proxy hold', async () => {
    const cases = some(seeds.doorstep, 800).slice(0, 800);
    expect(await doneBy((report) => runDoorstep(cases, report))).toBe(800);
  });

  it('of requests to a control socket hold', async () => {
    const cases = some(seeds.desk, 800).slice(0, 800);
    expect(await doneBy((report) => runDesk(cases, report))).toBe(800);
  });

  it('that fail are told with their seed', () => {
    expect(failing).toThrow(FailedCase);
    expect(failing).toThrow(expect.objectContaining({ seed: 7, message: 'does not hold' }));
  });
});

describe('npm run fuzz', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const fuzz = (...args: readonly string[]) =>
    promisify(execFile)(process.execPath, [main, ...args], { env: childEnvironment() });

  it('says for every target how many cases held, how fast, and with which seed', async () => {
    const { stdout } = await fuzz('--seed', '5', '--cases', '200');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'scanner',
      'front',
      'wire',
      'log',
      'doorstep',
      'desk',
    ]);
    for (const line of lines) {
      expect(line).toMatch(/^\w+: \d+ cases in \d+\.\d s, \d+ a second, seed 5: all hold$/);
    }
  });

  it.each([
    [['--only', 'nothing'], /scanner, front, wire, log, doorstep, desk/],
    [['--seed', 'x'], /--seed x: a whole number/],
    [['--cases', '-1'], /cases/],
  ] as const)('refuses %j', async (args, told) => {
    await expect(fuzz(...args)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringMatching(told),
    });
  });
});
