import { PLACE_OF_MODULE, SKIPPED_BUDGET } from '@execution-cinema/format';
import type { Lowering } from '@execution-cinema/instrument';
import type { TracerConfig } from '../config/index.ts';
import { choose } from './choose.ts';
import { memoryFile, readMemory } from './memory-file.ts';
import type { Memory } from './memory.ts';

/** What earlier runs under a budget leave out of the code, by hash of the source. Plain data, for all threads of a process. */
export type LeftOut = Readonly<Record<string, Lowering>>;

export interface Learned {
  /** Where the recorder keeps what it learns; undefined: nowhere. */
  readonly file: string | undefined;
  readonly leftOut: LeftOut;
}

/** What is known of a program before it runs; nothing without a budget, or a script by which to know it again. */
export function learned(config: TracerConfig, script: string | undefined): Learned {
  if (config.budgetPercent === null || script === undefined) return { file: undefined, leftOut: {} };
  const file = memoryFile(config, script);
  const memory = readMemory(file);
  return { file, leftOut: memory === undefined ? {} : leftOutBy(memory, config.budgetPercent) };
}

/** What a run under a budget of `percent` leaves out of the code. */
export function leftOutBy(memory: Memory, percent: number): LeftOut {
  const share = percent / 100;
  let chosen = memory;
  if (share !== memory.share) {
    chosen = structuredClone(memory);
    choose(chosen, share);
  }
  const reason = `${SKIPPED_BUDGET} ${percent}%`;
  const leftOut: Record<string, Lowering> = {};
  for (const [hash, { functions }] of Object.entries(chosen.files)) {
    const ceilings: Record<string, 0 | 1> = {};
    for (const [place, { state }] of Object.entries(functions)) {
      // The code of a module runs once: only what happens inside it can be much.
      if (state !== 0) ceilings[place] = state === 2 && place !== PLACE_OF_MODULE ? 0 : 1;
    }
    if (Object.keys(ceilings).length > 0) leftOut[hash] = { reason, ceilings };
  }
  return leftOut;
}
