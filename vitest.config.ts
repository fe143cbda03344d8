import { defineConfig } from 'vitest/config';

/** `main` needs nothing beyond npm; `third-party` needs Debian packages and says which. */
export default defineConfig({
  test: {
    // The tests wait more than they count: on two cores one worker would leave both idle.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'main',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/third-party/**'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'third-party',
          include: ['test/third-party/**/*.test.ts'],
          globalSetup: 'test/third-party/packages.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
