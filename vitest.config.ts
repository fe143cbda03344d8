import { defineConfig } from 'vitest/config';

/** `main` needs nothing beyond npm; `third-party` needs Debian packages and says which. */
export default defineConfig({
  test: {
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
