import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { countingIds, sharedIds, type ViewerIds } from '../../src/proxy/viewer-ids.ts';
import { within } from '../support/within.ts';

const several = (ids: ViewerIds, count = 3): number[] =>
  Array.from({ length: count }, () => ids.next());

describe('countingIds', () => {
  it('counts up from 1', () => {
    expect(several(countingIds())).toEqual([1, 2, 3]);
  });

  it('counts up from where it is told to', () => {
    expect(several(countingIds(42))).toEqual([42, 43, 44]);
  });
});

describe('sharedIds', () => {
  it('counts up from 1 in a fresh buffer', () => {
    expect(several(sharedIds(new SharedArrayBuffer(8)))).toEqual([1, 2, 3]);
  });

  it('goes on where another counter with the same buffer stopped', () => {
    const buffer = new SharedArrayBuffer(8);
    several(sharedIds(buffer));
    expect(several(sharedIds(buffer))).toEqual([4, 5, 6]);
  });

  it('stays exact beyond 32 bits', () => {
    const buffer = new SharedArrayBuffer(8);
    new BigInt64Array(buffer)[0] = 2n ** 40n;
    expect(sharedIds(buffer).next()).toBe(2 ** 40 + 1);
  });

  it('gives no number twice to threads that count at the same time', async () => {
    const buffer = new SharedArrayBuffer(8);
    const module = new URL('../../src/proxy/viewer-ids.ts', import.meta.url).href;
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(${JSON.stringify(module)}).then(({ sharedIds }) => {
        const ids = sharedIds(workerData);
        parentPort.postMessage(Array.from({ length: 5000 }, () => ids.next()));
      });`;
    const counts = [0, 1].map(() => {
      const worker = new Worker(code, { eval: true, workerData: buffer, execArgv: [] });
      return new Promise<number[]>((resolve, reject) => {
        worker.on('message', resolve);
        worker.on('error', reject);
      });
    });
    const given = (await within('both threads', Promise.all(counts))).flat();
    expect(new Set(given).size).toBe(10_000);
    expect(Math.max(...given)).toBe(10_000);
  });
});
