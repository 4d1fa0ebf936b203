import type { FilePlan, RedactionPlan } from '@execution-cinema/instrument/plan';
import type { QuoteCall } from '../positions/assertion-message.ts';

/**
 * How V8 gets a text; `unknown` is CommonJS first and an ES module when that does not parse, as in Node. `node:vm` runs
 * scripts, and the bodies of functions.
 */
export type ScriptKind = 'module' | 'commonjs' | 'unknown' | 'script' | 'function';

/** One file to be transformed. */
export interface TransformRequest {
  /** Absolute path. */
  readonly file: string;
  /** As V8 will name the script: the path for CommonJS, the URL for ES modules. */
  readonly name: string;
  readonly source: string;
  readonly kind: ScriptKind;
  /** TypeScript or JSX: to be compiled to JavaScript first. */
  readonly compile: boolean;
}

/** A transformed file, as the cache keeps it. Holds no secret but those in the program's own code. */
export interface Transformed {
  /** JavaScript to run. */
  readonly code: string;
  readonly kind: 'module' | 'commonjs';
  /** Encoded `InsertionMap`; empty when the code is not instrumented. */
  readonly insertions: string;
  /** From the text without insertions to TypeScript or JSX, without the text itself; null where positions are the same. */
  readonly map: object | null;
  /** Raw deflate of the ModuleSites JSON; null when the code is not instrumented. */
  readonly sites: Uint8Array | null;
  readonly functions: number;
  readonly instrumented: number;
  /** Level in force at start, 0..3. */
  readonly level: number;
  /** Packed texts (`original-texts.ts`) of the sources that the site table names; null when its only one is the source. */
  readonly originals: Uint8Array | null;
  /** Source and originals have no secret in them: they need not be searched again. */
  readonly cleanSource: boolean;
  /** Why the code is not instrumented; null when it is. */
  readonly skippedReason: string | null;
  /** Log lines of the plan that could not be put in. */
  readonly notInjected: readonly { line: number; reason: string }[];
}

/** What `transform.cjs` is asked at a cache miss: plain data. */
export interface TransformJob {
  readonly file: string;
  readonly source: string;
  readonly kind: ScriptKind;
  readonly compile: boolean;
  readonly moduleKey: string;
  /** null: compile only. */
  readonly plan: FilePlan | null;
  /** Name of the file in the site table. */
  readonly relative: string;
  /** Root of the recording, for the names of a source map's originals. */
  readonly root: string;
  /** 16 hexadecimal digits. */
  readonly redactionKey: string;
}

/** What `transform.cjs` exports. */
export interface TransformBundle {
  transform(job: TransformJob): Transformed;
  /** A source text without its secrets; lines and columns stay where they were. */
  scrubSource(source: string, redactionKey: string, redact: RedactionPlan): string;
  /** The same for packed texts of originals. */
  scrubOriginals(originals: Uint8Array, redactionKey: string, redact: RedactionPlan): Uint8Array;
  quoteCall: QuoteCall;
}

/** Stands in every instrumented text (`Symbol.for` of RUNTIME_KEY); a text that has it is not instrumented again. */
export const INSTRUMENTED_MARK = '.for("execution-cinema")';
