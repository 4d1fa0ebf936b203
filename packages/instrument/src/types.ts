import type { ModuleSites } from '@execution-cinema/format';
import type { Lowering } from './lowering.ts';
import type { FilePlan } from './plan/file-plan.ts';

/** How Node would evaluate the text. */
export type SourceType = 'module' | 'commonjs' | 'script';

/** The parts of a source map (version 3) that are read. */
export interface InputMap {
  sources: readonly (string | null)[];
  names?: readonly string[];
  mappings: string;
}

export interface InstrumentInput {
  /** JavaScript. TypeScript and JSX were compiled before, with `inputMap` leading back. */
  source: string;
  /** Only for messages. */
  fileName: string;
  sourceType: SourceType;
  /** Refuse a script that is not one function round a module: what is injected into any other is global. */
  wrappedOnly?: boolean;
  /** Embedded in the head of the code; the runtime finds the module's site table by it. */
  moduleKey: string;
  plan: FilePlan;
  /** Functions that get fewer probes than the plan says. */
  lowering?: Lowering;
  /** Whether values under this name are redacted. */
  isSecretName?: (name: string) => boolean;
  /** Leads from `source` to the original files. */
  inputMap?: InputMap;
  /**
   * Names for the site table: without an input map one name; with one, the name of each of `inputMap.sources`, in that
   * order. Defaults to the map's own names, or to `fileName`.
   */
  sources?: readonly string[];
}

export interface InstrumentResult {
  code: string;
  sites: ModuleSites;
  /** Encoded `InsertionMap`: leads from positions in `code` to positions in `source`. */
  insertions: string;
  counts: { functions: number; instrumented: number };
  /** Log lines of the plan that could not be put in. */
  notInjected: { line: number; reason: string }[];
}

export type InstrumentErrorCode = 'PARSE' | 'UNSUPPORTED';

/** The text cannot be instrumented; the caller loads it as it is. */
export class InstrumentError extends Error {
  override readonly name = 'InstrumentError';
  readonly code: InstrumentErrorCode;

  constructor(code: InstrumentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
