/**
 * What the process costs, under the names that dashboards for any process know. prom-client can
 * measure that itself, but lists every socket of the process for it, on the relay's thread.
 */
import { readdir, stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { followSum, gauge } from './instruments.ts';
import type { Exposed } from './registry.ts';

const DESCRIPTORS = '/proc/self/fd';

/** Open file descriptors; null where the system does not tell. */
const openDescriptors = async (): Promise<number | null> => {
  try {
    // Linux 6.2 and later say how many there are; before that they have to be listed.
    const { size } = await stat(DESCRIPTORS);
    return size > 0 ? size : (await readdir(DESCRIPTORS)).length;
  } catch {
    return null;
  }
};

/** Sets the figures up; what it returns takes them. */
export const processFigures = (registry: Exposed): (() => Promise<void>) => {
  const cpu = followSum(registry, {
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, all threads together.',
  });
  const resident = gauge(registry, {
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process that is in RAM.',
  });
  const heap = gauge(registry, {
    name: 'nodejs_heap_size_used_bytes',
    help: "JavaScript heap in use, of the proxy's thread.",
  });
  const external = gauge(registry, {
    name: 'nodejs_external_memory_bytes',
    help: "Memory beside that heap, such as the relay's buffers.",
  });
  const started = gauge(registry, {
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since 1970.',
  });
  const descriptors = gauge(registry, {
    name: 'process_open_fds',
    help: 'Open file descriptors; 0 where the system does not tell.',
  });
  const busy = followSum(registry, {
    name: 'wsbouncer_event_loop_busy_seconds_total',
    help: "Time for which the event loop of the proxy's thread had something to do.",
  });
  started(Date.now() / 1_000 - process.uptime());
  return async () => {
    const { user, system } = process.cpuUsage();
    cpu((user + system) / 1e6);
    const memory = process.memoryUsage();
    resident(memory.rss);
    heap(memory.heapUsed);
    external(memory.external);
    busy(performance.eventLoopUtilization().active / 1_000);
    descriptors((await openDescriptors()) ?? 0);
  };
};
