/**
 * A proxy in a process of the benchmark's own, which can do what the program has no option for:
 * time single pictures, be watched without a console, share its port.
 */
import type { readCommandLine } from '../src/cli/command-line.ts';
import type { defaultMaxViewers } from '../src/cli/descriptors.ts';
import type { ProxyControl, Snapshot, View, Watch } from '../src/contract.ts';
import type { startThread } from '../src/control/thread.ts';
import type { startProxy } from '../src/proxy/proxy.ts';
import type { keepNurserySmall } from '../src/run/nursery.ts';
import { built } from './built.ts';
import { carryOut } from './console/orders.ts';
import type { ProxyKind, ProxyOrder } from './proxy-orders.ts';

/** What the console asks for on a terminal of 120x40. */
const VIEW: View = {
  sessions: { anchor: null, edge: 'first', before: 0, after: 39 },
  sessionSort: { by: 'worst', reversed: false },
  viewerSort: { by: 'worst', reversed: false },
  filter: [],
  session: null,
  viewers: { anchor: null, edge: 'first', before: 0, after: 19 },
  worst: 8,
  followed: [],
  detail: null,
  gone: 4,
  events: { rows: 8, upTo: null, kind: null },
};

type Running = ProxyControl & { readonly address: string };

const started = async (as: ProxyKind, args: readonly string[]): Promise<Running> => {
  const lines = await built<{ readCommandLine: typeof readCommandLine }>('cli/command-line.js');
  const limits = await built<{ defaultMaxViewers: typeof defaultMaxViewers }>('cli/descriptors.js');
  const nursery = await built<{ keepNurserySmall: typeof keepNurserySmall }>('run/nursery.js');
  nursery.keepNurserySmall();
  const wanted = lines.readCommandLine([...args], process.env, limits.defaultMaxViewers());
  if (wanted.do !== 'run' || wanted.parsed.command === 'demo') {
    throw new Error('these are not the options of a proxy');
  }
  const { options } = wanted.parsed;
  if (as === 'thread') {
    const threads = await built<{ startThread: typeof startThread }>('control/thread.js');
    return threads.startThread(options, { onEvent: () => undefined });
  }
  const proxies = await built<{ startProxy: typeof startProxy }>('proxy/proxy.js');
  return proxies.startProxy(options, { sharesPort: as === 'sharing', onEvent: () => undefined });
};

let proxy: Running | null = null;
let watch: Watch | null = null;
let looking: NodeJS.Timeout | null = null;
let pictures = 0;

const running = (): Running => {
  if (proxy === null) throw new Error('no proxy was started');
  return proxy;
};

const first = async (): Promise<Snapshot> => {
  const { promise, resolve } = Promise.withResolvers<Snapshot>();
  const once = running().watch(VIEW, resolve);
  const snapshot = await promise;
  once.close();
  return snapshot;
};

/** A look elsewhere has its picture at once, in the same step, where the proxy is no thread away. */
const draw = async (times: number): Promise<number[]> => {
  const { promise: there, resolve } = Promise.withResolvers<void>();
  let came = 0;
  const each = running().watch(VIEW, () => {
    came += 1;
    resolve();
  });
  await there;
  came = 0;
  const took = Array.from({ length: times }, () => {
    const began = performance.now();
    each.look(VIEW);
    return performance.now() - began;
  });
  each.close();
  if (came !== times) throw new Error(`${came} pictures were made at once instead of ${times}`);
  return took;
};

carryOut(async (sent) => {
  const order = sent as ProxyOrder;
  switch (order.do) {
    case 'start':
      proxy = await started(order.as, order.args);
      return Number(/:(\d+)$/.exec(proxy.address)?.[1]);
    case 'draw':
      return draw(order.times);
    case 'watch':
      pictures = 0;
      watch = running().watch(VIEW, () => {
        pictures += 1;
      });
      looking = setInterval(() => watch?.look(VIEW), order.everyMs);
      return null;
    case 'unwatch':
      if (looking !== null) clearInterval(looking);
      watch?.close();
      return pictures;
    case 'count':
      return (await first()).totals.viewers;
    default:
      throw new Error('this is no order');
  }
});
