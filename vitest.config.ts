import { defineConfig } from 'vitest/config';

/** Unit tests run from source; whole-program tests start real processes from packages/tracer/dist. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        test: {
          name: 'program',
          include: ['test/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
