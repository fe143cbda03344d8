/** How late the event loop of the proxy's thread comes round, for pictures. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const LOOP_RESOLUTION_MS = 10;

/** Pictures that come closer together share one value; a watcher gets four a second. */
const SHARED_MS = 200;

/** Measures the event loop while somebody looks; the delay beyond its own resolution. */
export const loopMeter = (now: () => number): { readonly p99: () => number | null } => {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  let last: { readonly at: number; readonly p99: number | null } | null = null;
  return {
    p99: () => {
      if (last === null) {
        delay.enable();
        last = { at: now(), p99: null };
      }
      // To begin anew leaves nothing for whoever looks in the same moment.
      if (now() - last.at < SHARED_MS) return last.p99;
      const p99 = delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS;
      delay.reset();
      last = { at: now(), p99: Number.isFinite(p99) ? Math.max(0, p99) : null };
      return last.p99;
    },
  };
};
