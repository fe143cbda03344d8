/**
 * One soak: a warm-up, then rounds of the same kind, each brought to rest and measured. What
 * is seen goes to the invariants; what they say is the result.
 */
import { systemClock } from '../../src/clock.ts';
import type { ProxyOptions } from '../../src/contract.ts';
import type { ProxyEvent } from '../../src/events.ts';
import { testOptions } from '../support/test-options.ts';
import { actors } from './actors.ts';
import { startBackends, type SoakBackends } from './backends.ts';
import { Invariants } from './invariants.ts';
import type { Figures, Observation, Violation } from './observation.ts';
import { operators, reserve } from './operators.ts';
import type { Sighting } from './orders.ts';
import { planOf, RESERVED_CAP, roundsOf, type Step } from './plan.ts';
import { randomFrom } from '../support/random.ts';
import { Curtain, type Stage, type ViewerStep } from './stage.ts';
import { startTarget, type Target } from './target.ts';
import { Tally } from './tally.ts';

/** What a soak is asked for. */
export type Wanted = {
  readonly seed: number;
  /** How long viewers come, in milliseconds; the rests between come on top. */
  readonly forMs: number;
  /** Ends the soak early; what is left of it still happens. */
  readonly curtain: Curtain;
  readonly onViolation: (violation: Violation) => void;
  /** What is going on now. */
  readonly onPhase: (phase: string, forMs: number) => void;
  /** Keeps an event from the invariants, to see that they miss it. */
  readonly hides?: (event: ProxyEvent) => boolean;
};

/** A soak that runs. */
export type Soak = { readonly tally: Tally; readonly done: Promise<readonly Violation[]> };

/** Actors at once: what two cores and a usual descriptor limit bear. */
const MOST_ACTORS = 300;

/** Longest time for everything to be gone, in milliseconds. */
const REST_MS = 15_000;

/** How often this process looks whether it was given time, and what counts as none. */
const LOOK_MS = 50;
const STILL_MS = 400;

/** Longer than a probe, whose timer may outlive its viewer. */
const SETTLE_MS = 750;

/** From then on a warm-up has seen everything, and filled what fills. */
const WARM_MS = 20_000;

/** Times so short that minutes hold thousands of lives. */
const options = ({ host, port }: SoakBackends): ProxyOptions => ({
  ...testOptions,
  backend: { address: { host, port }, tls: false, target: '/{session}' },
  cap: RESERVED_CAP,
  maxViewers: 250,
  probeOnFullMs: 500,
  refuseHoldMs: 1_000,
  pingIntervalMs: 500,
  pongTimeoutMs: 1_500,
  writeTimeoutMs: 2_000,
  backendPingIntervalMs: 500,
  dialTimeoutMs: 1_000,
  maxDials: 32,
  handshakeTimeoutMs: 1_000,
  trustProxies: ['127.0.0.0/8'],
  whoHeader: 'x-soak',
});

type World = {
  readonly wanted: Wanted;
  readonly tally: Tally;
  readonly backends: SoakBackends;
  readonly target: Target;
  readonly see: (observation: Observation) => void;
  readonly now: () => number;
  /** When the loop stood still last, and when the port was closed last. */
  readonly mishaps: { stalledAt: number; stalling: boolean; outAt: number; out: boolean };
  arrivals: number;
};

/** After a mishap, what it brought about may come so much later. */
const AFTERMATH_MS = 1_500;

const stageOf = (world: World, curtain: Curtain, step: ViewerStep): Stage => {
  const { mishaps, see, now, tally, target } = world;
  world.arrivals += 1;
  const number = world.arrivals;
  return {
    curtain,
    step,
    random: randomFrom(step.seed),
    remote: `10.${(number >> 16) & 0x3f}.${(number >> 8) & 0xff}.${number & 0xff}`,
    address: target.address,
    tell: (telling) => see({ at: now(), ...telling }),
    roundTrip: (from, ms) => {
      const isCalm = !mishaps.stalling && from - mishaps.stalledAt > AFTERMATH_MS;
      if (isCalm) tally.roundTrips.push(ms);
    },
    attempted: () => {
      tally.attempts += 1;
    },
    wasOut: () => mishaps.out || performance.now() - mishaps.outAt < AFTERMATH_MS,
  };
};

const perform = async (
  world: World,
  curtain: Curtain,
  act: ReturnType<typeof operators>['act'],
  step: Step,
): Promise<void> => {
  const { backends, mishaps, tally, target } = world;
  if (step.do === 'operate') {
    tally.life(`operator: ${step.as}`);
    return act(step.as, randomFrom(step.seed));
  }
  if (step.do === 'stall') {
    tally.stalls += 1;
    mishaps.stalling = true;
    await target.stall(step.forMs);
    mishaps.stalling = false;
    mishaps.stalledAt = performance.now();
    return undefined;
  }
  if (step.do === 'outage') {
    if (mishaps.out) return undefined;
    tally.outages += 1;
    mishaps.out = true;
    await backends.outage(curtain.wait(step.forMs));
    mishaps.out = false;
    mishaps.outAt = performance.now();
    return undefined;
  }
  tally.life(step.as);
  const from = performance.now();
  await actors[step.as](stageOf(world, curtain, step));
  if (step.as === 'naive') tally.naiveMs += performance.now() - from;
  return undefined;
};

/** Lets everybody of the plan come, and resolves when all are gone. */
const round = async (world: World, seed: number, forMs: number): Promise<void> => {
  const { wanted, see, now, tally, target } = world;
  const curtain = new Curtain();
  const { act, calm } = operators(target, RESERVED_CAP);
  const running = new Set<Promise<void>>();
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  void wanted.curtain.wait(forMs).then(curtain.fall);
  for (const step of planOf(seed, forMs)) {
    const early = step.at - elapsed();
    if (early > 0) await curtain.wait(early);
    if (curtain.fallen) break;
    if (running.size >= MOST_ACTORS) {
      tally.skipped += 1;
      continue;
    }
    const playing = perform(world, curtain, act, step).catch((error: unknown) => {
      const actor = step.do === 'view' || step.do === 'operate' ? step.as : step.do;
      see({ at: now(), on: 'overdue', actor, what: String(error) });
    });
    running.add(playing);
    void playing.then(() => running.delete(playing));
    tally.most = Math.max(tally.most, running.size);
  }
  await curtain.wait(Math.max(0, forMs - elapsed()));
  curtain.fall();
  await Promise.all(running);
  await calm();
};

const leftOf = ({ slots, remaining, backendConnections, viewerConnections }: Figures) =>
  Object.entries({ slots, remaining, backendConnections, viewerConnections })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`);

/** Waits until nothing is left of anybody, and measures. */
const rest = async (
  { backends, target, see, now, tally }: World,
  number: number,
): Promise<void> => {
  let left = leftOf(await target.figures(false));
  for (const end = performance.now() + REST_MS; left.length > 0 && performance.now() < end;) {
    await new Curtain().wait(100);
    left = leftOf(await target.figures(false));
  }
  await new Curtain().wait(SETTLE_MS);
  // The proxy's own end of everything is gone by now: those who read nothing cannot know.
  backends.cut();
  see({ at: now(), on: 'drained', left: left.length === 0 ? null : left.join(', ') });
  const figures = await target.figures(true);
  tally.figures.push({ round: number, figures });
  see({ at: now(), on: 'figures', round: number, figures });
};

const sightings =
  (world: { readonly tally: Tally; readonly beganOn: number }, hides: Wanted['hides']) =>
  ({ ms, ...seen }: Sighting): Observation | null => {
    if (seen.on === 'event') {
      world.tally.event(seen.event);
      if (hides?.(seen.event) === true) return null;
    }
    if (seen.on === 'backends' && seen.dials) world.tally.dials += 1;
    return { at: ms - world.beganOn, ...seen };
  };

/** Notices when this process, actors and backends, was given no time. */
const lateness = (see: World['see'], { now, tally }: World): (() => void) => {
  let last = now();
  return () => {
    const at = now();
    const forMs = at - last - LOOK_MS;
    last = at;
    if (forMs < STILL_MS) return;
    tally.stoodStill += 1;
    see({ at, on: 'stood-still', forMs });
  };
};

const run = async (wanted: Wanted, tally: Tally): Promise<readonly Violation[]> => {
  const began = performance.now();
  const violations: Violation[] = [];
  const { warmUpMs, roundMs, rounds } = roundsOf(wanted.forMs);
  const invariants = new Invariants({ isWarm: warmUpMs >= WARM_MS });
  const see = (observation: Observation): void => {
    for (const violation of invariants.see(observation)) {
      violations.push(violation);
      wanted.onViolation(violation);
    }
  };
  const read = sightings({ tally, beganOn: performance.timeOrigin + began }, wanted.hides);
  const backends = await startBackends();
  const target = await startTarget(options(backends), (sighting) => {
    const observation = read(sighting);
    if (observation !== null) see(observation);
  });
  const never = Number.NEGATIVE_INFINITY;
  const world: World = {
    wanted,
    tally,
    backends,
    target,
    see,
    now: () => performance.now() - began,
    mishaps: { stalledAt: never, stalling: false, outAt: never, out: false },
    arrivals: 0,
  };
  const watching = systemClock.every(LOOK_MS, lateness(see, world));
  await reserve(target);
  for (let number = 0; number <= rounds && !wanted.curtain.fallen; number += 1) {
    const forMs = number === 0 ? warmUpMs : roundMs;
    wanted.onPhase(number === 0 ? 'warm-up' : `round ${number} of ${rounds}`, forMs);
    await round(world, wanted.seed + number, forMs);
    wanted.onPhase('coming to rest', REST_MS);
    await rest(world, number);
  }
  await target.stop();
  watching();
  return violations;
};

/** Begins a soak; `done` rejects only where it could not be carried out. */
export const soak = (wanted: Wanted): Soak => {
  const tally = new Tally();
  return { tally, done: run(wanted, tally) };
};
