/** A thread that answers: messages at its port, and a cell of shared memory. */
import { parentPort, workerData } from 'node:worker_threads';

/** What it has to do. */
export type MirrorTask =
  | { readonly by: 'port' }
  /** Whenever the cell becomes odd, it makes it even again. */
  | { readonly by: 'wait'; readonly cell: Int32Array }
  /** Takes slots of the same cell and gives them back, as fast as it can. */
  | { readonly by: 'contend'; readonly cell: Int32Array };

const task = workerData as MirrorTask;

const answer = (cell: Int32Array): never => {
  for (let seen = 0; ; seen += 2) {
    Atomics.wait(cell, 0, seen);
    Atomics.store(cell, 0, seen + 2);
    Atomics.notify(cell, 0);
  }
};

const contend = (cell: Int32Array): never => {
  for (;;) {
    Atomics.add(cell, 0, 1);
    Atomics.sub(cell, 0, 1);
  }
};

if (task.by === 'port') parentPort?.on('message', (what) => parentPort?.postMessage(what));
parentPort?.postMessage('ready');
if (task.by === 'wait') answer(task.cell);
if (task.by === 'contend') contend(task.cell);
