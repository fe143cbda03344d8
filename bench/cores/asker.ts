/** A process that asks: over a Unix socket, another thread, or a cell of shared memory. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { carryOut } from '../console/orders.ts';
import { latencyOf } from '../console/stats.ts';
import type { MirrorTask } from './mirror.ts';
import type { Asked, AskerOrder } from './orders.ts';

/** A request of a ledger: what is wanted, which session, which process, and its number. */
const RECORD = 32;
/** So that the sorting of the times takes no longer than the asking. */
const MOST_TIMES = 200_000;
/** Steps between two looks at the clock. */
const BATCH = 1_000;

const inShort = (times: readonly number[], count: number, ms: number): Asked => ({
  perSecond: (1000 * count) / ms,
  times: latencyOf(times),
  count,
});

const ask = async (path: string, ms: number, atOnce: number): Promise<Asked> => {
  const socket = connect(path);
  await once(socket, 'connect');
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  const times: number[] = [];
  const sentAt: number[] = [];
  const began = performance.now();
  let count = 0;
  let bytes = 0;
  const send = (): void => {
    sentAt.push(performance.now());
    socket.write(Buffer.alloc(RECORD));
  };
  socket.on('error', reject);
  socket.on('data', (chunk: Buffer) => {
    const now = performance.now();
    for (bytes += chunk.length; bytes >= RECORD; bytes -= RECORD) {
      count += 1;
      const took = now - sentAt.shift()!;
      if (times.length < MOST_TIMES) times.push(took);
      if (now - began < ms) send();
      else if (sentAt.length === 0) resolve(inShort(times, count, now - began));
    }
  });
  for (let at = 0; at < atOnce; at += 1) send();
  const asked = await promise;
  socket.destroy();
  return asked;
};

const mirror = async (task: MirrorTask): Promise<Worker> => {
  const worker = new Worker(new URL('mirror.ts', import.meta.url), { workerData: task });
  await once(worker, 'message');
  return worker;
};

const newCell = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

const byPort = async (ms: number): Promise<Asked> => {
  const worker = await mirror({ by: 'port' });
  const times: number[] = [];
  const began = performance.now();
  const { promise, resolve } = Promise.withResolvers<void>();
  let sentAt = began;
  worker.on('message', (what) => {
    const now = performance.now();
    times.push(now - sentAt);
    if (now - began >= ms) {
      resolve();
      return;
    }
    sentAt = now;
    worker.postMessage(what);
  });
  worker.postMessage(0);
  await promise;
  await worker.terminate();
  return inShort(times, times.length, performance.now() - began);
};

const byWait = async (ms: number): Promise<Asked> => {
  const cell = newCell();
  const worker = await mirror({ by: 'wait', cell });
  const times: number[] = [];
  const began = performance.now();
  for (let seen = 0, now = began; now - began < ms; seen += 2) {
    const sentAt = now;
    Atomics.store(cell, 0, seen + 1);
    Atomics.notify(cell, 0);
    Atomics.wait(cell, 0, seen + 1);
    now = performance.now();
    times.push(now - sentAt);
  }
  await worker.terminate();
  return inShort(times, times.length, performance.now() - began);
};

/** A slot of a session whose count is in the cell: taken where the cap allows, given back. */
const reserveAndRelease = (cell: Int32Array, cap: number): void => {
  for (;;) {
    const taken = Atomics.load(cell, 0);
    if (taken >= cap) return;
    if (Atomics.compareExchange(cell, 0, taken, taken + 1) === taken) break;
  }
  Atomics.sub(cell, 0, 1);
};

const inCell = async (ms: number, isContended: boolean): Promise<number> => {
  const cell = newCell();
  const worker = isContended ? await mirror({ by: 'contend', cell }) : null;
  const began = performance.now();
  let count = 0;
  let now = began;
  for (; now - began < ms; now = performance.now()) {
    for (let at = 0; at < BATCH; at += 1) reserveAndRelease(cell, 8);
    count += BATCH;
  }
  await worker?.terminate();
  return ((now - began) * 1e6) / count;
};

carryOut(async (sent) => {
  const order = sent as AskerOrder;
  switch (order.do) {
    case 'ask':
      return ask(order.path, order.ms, order.atOnce);
    case 'thread':
      return order.by === 'wait' ? byWait(order.ms) : byPort(order.ms);
    case 'cell':
      return inCell(order.ms, order.isContended);
    default:
      throw new Error('this is no order');
  }
});
