import type { Level } from './levels.ts';

/**
 * An instrumentation plan after `parsePlan`: plain data that JSON can carry to threads and child processes. Globs are
 * relative to the root, with `/`; those that lead outside of the root are absolute.
 */
export interface Plan {
  level?: Level;
  /** Highest level compiled into files whose rules name none above it. */
  ceiling?: Level;
  include?: string[];
  exclude?: string[];
  packages?: string[];
  rules: PlanRule[];
  values: ValueLimits;
  redact: RedactionPlan;
  settings: PlanSettings;
}

/** What holds for some files and functions. Without `function` it holds for all of a file, without both everywhere. */
export interface PlanRule {
  file?: string;
  /** Name of a package in node_modules, with `*` as in `@b/*`. */
  package?: string;
  function?: string;
  level?: Level;
  /** Variables whose writes are recorded at every level but `off`. */
  captureLocals?: string[];
  /** Calls whose results are recorded at every level but `off`, by their text: `rate(*)`. */
  traceExpressions?: string[];
  inject?: Injection[];
}

/** A log line put into the program. */
export interface Injection {
  /** 1-based line of the original file. */
  line: number;
  position: 'before' | 'after';
  /** A JavaScript expression, mostly a template literal, evaluated in the scope of the line. */
  log: string;
}

/** Budgets of one captured value. */
export interface ValueLimits {
  depth: number;
  properties: number;
  items: number;
  /** Characters. */
  string: number;
}

export interface RedactionPlan {
  names: string[];
  patterns: string[];
  allow: string[];
}

/** What a plan may set beside instrumentation, already parsed; bytes, percent and milliseconds as numbers. */
export interface PlanSettings {
  out?: string;
  budget?: number | null;
  backpressure?: 'block' | 'drop';
  buffer?: number;
  chunk?: number;
  flushMs?: number;
  clock?: 'adaptive' | 'exact';
  keep?: number | null;
  keepTotal?: number | null;
  signal?: 'USR1' | 'USR2' | 'off';
  propagate?: string[];
  quiet?: boolean;
}

export const DEFAULT_VALUE_LIMITS: ValueLimits = { depth: 2, properties: 20, items: 20, string: 256 };

/** A plan that says nothing: everything by default. */
export function emptyPlan(): Plan {
  return {
    rules: [],
    values: { ...DEFAULT_VALUE_LIMITS },
    redact: { names: [], patterns: [], allow: [] },
    settings: {},
  };
}
