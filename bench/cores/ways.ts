/** What it costs to ask somebody else, by each way there is. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onCleanup } from '../../test/support/cleanup.ts';
import { startLoad } from '../console/children.ts';
import { watchTree } from '../relay/cpu.ts';
import type { Asked, AskerOrder, LedgerOrder } from './orders.ts';

/** A way to ask. */
export type Way = {
  readonly title: string;
  /** Milliseconds there and back; null where nobody answers, because memory is shared. */
  readonly p50: number | null;
  readonly p99: number | null;
  readonly perSecond: number;
  /** Microseconds of the CPU for one request: of who asks, and of who answers where that is apart. */
  readonly asker: number | null;
  readonly answerer: number | null;
};

const load = (file: string): string => new URL(file, import.meta.url).href;

/** Takes all of them, each for so long. */
export const takeWays = async (ms: number): Promise<Way[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'wsbouncer-bench-'));
  onCleanup(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'ledger');
  const ledger = startLoad<LedgerOrder>(load('ledger.ts'));
  const asker = startLoad<AskerOrder>(load('asker.ts'));
  await ledger.ask({ do: 'serve', path });
  const socket = async (atOnce: number): Promise<Way> => {
    // The first time warms the code up.
    await asker.ask({ do: 'ask', path, ms: ms / 4, atOnce });
    const [asking, answering] = [asker.pid, ledger.pid].map(watchTree);
    const { times, count, perSecond } = await asker.ask<Asked>({ do: 'ask', path, ms, atOnce });
    return {
      title: `another process, Unix socket, ${atOnce} under way`,
      p50: times.p50,
      p99: times.p99,
      perSecond,
      asker: (asking?.() ?? 0) / 1000 / count,
      answerer: (answering?.() ?? 0) / 1000 / count,
    };
  };
  const thread = async (by: 'wait' | 'port', title: string): Promise<Way> => {
    const { times, perSecond } = await asker.ask<Asked>({ do: 'thread', by, ms });
    return { title, p50: times.p50, p99: times.p99, perSecond, asker: null, answerer: null };
  };
  const cell = async (isContended: boolean, title: string): Promise<Way> => {
    const ns = await asker.ask<number>({ do: 'cell', isContended, ms });
    return { title, p50: null, p99: null, perSecond: 1e9 / ns, asker: ns / 1000, answerer: null };
  };
  const ways = [
    await socket(1),
    await socket(32),
    await thread('port', 'another thread, messages'),
    await thread('wait', 'another thread, Atomics.wait and notify'),
    await cell(false, 'shared memory, reserve and release'),
    await cell(true, 'the same, another thread at the same cell'),
  ];
  await asker.stop();
  await ledger.stop();
  return ways;
};
