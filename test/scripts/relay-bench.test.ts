import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backendFrame,
  FrameWalk,
  MESSAGE,
  opcodes,
  viewerFrame,
} from '../../bench/relay/frames.ts';
import {
  type Asked,
  type Machine,
  planFor,
  stepsOf,
  warmMsOf,
  windowMsOf,
} from '../../bench/relay/plan.ts';
import { type CpuProfile, selfTimesOf } from '../../bench/relay/profile.ts';
import { bestLibrary, ratioOf, type Sample } from '../../bench/relay/ratios.ts';
import {
  checkLine,
  markdownOf,
  type Results,
  rowsOf,
  verdictsOf,
} from '../../bench/relay/report.ts';
import { type CandidateName, CANDIDATES, type WorkName, WORKS } from '../../bench/relay/works.ts';

const asked: Asked = {
  quick: false,
  rounds: null,
  windowMs: null,
  noise: null,
  works: null,
  candidates: null,
};
const ample: Machine = {
  descriptors: 1_000_000,
  ports: 28_000,
  cores: 4,
  installed: ['nginx', 'haproxy', 'taskset'],
};

const sample = (
  round: number,
  candidate: CandidateName,
  cost: number | null,
  work: WorkName = 'echo',
): Sample => ({
  round,
  work,
  candidate,
  cost,
  perSecond: 1000,
  times: { count: 10, p50: 1, p99: 2, max: 3 },
  cores: { proxy: 0.9, viewers: 0.3, backend: 0.3 },
});

const rounds = (
  candidate: CandidateName,
  costs: readonly number[],
  work: WorkName = 'echo',
): Sample[] => costs.map((cost, round) => sample(round, candidate, cost, work));

const times = <Value>(count: number, value: Value): Value[] =>
  Array.from({ length: count }, () => value);

const resultsOf = (samples: readonly Sample[], plan = planFor(asked, ample)): Results => ({
  measuredOn: '2026-01-01',
  machine: 'a machine',
  plan,
  disturbed: 0,
  failed: [],
  strangers: null,
  rows: rowsOf(samples, plan),
  verdicts: verdictsOf(samples, plan),
});

describe('the plan of the relay benchmark', () => {
  it('takes at least eight rounds of everything that is anybody’s, and says what is missing', () => {
    const plan = planFor(asked, { ...ample, installed: ['nginx'] });
    expect(plan.rounds).toBeGreaterThanOrEqual(8);
    expect(plan.roundsNeeded).toBe(8);
    expect(plan.works).toEqual(WORKS.map(({ name }) => name));
    expect(plan.candidates).not.toContain('haproxy');
    expect(plan.candidates).toContain('nginx');
    expect(plan.isPinned).toBe(false);
    expect(plan.notes).toContainEqual(expect.stringContaining('apt-get install haproxy'));
  });

  it('says which limit the silent viewers met', () => {
    const few = planFor(asked, { ...ample, descriptors: 20_000 });
    expect(few.silentViewers).toBe(8750);
    expect(few.notes).toEqual([expect.stringContaining('ulimit -n of 20000')]);
    const close = planFor(asked, { ...ample, ports: 5000 });
    expect(close.silentViewers).toBe(3000);
    expect(close.notes).toEqual([expect.stringContaining('5000 local ports')]);
  });

  it('keeps a quick run within two minutes', () => {
    const plan = planFor({ ...asked, quick: true }, ample);
    const steps = Array.from({ length: plan.rounds }, (_, round) => stepsOf(plan, round)).flat();
    // Connecting, leaving and the rest between two steps take some 300 ms.
    const ms = steps.map((step) => warmMsOf(plan, step) + plan.windowMs + 300);
    expect(ms.reduce((sum, each) => sum + each)).toBeLessThan(105_000);
  });

  it('takes what was asked for, and refuses what there is not', () => {
    const plan = planFor({ ...asked, works: ['churn'], candidates: ['pipe', 'wsbouncer'] }, ample);
    const parts = ['warm-up', 'window', 'window', 'window'];
    expect(stepsOf(plan, 0).map(({ part }) => part)).toEqual(parts.flatMap((part) => [part, part]));
    expect(() => planFor({ ...asked, works: ['chrun'] }, ample)).toThrow('there are echo, paced');
    expect(() => planFor({ ...asked, candidates: ['nignx'] }, ample)).toThrow('nginx');
  });

  it('lets every candidate do every work once in a round, and none always follow the same', () => {
    const plan = planFor(asked, ample);
    const orders = Array.from({ length: plan.rounds }, (_, round) =>
      stepsOf(plan, round)
        .filter(({ work }) => work === 'echo')
        .map(({ candidate }) => candidate),
    );
    const everybody = CANDIDATES.map(({ name }) => name).filter((name) => name !== 'nginx-64k');
    for (const order of orders) expect(order.toSorted()).toEqual(everybody.toSorted());
    expect(new Set(orders.map(([first]) => first)).size).toBe(plan.rounds);
    const before = orders.map((order) => order[order.indexOf('wsbouncer') - 1]);
    expect(new Set(before).size).toBeGreaterThan(1);
  });

  it('asks only wsbouncer to refuse and to evict', () => {
    const own = stepsOf(planFor(asked, ample), 0)
      .filter(({ work }) => work === 'refused' || work === 'lateness')
      .map(({ candidate }) => candidate);
    // Of refusals a warm-up and three windows each, of lateness one.
    expect(own.toSorted()).toEqual([...times(5, 'thread'), ...times(5, 'wsbouncer')]);
  });

  it('warms all up for connections before the first has a window, and gives each three', () => {
    const plan = planFor({ ...asked, candidates: ['pipe', 'wsbouncer', 'http-proxy'] }, ample);
    const steps = stepsOf(plan, 1).filter(({ work }) => work === 'churn');
    const parts = steps.map(({ part }) => part);
    expect(parts).toEqual([...times(3, 'warm-up'), ...times(9, 'window')]);
    const [, first, second, third] = [0, 3, 6, 9].map((at) =>
      steps.slice(at, at + 3).map(({ candidate }) => candidate),
    );
    expect(second).toEqual(first?.toReversed());
    expect(third).toEqual(first);
    const [warmUp, window] = [steps[0]!, steps[3]!].map((step) => warmMsOf(plan, step));
    expect(warmUp).toBeGreaterThan(5 * window!);
    expect(windowMsOf(plan, steps[3]!)).toBe(plan.windowMs / 2);
  });
});

describe('the figures of the relay benchmark', () => {
  const ours = { work: 'echo', candidate: 'wsbouncer' } as const;
  const pipe = { work: 'echo', candidate: 'pipe' } as const;

  it('tells the median of the ratios inside the rounds, and none of fewer than needed', () => {
    const samples = [
      ...rounds('wsbouncer', [2, 30, 2, 2, 9]),
      ...rounds('pipe', [1, 10, 2, 4, 3]),
      // A round in which the other side failed says nothing.
      sample(5, 'wsbouncer', 1000),
    ];
    expect(ratioOf(samples, ours, pipe, 5)).toEqual({ median: 2, min: 0.5, max: 3, rounds: 5 });
    expect(ratioOf(samples, ours, pipe, 6)).toBeNull();
  });

  it('takes several windows of a round for one, by their mean', () => {
    const samples = [
      ...rounds('wsbouncer', [2, 4]),
      sample(0, 'wsbouncer', 4),
      ...rounds('pipe', [1, 1]),
      sample(1, 'pipe', 3),
    ];
    expect(ratioOf(samples, ours, pipe, 2)).toEqual({ median: 2.5, min: 2, max: 3, rounds: 2 });
    expect(ratioOf(samples, ours, pipe, 3)).toBeNull();
    expect(rowsOf(samples, planFor(asked, ample))[0]?.perSecond).toMatchObject({ rounds: 2 });
  });

  it('leaves out a load without a proxy, and a window that cost nothing', () => {
    const samples = [...rounds('wsbouncer', [1, 1]), sample(0, 'none', null), sample(1, 'pipe', 0)];
    expect(ratioOf(samples, ours, { work: 'echo', candidate: 'none' }, 1)).toBeNull();
    expect(ratioOf(samples, ours, pipe, 1)).toBeNull();
  });

  it('calls the library the best one that has the lowest median, not the luckiest round', () => {
    const samples = [
      ...rounds('http-proxy', [1, 9, 9]),
      ...rounds('http-proxy-3', [5, 5, 5]),
      ...rounds('httpxy', [6, 6, 6]),
    ];
    expect(bestLibrary(samples, 'echo')).toBe('http-proxy-3');
    expect(bestLibrary(samples, 'churn')).toBeNull();
  });

  it('holds a refusal against an accepted connection of the same round', () => {
    const samples = [
      ...rounds('wsbouncer', times(8, 50), 'refused'),
      ...rounds('http-proxy', times(8, 100), 'churn'),
    ];
    const verdict = verdictsOf(samples, planFor(asked, ample)).find(
      ({ work, candidate }) => work === 'refused' && candidate === 'wsbouncer',
    );
    expect(verdict).toMatchObject({ value: { median: 0.5 }, isMust: true, isAim: false });
  });

  it('meets a bound that it touches, and says nothing of what was not measured', () => {
    const samples = [
      ...rounds('wsbouncer', times(8, 1.15)),
      ...rounds('pipe', times(8, 1)),
      ...rounds('wsbouncer', times(3, 16.1), 'idle-5000'),
    ];
    const of = (work: WorkName, than: string) =>
      verdictsOf(samples, planFor(asked, ample)).find(
        (each) => each.candidate === 'wsbouncer' && each.work === work && each.than === than,
      );
    expect(of('echo', 'pipe')).toMatchObject({ isMust: true, isAim: null });
    expect(of('echo', 'nginx')).toMatchObject({ value: null, isAim: null });
    expect(of('idle-5000', 'nothing')).toMatchObject({ isMust: false, isAim: false });
  });

  it('prints no ratio of seven rounds, in either table', () => {
    const seven = [...rounds('wsbouncer', times(7, 3)), ...rounds('pipe', times(7, 2))];
    const eight = [...rounds('wsbouncer', times(8, 3)), ...rounds('pipe', times(8, 2))];
    expect(markdownOf(resultsOf(seven))).not.toContain('1.50');
    expect(markdownOf(resultsOf(seven))).toContain('too few rounds');
    const told = markdownOf(resultsOf(eight));
    expect(told).toContain('1.50 (1.50 to 1.50)');
    expect(told).toContain('≤ 1.15 **no**');
  });

  it('says that a quick run is one', () => {
    const plan = planFor({ ...asked, quick: true }, ample);
    expect(markdownOf(resultsOf(rounds('pipe', [1]), plan))).toMatch(/^Quick run, for a look only/);
  });

  it('tells what the load reaches alone, beside the fastest candidate', () => {
    const samples = [
      { ...sample(0, 'none', null), perSecond: 90_000 },
      { ...sample(0, 'nginx', 10), perSecond: 50_000 },
      { ...sample(0, 'pipe', 10), perSecond: 40_000 },
    ];
    const line = checkLine(rowsOf(samples, planFor(asked, ample)));
    expect(line).toContain('echo 90,000 messages/s (through the fastest, nginx: 50,000)');
    expect(checkLine([])).toBe('The load was not measured without a proxy.');
  });
});

const frame = (functionName: string) => ({
  functionName,
  url: functionName.startsWith('(') ? '' : 'file:///build/src/core/frames.js',
  lineNumber: functionName.startsWith('(') ? -1 : 9,
});
describe('a profile in short', () => {
  const profile: CpuProfile = {
    nodes: ['(idle)', 'feed', '(program)', 'feed', ''].map((name, id) => ({
      id,
      callFrame: frame(name),
    })),
    samples: [0, 1, 2, 3, 4],
    timeDeltas: [900_000, 3000, 2000, 4000, 1000],
  };

  it('adds up a function from wherever it was called, and leaves out what was idle', () => {
    expect(selfTimesOf([profile], 9)).toEqual([
      { name: 'feed', where: 'core/frames.js:10', ms: 7, share: 0.7 },
      { name: '(program)', where: '', ms: 2, share: 0.2 },
      { name: '(anonymous)', where: 'core/frames.js:10', ms: 1, share: 0.1 },
    ]);
  });

  it('adds up several processes, and tells the dearest only', () => {
    const [dearest, ...others] = selfTimesOf([profile, profile], 1);
    expect(dearest).toMatchObject({ name: 'feed', ms: 14, share: 0.7 });
    expect(others).toEqual([]);
    expect(selfTimesOf([], 5)).toEqual([]);
  });
});

describe('the frames of the relay benchmark', () => {
  it('are found in whatever pieces they come, and long ones are not held', () => {
    const frames = fc.array(
      fc.record({
        opcode: fc.constantFrom(...Object.values(opcodes)),
        length: fc.constantFrom(0, 1, 64, 125, 126, 300, 65_535, 65_536),
        masked: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 70_000 }), (sent, size) => {
        const bytes = Buffer.concat(
          sent.map(({ opcode, length, masked }) =>
            (masked ? viewerFrame : backendFrame)(opcode, Buffer.alloc(length, 'y')),
          ),
        );
        const found: unknown[] = [];
        const walk = new FrameWalk((opcode, length, payload) =>
          found.push([opcode, length, payload.toString()]),
        );
        for (let at = 0; at < bytes.length; at += size) walk.feed(bytes.subarray(at, at + size));
        expect(found).toEqual(
          sent.map(({ opcode, length }) => [
            opcode,
            length,
            length > 125 ? '' : 'y'.repeat(length),
          ]),
        );
        expect(walk.isBetweenFrames).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('has a message of 64 bytes', () => {
    expect(MESSAGE).toHaveLength(64);
    expect(viewerFrame(opcodes.binary, MESSAGE)).toHaveLength(70);
    expect(backendFrame(opcodes.binary, MESSAGE)).toHaveLength(66);
  });
});
