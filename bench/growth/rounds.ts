/** Takes the samples: at every size two proxies, one after the other, and a crowd at each. */
import { setTimeout as wait } from 'node:timers/promises';
import { inQuiet } from '../console/calm.ts';
import { type Load, startLoad } from '../console/children.ts';
import { spreadOf } from '../console/stats.ts';
import type { ProxyKind, ProxyOrder } from '../proxy-orders.ts';
import { wsbouncerArgs } from '../relay/candidates/wsbouncer.ts';
import { pin, residentKiB, watchTree } from '../relay/cpu.ts';
import type { Counted, ViewersOrder } from '../relay/orders.ts';
import type { CrowdOrder } from './crowd-orders.ts';
import { type MeasureName, numberOf, type Sample, type Size } from './measures.ts';
import type { Plan } from './plan.ts';

/** What runs beside the proxies. */
export type Stage = {
  readonly crowd: Load<CrowdOrder>;
  /** Comes and goes while the crowd is there. */
  readonly visitors: Load<ViewersOrder>;
  readonly backend: { readonly pid: number; readonly port: number };
  readonly plan: Plan;
  readonly say: (line: string) => void;
};

/** What came of all rounds. */
export type Taken = {
  readonly samples: readonly Sample[];
  /** What others used of a core in each window, in percent. */
  readonly strangers: readonly number[];
  /** Windows that were left out, because others used too much of the machine. */
  readonly disturbed: number;
};

/** Visitors at once, and room for them. */
const AT_ONCE = 16;
const SPARE = 100;
/** A handshake runs much code seldom: it takes longer until V8 has compiled all of it. */
const HANDSHAKE_WARMTH = 4;
/** The same for the first messages, and what the crowd left behind when it came is cleared away. */
const WARM_UP = { perSecond: 4_000, warmth: 4 };
/** How often a disturbed window is taken anew before it is left out. */
const TRIES = 3;
const TICKS_A_SECOND = 4;
/** What a watcher gets that does not ask. */
const PICTURES_A_SECOND = 4;
/** So often that its cost is seen beside that of the Pings: ten times as often as a console. */
const LOOK_MS = 25;

type Found = Partial<Record<MeasureName, number>>;

/** One proxy with its crowd. */
type Scene = {
  readonly stage: Stage;
  readonly proxy: Load<ProxyOrder>;
  readonly port: number;
  readonly strangers: number[];
  disturbed: number;
};

type Window = { readonly cpuMs: number; readonly ms: number; readonly units: number };

/** Takes a window of the load when others leave the machine alone; null where they never do. */
const window = async (scene: Scene, take: () => Promise<number>): Promise<Window | null> => {
  const { crowd, visitors, backend, plan } = scene.stage;
  const ours = [scene.proxy.pid, crowd.pid, visitors.pid, backend.pid];
  const most = plan.noise ?? Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { value, strangers } = await inQuiet({ most }, ours, async () => {
      const began = performance.now();
      const used = watchTree(scene.proxy.pid);
      const units = await take();
      return { cpuMs: used() / 1e6, ms: performance.now() - began, units };
    });
    if (strangers <= most) {
      scene.strangers.push(strangers);
      return value;
    }
  }
  scene.disturbed += 1;
  return null;
};

const idle = (scene: Scene, ms: number): Promise<Window | null> =>
  window(scene, () => scene.stage.crowd.ask<number>({ do: 'window', ms }));

/** Of `taken`, what went beyond what the crowd costs anyway, in milliseconds of the CPU. */
const beyond = (taken: Window, still: Window): number =>
  taken.cpuMs - (still.cpuMs / still.ms) * taken.ms;

const perUnit = (taken: Window | null, still: Window | null): number | undefined =>
  taken === null || still === null || taken.units === 0
    ? undefined
    : (1000 * beyond(taken, still)) / taken.units;

const paced = async (scene: Scene, perSecond: number): Promise<Window | null> => {
  const { crowd, plan } = scene.stage;
  await crowd.ask({ do: 'pace', perSecond });
  await wait(plan.warmMs);
  const taken = await idle(scene, plan.windowMs);
  await crowd.ask({ do: 'pace', perSecond: 0 });
  return taken;
};

const warmUp = async ({ stage: { crowd, plan } }: Scene): Promise<void> => {
  await crowd.ask({ do: 'pace', perSecond: WARM_UP.perSecond });
  await wait(plan.warmMs * WARM_UP.warmth);
  await crowd.ask({ do: 'pace', perSecond: 0 });
  await wait(plan.warmMs);
};

const visited = async (scene: Scene): Promise<Window | null> => {
  const { visitors, plan } = scene.stage;
  await visitors.ask({ do: 'visit', port: scene.port, atOnce: AT_ONCE, expects: 'accepted' });
  await wait(plan.warmMs * HANDSHAKE_WARMTH);
  const taken = await window(scene, async () => {
    const { units } = await visitors.ask<Counted>({ do: 'window', ms: plan.windowMs });
    return units;
  });
  await visitors.ask({ do: 'leave' });
  return taken;
};

type Start = { readonly as: ProxyKind; readonly size: Size; readonly pingMs: number };

const args = (stage: Stage, { size, pingMs }: Start): string[] => [
  ...wsbouncerArgs(stage.backend.port, {
    cap: size.viewers + SPARE,
    pingInterval: `${pingMs}ms`,
  }),
  `--backend-ping-interval=${pingMs}ms`,
  `--max-viewers=${size.viewers + SPARE}`,
];

/** Starts a proxy, lets the crowd come, and works on it. */
const withCrowd = async (
  stage: Stage,
  start: Start,
  work: (scene: Scene, beforeKiB: number) => Promise<Found>,
): Promise<{ readonly found: Found; readonly scene: Scene }> => {
  const { crowd, plan } = stage;
  const { viewers, sessions } = start.size;
  const proxy = startLoad<ProxyOrder>(new URL('../proxy.ts', import.meta.url).href);
  try {
    const port = await proxy.ask<number>({ do: 'start', as: start.as, args: args(stage, start) });
    if (plan.isPinned) pin(proxy.pid, '0');
    await wait(plan.warmMs);
    const beforeKiB = residentKiB(proxy.pid);
    await crowd.ask({ do: 'join', port, viewers, sessions });
    await wait(plan.restMs);
    const scene: Scene = { stage, proxy, port, strangers: [], disturbed: 0 };
    return { found: await work(scene, beforeKiB), scene };
  } finally {
    await crowd.ask({ do: 'leave' });
    await proxy.stop();
  }
};

/** So long that no Ping falls into a window. */
const NO_PINGS_MS = 300_000;

const without = (found: Readonly<Record<string, number | undefined>>): Found =>
  Object.fromEntries(Object.entries(found).filter(([, cost]) => cost !== undefined));

/** One thread, nobody pings: what single things cost. */
const plainly = (stage: Stage, size: Size) =>
  withCrowd(stage, { as: 'plain', size, pingMs: NO_PINGS_MS }, async (scene, beforeKiB) => {
    const { plan } = stage;
    const memory = (residentKiB(scene.proxy.pid) - beforeKiB) / size.viewers;
    await warmUp(scene);
    // What is taken off everything else has to be right.
    const still = await idle(scene, 2 * plan.windowMs);
    const even = await paced(scene, plan.evenPerSecond);
    const byViewer = await paced(scene, plan.perViewerPerSecond * size.viewers);
    const visits = await visited(scene);
    const drawn = await scene.proxy.ask<number[]>({ do: 'draw', times: plan.pictures });
    return without({
      memory,
      tick: still === null ? undefined : (still.cpuMs * 1000) / still.ms / TICKS_A_SECOND,
      message: perUnit(even, still),
      messages: perUnit(byViewer, still),
      connection: perUnit(visits, still),
      picture: spreadOf(drawn)?.median,
    });
  });

/** In its thread, as under the console, everybody pinged: what goes on all the time. */
const watched = (stage: Stage, size: Size) =>
  withCrowd(
    stage,
    { as: 'thread', size, pingMs: stage.plan.pingIntervalMs },
    async (scene): Promise<Found> => {
      const { pingIntervalMs } = stage.plan;
      const alone = await idle(scene, pingIntervalMs);
      const drawn = await window(scene, async () => {
        await scene.proxy.ask({ do: 'watch', everyMs: LOOK_MS });
        await scene.stage.crowd.ask({ do: 'window', ms: pingIntervalMs });
        return scene.proxy.ask<number>({ do: 'unwatch' });
      });
      const picture = perUnit(drawn, alone);
      return without({
        pings: alone === null ? undefined : (1000 * alone.cpuMs) / alone.ms,
        watcher: picture === undefined ? undefined : (PICTURES_A_SECOND * picture) / 1000,
      });
    },
  );

const inWords = (size: Size, found: Found): string =>
  [
    `${numberOf(size)} ${size.axis}`.padEnd(14),
    ...Object.entries(found).map(([name, cost]) => `${name} ${cost.toFixed(2)}`),
  ].join('  ');

/** All rounds of a plan. */
export const runRounds = async (stage: Stage): Promise<Taken> => {
  const samples: Sample[] = [];
  const strangers: number[] = [];
  let disturbed = 0;
  for (let round = 0; round < stage.plan.rounds; round += 1) {
    for (const size of stage.plan.sizes) {
      const parts = [await plainly(stage, size), await watched(stage, size)];
      const found: Found = Object.assign({}, ...parts.map((part) => part.found));
      stage.say(`${round + 1}  ${inWords(size, found)}`);
      for (const { scene } of parts) {
        strangers.push(...scene.strangers);
        disturbed += scene.disturbed;
      }
      for (const [measure, cost] of Object.entries(found)) {
        samples.push({ round, size, measure: measure as MeasureName, cost });
      }
    }
  }
  return { samples, strangers, disturbed };
};
