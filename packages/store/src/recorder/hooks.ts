import type { FreeBytes } from './disk-guard.ts';
import type { BudgetMemory } from './levels/ledger.ts';
import type { PlanSource } from './levels/plan-watch.ts';
import type { StartService } from './service.ts';

/** What the recorder needs from packages that it must not know, and what tests replace. */
export interface RecorderHooks {
  /** Free space of a folder's disk; default: the system's answer. */
  freeBytes?: FreeBytes;
  /** Reads the plan file again when it changes; without it the plan at start holds. */
  plan?: PlanSource;
  /** Remembers beyond the run what a budget has learned; without it each run begins anew. */
  budgetMemory?: BudgetMemory | undefined;
  /** Processor time of the process's main thread; default: the system's answer. */
  mainThreadMs?: () => number | undefined;
  /** What runs beside recording: snapshots and control. */
  service?: StartService;
}
