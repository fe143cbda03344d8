/**
 * Newcomers by the thousand against a full session, while those inside go on. The storm comes
 * from a process of its own; what it reached and what it cost is printed.
 */
import { afterAll, describe, expect, it } from 'vitest';
import { echoBackend } from '../support/backends.ts';
import { type Audience, keepEchoing, type RoundTrips } from '../support/audience.ts';
import type { Backend } from '../support/backend-server.ts';
import { named } from '../support/events.ts';
import { collectable, collectGarbage } from '../support/garbage.ts';
import {
  descriptorsOf,
  eventually,
  forgetPeak,
  letPass,
  peakMiB,
  residentMiB,
} from '../support/process-figures.ts';
import { type Program, runProgram } from '../support/program.ts';
import { slowBackend } from '../support/slow-backend.ts';
import { type StormReport, startStorm } from '../support/storm.ts';
import { closeOf, connectViewer, echo } from '../support/viewer.ts';

const CAP = 8;
const cells: string[] = [];

/** Says at the end what was measured, whatever came of it. */
const tell = (line: string): void => void cells.push(`  ${line}`);
afterAll(() => console.log(`storms:\n${cells.join('\n')}`));

const ms = (value: number): string => `${value.toFixed(1)} ms`;
const tellTrips = (when: string, { count, p50, p99, most }: RoundTrips): void =>
  tell(`${when}: ${count} round trips, p50 ${ms(p50)}, p99 ${ms(p99)}, most ${ms(most)}`);
const tellStorm = (what: string, { perSecond, outcomes, mostOpen }: StormReport): void => {
  const reached = perSecond.map((rate) => Math.round(rate)).join(', then ');
  tell(
    `${what}: ${reached} connects a second, ${mostOpen} open at most, ${JSON.stringify(outcomes)}`,
  );
};

/** The program with a full session of viewers that echo all the time. */
const begin = async (args: readonly string[], backend: Backend) => {
  const all = ['--backend', backend.url, '--cap', String(CAP), ...args];
  const program = await runProgram(all, { env: collectable });
  const viewers = await Promise.all(
    Array.from({ length: CAP }, () => connectViewer(program.url('full'))),
  );
  const audience: Audience = keepEchoing(viewers);
  // Some three seconds.
  await eventually('quiet round trips', () => audience.count() > 900);
  const trips = audience.roundTrips();
  const quiet = {
    mib: residentMiB(program.pid),
    descriptors: descriptorsOf(program.pid),
    allowedP99: Math.max(100, 10 * trips.p99),
  };
  tellTrips(`quiet, ${quiet.mib.toFixed(0)} MiB`, trips);
  return { program, viewers, audience, quiet };
};

const leftOf = (program: Program): number =>
  program.events.all.filter(named('viewer.left', { session: 'full' })).length;

const descriptorsBack = ({ pid }: Program, before: number): Promise<void> =>
  eventually('the descriptors', () => descriptorsOf(pid) === before, {
    saw: () => `${descriptorsOf(pid)} and not ${before}`,
  });

/** Resolves when it has collected what it could. */
const collected = async (pid: number): Promise<void> => {
  let last = Number.POSITIVE_INFINITY;
  await eventually('an end of the garbage', async () => {
    const before = last;
    collectGarbage(pid);
    await letPass(300);
    last = residentMiB(pid);
    return before - last < 1;
  });
};

/** What was made of 2,000 a second, or of 500 before that. A slower machine proves too little. */
const expectReached = ({ perSecond, unstarted }: StormReport): void => {
  expect(perSecond.at(-1)).toBeGreaterThan(1_500);
  if (perSecond.length > 1) expect(perSecond[0]).toBeGreaterThan(400);
  expect(unstarted).toBe(0);
};

const refusedOf = ({ outcomes }: StormReport): number => outcomes['1013'] ?? 0;

describe('a storm against a full session', () => {
  it('of 500, then 2,000 connects a second touches nobody inside and leaves nothing', async () => {
    const backend = await echoBackend();
    const start = begin(['--refuse-hold', '0'], backend);
    const { program, viewers, audience, quiet } = await start;
    const { pid } = program;
    const against = { session: 'full', patienceMs: 10_000 };
    forgetPeak(pid);
    const warmUp = await startStorm(program.address, {
      ...against,
      phases: [
        { forMs: 1_000, connectsPerSecond: 500 },
        { forMs: 7_000, connectsPerSecond: 2_000 },
      ],
    }).over;
    await descriptorsBack(program, quiet.descriptors);
    await collected(pid);
    const before = residentMiB(pid);
    audience.roundTrips();

    const storm = await startStorm(program.address, {
      ...against,
      phases: [
        { forMs: 20_000, connectsPerSecond: 500 },
        { forMs: 40_000, connectsPerSecond: 2_000 },
      ],
    }).over;
    const during = audience.roundTrips();
    const peak = peakMiB(pid);
    tellStorm('the storm', storm);
    tellTrips(`in the storm, ${peak.toFixed(0)} MiB at most`, during);

    expectReached(storm);
    expect(refusedOf(storm)).toBeGreaterThan(storm.started * 0.99);
    // All that are not refused are those that the end of the storm has cut off.
    const { '1013': refusals, 'cut off': cut = 0, ...others } = storm.outcomes;
    expect([others, (refusals ?? 0) + cut]).toEqual([{}, storm.started]);
    expect(during.count).toBeGreaterThan(10_000);
    expect(during.p99).toBeLessThan(quiet.allowedP99);
    expect(peak - quiet.mib).toBeLessThan(64);
    expect(backend.tally.total('full')).toBe(CAP);
    expect(leftOf(program)).toBe(0);

    await descriptorsBack(program, quiet.descriptors);
    tell(`after it: ${residentMiB(pid).toFixed(0)} MiB, ${before.toFixed(0)} before`);
    await collected(pid);
    tell(`and without garbage ${residentMiB(pid).toFixed(0)} MiB`);
    await eventually('the memory', () => residentMiB(pid) - before < 16, {
      saw: () => `${residentMiB(pid)} MiB, ${before} before`,
    });
    const refused = program.events.all.filter(named('viewer.refused', { cause: 'cap' }));
    expect(refused.length).toBeGreaterThanOrEqual(refusedOf(storm) + refusedOf(warmUp));
    await audience.lastWords();

    viewers[0]!.close(1000);
    await closeOf(viewers[0]!);
    await program.events.next(named('viewer.left'));
    await echo(await connectViewer(program.url('full')), 'in');
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(leftOf(program)).toBe(CAP + 1);
  });

  it('holds few of it, and touches nobody, where refusals are held', async () => {
    const { program, audience, quiet } = await begin([], await echoBackend());
    forgetPeak(program.pid);
    const storming = startStorm(program.address, {
      session: 'full',
      patienceMs: 10_000,
      phases: [{ forMs: 5_000, connectsPerSecond: 2_000 }],
    });
    const storm = await storming.over;
    const during = audience.roundTrips();
    tellStorm('with --refuse-hold', storm);
    tellTrips('in it', during);
    expectReached(storm);
    expect(during.p99).toBeLessThan(quiet.allowedP99);
    expect(peakMiB(program.pid) - quiet.mib).toBeLessThan(64);
    const held = program.events.all
      .filter(named('viewer.refused'))
      .filter(({ heldMs = 0 }) => heldMs > 0);
    expect(held.length).toBeGreaterThan(0);
    expect(held.length).toBeLessThan(refusedOf(storm) / 10);
    expect(leftOf(program)).toBe(0);
    await descriptorsBack(program, quiet.descriptors);
    await audience.lastWords();
  });
});

it('a storm of invented sessions, whose backend never answers, touches nobody inside', async () => {
  const backend = await slowBackend('full', null);
  const room = ['--max-viewers=72', '--max-dials=32', '--dial-timeout=2s'];
  const { program, audience, quiet } = await begin([...room, '--refuse-hold=0'], backend);
  forgetPeak(program.pid);
  const storm = await startStorm(program.address, {
    session: null,
    patienceMs: 10_000,
    phases: [
      { forMs: 10_000, connectsPerSecond: 500 },
      { forMs: 15_000, connectsPerSecond: 2_000 },
    ],
  }).over;
  const during = audience.roundTrips();
  const peak = peakMiB(program.pid);
  tellStorm('of invented sessions', storm);
  tellTrips(`in it, ${peak.toFixed(0)} MiB at most`, during);
  expectReached(storm);
  expect(refusedOf(storm)).toBeGreaterThan(storm.started * 0.9);
  // Those that found a slot wait for a backend in vain, or till the end of the storm.
  const {
    '1013': refusals = 0,
    '1011': unavailable = 0,
    'cut off': cut = 0,
    ...others
  } = storm.outcomes;
  expect([others, refusals + unavailable + cut]).toEqual([{}, storm.started]);
  expect(unavailable).toBeGreaterThan(0);
  expect(backend.waiting.most).toBeLessThanOrEqual(32);
  expect(during.count).toBeGreaterThan(5_000);
  expect(during.p99).toBeLessThan(quiet.allowedP99);
  expect(peak - quiet.mib).toBeLessThan(64);
  expect(leftOf(program)).toBe(0);
  await descriptorsBack(program, quiet.descriptors);
  await audience.lastWords();
});

/** Connects a second of so many pages at a session that one viewer fills. */
const loops = async (pages: number, forMs: number, args: readonly string[]) => {
  const { url } = await echoBackend();
  const program = await runProgram(['--backend', url, '--cap', '1', ...args]);
  const viewer = await connectViewer(program.url('full'));
  const order = { session: 'full', patienceMs: 30_000, phases: [{ forMs, pages }] };
  const report = await startStorm(program.address, order).over;
  tellStorm(`${pages} naive, ${args.join(' ') || 'refusals held'}`, report);
  await echo(viewer, 'still here');
  await program.stop();
  return report.perSecond[0] ?? Number.NaN;
};

describe('a page that connects again as soon as it is refused', () => {
  it('does so a hundred times as often as one that is held, alone or with seven more', async () => {
    const both = [1, 8].map(async (pages) => {
      const wild = await loops(pages, 2_000, ['--refuse-hold', '0']);
      return { wild, held: await loops(pages, 3_000, []) };
    });
    for (const { wild, held } of await Promise.all(both)) {
      expect(held).toBeGreaterThan(0);
      expect(wild / held).toBeGreaterThanOrEqual(100);
    }
  });
});
