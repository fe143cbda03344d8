/** Takes the samples: what n processes at one port reach, whom they get, and whom they let in. */
import { setTimeout as wait } from 'node:timers/promises';
import { inQuiet } from '../console/calm.ts';
import type { Load } from '../console/children.ts';
import { watchTree } from '../relay/cpu.ts';
import type { Counted, ViewersOrder } from '../relay/orders.ts';
import { type Gang, startGang } from './gang.ts';
import type { Storm, StormOrder } from './orders.ts';
import type { Plan } from './plan.ts';

/** What is done with them. */
export type Work = 'echo' | 'churn' | 'lone visit';

/** One window. */
export type Sample = {
  readonly round: number;
  readonly work: Work;
  readonly processes: number;
  readonly perSecond: number;
  /** Microseconds of the CPU, of all proxies together, for a message or a connection. */
  readonly cost: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly cores: { readonly proxies: number; readonly load: number };
};

/** How the kernel spread viewers: how many each process has. */
export type Spread = { readonly round: number; readonly counts: readonly number[] };

/** Whom a session with a cap let in. */
export type Excess = Storm & { readonly processes: number; readonly newcomers: number };

/** What came of all rounds. */
export type Taken = {
  readonly samples: readonly Sample[];
  readonly spreads: readonly Spread[];
  readonly excesses: readonly Excess[];
  /** What others used of a core in each window, in percent. */
  readonly strangers: readonly number[];
  readonly disturbed: number;
};

/** What runs beside the proxies. */
export type Stage = {
  readonly viewers: Load<ViewersOrder>;
  readonly newcomers: Load<StormOrder>;
  readonly backend: { readonly pid: number; readonly port: number };
  readonly plan: Plan;
  readonly say: (line: string) => void;
};

const VIEWERS = 100;
const AT_ONCE = 32;
const WORKS: readonly Work[] = ['echo', 'churn', 'lone visit'];
/** A handshake runs much code seldom: it takes longer until V8 has compiled all of it. */
const HANDSHAKE_WARMTH = 3;

const orderFor = (work: Work, port: number): ViewersOrder =>
  work === 'echo'
    ? { do: 'echo', port, viewers: VIEWERS }
    : { do: 'visit', port, atOnce: work === 'churn' ? AT_ONCE : 1, expects: 'accepted' };

type Bare = Omit<Sample, 'round'>;

const window = async (stage: Stage, gang: Gang, work: Work): Promise<Bare> => {
  const watched = [stage.viewers.pid, stage.backend.pid, ...gang.pids].map(watchTree);
  const began = performance.now();
  const counted = await stage.viewers.ask<Counted>({ do: 'window', ms: stage.plan.windowMs });
  const passedNs = (performance.now() - began) * 1e6;
  const [viewers = 0, backend = 0, ...each] = watched.map((used) => used());
  const proxies = each.reduce((sum, ns) => sum + ns, 0);
  if (counted.units === 0) throw new Error('nothing came through');
  return {
    work,
    processes: gang.pids.length,
    perSecond: (1000 * counted.units) / counted.ms,
    cost: proxies / 1000 / counted.units,
    p50: counted.times?.p50 ?? Number.NaN,
    cores: { proxies: proxies / passedNs, load: (viewers + backend) / passedNs },
  };
};

const worked = async (
  stage: Stage,
  gang: Gang,
  work: Work,
): Promise<{ readonly value: Bare; readonly strangers: number }> => {
  const { viewers, backend, plan } = stage;
  const most = plan.noise ?? Number.POSITIVE_INFINITY;
  await viewers.ask(orderFor(work, gang.port));
  await wait(plan.warmMs * (work === 'echo' ? 1 : HANDSHAKE_WARMTH));
  const taken = await inQuiet({ most }, [viewers.pid, backend.pid, ...gang.pids], () =>
    window(stage, gang, work),
  );
  await viewers.ask({ do: 'leave' });
  return taken;
};

const spread = async (stage: Stage, round: number, processes: number): Promise<Spread> => {
  const gang = await startGang(processes, stage.backend.port);
  await stage.viewers.ask({ do: 'idle', port: gang.port, viewers: stage.plan.viewers });
  const counts = await gang.counts();
  await stage.viewers.ask({ do: 'leave' });
  await gang.stop();
  return { round, counts };
};

const storms = async (stage: Stage, processes: number): Promise<Excess[]> => {
  const { plan, newcomers: load } = stage;
  const excesses: Excess[] = [];
  for (const newcomers of plan.storms) {
    const gang = await startGang(processes, stage.backend.port, { cap: plan.cap });
    const storm = await load.ask<Storm>({ do: 'storm', port: gang.port, newcomers });
    const there = (await gang.counts()).reduce((sum, count) => sum + count, 0);
    if (there !== storm.admitted) {
      throw new Error(`${storm.admitted} newcomers were admitted, and ${there} are there`);
    }
    excesses.push({ ...storm, processes, newcomers });
    await load.ask({ do: 'leave' });
    await gang.stop();
  }
  return excesses;
};

/** All rounds of a plan; the numbers of processes follow each other back to front in every other. */
export const runRounds = async (stage: Stage): Promise<Taken> => {
  const { plan, say } = stage;
  const samples: Sample[] = [];
  const spreads: Spread[] = [];
  const excesses: Excess[] = [];
  const strangers: number[] = [];
  let disturbed = 0;
  for (let round = 0; round < plan.rounds; round += 1) {
    const order = round % 2 === 0 ? plan.processes : plan.processes.toReversed();
    for (const processes of order) {
      const gang = await startGang(processes, stage.backend.port);
      for (const work of WORKS) {
        const taken = await worked(stage, gang, work);
        const { perSecond, cost, cores } = taken.value;
        say(
          `${round + 1}  ${work}, ${processes}: ${Math.round(perSecond)}/s  ${cost.toFixed(1)} µs  ` +
            `proxies ${cores.proxies.toFixed(2)} load ${cores.load.toFixed(2)} cores`,
        );
        if (taken.strangers > (plan.noise ?? Number.POSITIVE_INFINITY)) disturbed += 1;
        else {
          samples.push({ round, ...taken.value });
          strangers.push(taken.strangers);
        }
      }
      await gang.stop();
    }
    for (const processes of plan.spreadOver) {
      spreads.push(await spread(stage, round, processes));
      excesses.push(...(await storms(stage, processes)));
    }
    say(`${round + 1}  spread and storms`);
  }
  return { samples, spreads, excesses, strangers, disturbed };
};
