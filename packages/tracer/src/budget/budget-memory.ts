import type { BudgetMemory } from '@execution-cinema/store';
import { choose } from './choose.ts';
import { learn } from './learn.ts';
import { readMemory, writeMemory } from './memory-file.ts';
import { emptyMemory, type Memory } from './memory.ts';

/**
 * The memory of a budget, for the recorder. Processes that write at the same time do not wait for each other: each adds what it has
 * seen to what the file holds at that moment, and of two that do so within the same millisecond the last one counts.
 */
export function budgetMemory(file: string, share: number): BudgetMemory {
  return {
    unfollowed: unfollowed(readMemory(file), share),
    remember(report, run) {
      const memory = readMemory(file) ?? emptyMemory();
      learn(memory, report, { share, run });
      writeMemory(file, memory);
    },
  };
}

function unfollowed(memory: Memory | undefined, share: number): number | undefined {
  if (memory === undefined) return undefined;
  if (memory.share !== share) choose(memory, share);
  return memory.following.isEnded ? memory.following.ns / 1e9 : undefined;
}
