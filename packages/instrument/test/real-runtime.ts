import { RUNTIME_KEY } from '@execution-cinema/format';
import { createHarness } from '../../runtime/src/testing/harness.ts';

/*
 * The recorder's own runtime for test262: ring and level table are real, and what a program wrote is decoded right after
 * it, in the same process.
 */

/** Site ids are not given back, so that after so many programs a new runtime starts. */
const PROGRAMS_PER_RUNTIME = 400;
const LEVEL_BYTES = 1 << 22;
const SLOT_WORDS = 1 << 16;

type Harness = ReturnType<typeof createHarness>;

export interface RealRuntime {
  /** Puts the runtime where the code of a realm finds it. */
  install(global: object): void;
  /** Decodes what was written since the last time. Throws when it cannot be decoded. */
  drain(): { events: number; dropped: number };
}

export function createRealRuntime(): RealRuntime {
  let harness: Harness | undefined;
  let programs = 0;
  let droppedBefore = 0;
  return {
    install(global) {
      if (harness === undefined || programs++ % PROGRAMS_PER_RUNTIME === 0) {
        harness = createHarness({ slotWords: SLOT_WORDS, levels: new SharedArrayBuffer(LEVEL_BYTES) });
        droppedBefore = 0;
      }
      Object.defineProperty(global, Symbol.for(RUNTIME_KEY), { value: harness.runtime, configurable: true });
    },
    drain() {
      harness!.cut();
      const events = harness!.take().reduce((sum, chunk) => sum + chunk.events.length, 0);
      const { dropped } = harness!.runtime.counts();
      const fresh = dropped - droppedBefore;
      droppedBefore = dropped;
      return { events, dropped: fresh };
    },
  };
}
