import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** For every project. */
const runtimeFolder = 'test/support/runtime-folder.ts';

const storms = ['storm', 'leftovers', 'floods', 'slow-memory', 'descriptors', 'stops'].map(
  (name) => `test/faults/${name}.test.ts`,
);

/**
 * Keeps V8 from a crash that one of some fifty runs of a file met that starts many threads from
 * `.ts`: Node strips types with WebAssembly, and V8 fails where one thread compiles a wrapper for
 * an import and frees those that are no longer used (as in nodejs/node issue 64500). With a budget
 * that is never used up, none is compiled. Threads of the build run no WebAssembly.
 */
const keepWrappersGeneric = '--wasm-wrapper-tiering-budget=2000000000';

/**
 * `main` needs nothing beyond npm; `third-party` needs Debian packages and says which; `faults`
 * and `storms` need Linux and root, and `storms` the machine for itself.
 */
export default defineConfig({
  test: {
    // The tests wait more than they count: a worker for each core would leave half of them idle.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    projects: [
      {
        test: {
          name: 'main',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/third-party/**', 'test/faults/**'],
          globalSetup: runtimeFolder,
          execArgv: [keepWrappersGeneric],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'third-party',
          include: ['test/third-party/**/*.test.ts'],
          globalSetup: [runtimeFolder, 'test/third-party/packages.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          exclude: storms,
          globalSetup: [runtimeFolder, 'test/faults/machine.ts'],
          // They wait for deadlines, nearly all of the time.
          maxWorkers: 4,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'storms',
          include: storms,
          globalSetup: [runtimeFolder, 'test/faults/machine.ts'],
          // What is measured needs the machine for itself.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
