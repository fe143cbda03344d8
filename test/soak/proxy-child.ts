/**
 * The proxy in a process of its own, so that memory and descriptors are the proxy's alone. It
 * answers questions, and tells what it sees in batches.
 */
import { systemClock } from '../../src/clock.ts';
import type { View, Watch } from '../../src/contract.ts';
import { startProxy, type Proxy } from '../../src/proxy/proxy.ts';
import { backendsNow, figuresAtRest, figuresNow, slotsNow, watchDials } from './gauges.ts';
import type { Asked, Order, Sighting, Told } from './orders.ts';

const TELL_MS = 50;
const LOOK_MS = 100;

const tell = (told: Told): void => void process.send?.(told);

let sightings: Sighting[] = [];
type Seen = Sighting extends infer One ? (One extends unknown ? Omit<One, 'ms'> : never) : never;
const see = (seen: Seen): void => {
  sightings.push({ ms: performance.timeOrigin + performance.now(), ...seen });
};

const flush = (): void => {
  if (sightings.length === 0) return;
  const batch = sightings;
  sightings = [];
  tell({ told: 'sightings', sightings: batch });
};

const look = (): void => {
  see({ on: 'slots', ...slotsNow() });
  for (const bounds of backendsNow()) see({ on: 'backends', dials: false, ...bounds });
};

/** A console's view: all the lists, so that pictures cost what they cost there. */
const VIEW: View = {
  sessions: { anchor: null, edge: 'first', before: 0, after: 40 },
  sessionSort: { by: 'worst', reversed: false },
  viewerSort: { by: 'worst', reversed: false },
  filter: [],
  session: null,
  viewers: { anchor: null, edge: 'first', before: 0, after: 40 },
  worst: 8,
  followed: [],
  detail: null,
  gone: 20,
  events: { rows: 40, upTo: null, kind: null },
};

let proxy: Proxy | null = null;
let watches: Watch[] = [];

const start = async (order: Extract<Order, { do: 'start' }>): Promise<{ address: string }> => {
  watchDials((bounds) => see({ on: 'backends', dials: true, ...bounds }));
  proxy = await startProxy(order.options, {
    onEvent: (event) => {
      see({ on: 'event', event });
      // An event is the instant at which a slot may have been forgotten.
      const slots = slotsNow();
      if (slots.taken !== slots.dialling + slots.open) see({ on: 'slots', ...slots });
    },
  });
  return { address: proxy.address };
};

const watch = (watchers: number): null => {
  for (const one of watches) one.close();
  watches = Array.from({ length: proxy === null ? 0 : watchers }).flatMap(() =>
    proxy === null ? [] : [proxy.watch(VIEW, () => undefined)],
  );
  return null;
};

const stall = (forMs: number): null => {
  for (const until = performance.now() + forMs; performance.now() < until;);
  return null;
};

const obey = async (order: Order): Promise<unknown> => {
  switch (order.do) {
    case 'start':
      return start(order);
    case 'command':
      return proxy?.command(order.command) ?? { ok: false, reason: 'the proxy was not started' };
    case 'watch':
      return watch(order.watchers);
    case 'stall':
      return stall(order.forMs);
    case 'figures':
      return order.collected ? figuresAtRest() : figuresNow();
    default:
      return order satisfies never;
  }
};

systemClock.every(TELL_MS, flush);
systemClock.every(LOOK_MS, look);
process.on('warning', (warning) => see({ on: 'fault', what: `warns: ${warning.stack}` }));
process.on('message', (asked) => {
  const { number, order } = asked as Asked;
  void obey(order).then((value) => {
    flush();
    tell({ told: 'answer', number, value });
  });
});
process.on('disconnect', () => process.exit());
