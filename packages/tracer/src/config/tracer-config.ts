import type { Level, Plan, RedactionPlan, ValueLimits } from '@execution-cinema/instrument/plan';

/** Where a setting came from. */
export type SettingSource = 'flag' | 'environment' | 'plan' | 'default';

/** What a flag or a variable says in place of the plan; applied again when the plan is read anew. */
export interface PlanOverrides {
  level?: Level;
  include?: string[];
  exclude?: string[];
  packages?: string[];
}

/**
 * Everything a process tree needs to know about its recording: plain data, made once in the first process and handed
 * to the recorder thread and to child processes as JSON. Paths are absolute and native; it holds no secret.
 */
export interface TracerConfig {
  /** Raise when the meaning of a field changes: a child may run another version of the tracer. */
  readonly version: 1;
  /** Globs are relative to it, files under it are recorded by default. */
  readonly root: string;
  /** Folders outside of the root that are recorded as well: the script's. */
  readonly extraRoots: readonly string[];
  readonly out: string;
  /** `out` was chosen by nobody: it lies in `.tracer`, which is ours to set up. */
  readonly outIsDefault: boolean;
  /** The plan in force: the plan file with the overrides applied. */
  readonly plan: Plan;
  readonly planFile: string | null;
  readonly overrides: PlanOverrides;
  /** Level where no rule says otherwise. */
  readonly level: Level;
  readonly values: ValueLimits;
  readonly redact: RedactionPlan;
  /** Percent of the program's own time; null: full fidelity. */
  readonly budgetPercent: number | null;
  readonly backpressure: 'block' | 'drop';
  readonly bufferBytes: number;
  readonly chunkBytes: number;
  readonly flushMs: number;
  readonly clock: 'adaptive' | 'exact';
  /** null: no limit. */
  readonly keepBytes: number | null;
  readonly keepTotalBytes: number | null;
  readonly signal: 'USR1' | 'USR2' | 'off';
  /** Hosts to which traceparent headers are added. */
  readonly propagate: readonly string[];
  readonly quiet: boolean;
  readonly sources: Readonly<Record<string, SettingSource>>;
  /** Oddities that are no errors, one sentence each. */
  readonly warnings: readonly string[];
}
