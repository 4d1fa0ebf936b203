import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { planForFile, type FilePlan } from '@execution-cinema/instrument/plan';
import type { RecorderMessage } from '@execution-cinema/store';
import { BUILD_ID } from '../build-id.ts';
import type { FileSelector, Selection, TracerConfig } from '../config/index.ts';
import type { FileCount } from './file-counts.ts';
import { sourceMapStamp } from './input-map.ts';
import { nodeMajor } from './node-capabilities.ts';
import { loadOwn, requireOwn } from './own-loads.ts';
import type { TransformCache } from './transform-cache.ts';
import type { TransformBundle, Transformed, TransformRequest } from './transform-types.ts';
import { projectOf } from './typescript/index.ts';

export interface TransformerOptions {
  readonly config: Pick<TracerConfig, 'root' | 'plan'>;
  readonly select: FileSelector;
  readonly cache: TransformCache;
  /** 16 hexadecimal digits, one per process tree. */
  readonly redactionKey: string;
  /** `transform.cjs`, loaded when the cache does not have a file. */
  readonly transformBundle: string;
  /** To the recorder. A module is announced before its code is handed out. */
  readonly post: (message: RecorderMessage) => void;
  readonly count: (count: FileCount) => void;
  /** What the user must know about a file, one sentence. */
  readonly tell: (text: string) => void;
}

/** A file as it is to run. */
export interface TransformedFile extends Transformed {
  /** Under which the cache was asked to keep it. */
  readonly cacheKey: string;
}

/** From source text to the text to run: choice, cache, compiler and instrumenter. One per thread that loads code. */
export class Transformer {
  readonly #options: TransformerOptions;
  readonly #selections = new Map<string, Selection>();
  readonly #plans = new Map<string, FilePlan>();
  readonly #announced = new Set<string>();
  #loaded: TransformBundle | undefined;

  constructor(options: TransformerOptions) {
    this.#options = options;
  }

  /**
   * What to run in place of a file's source; undefined: the source itself. Throws only the compiler's complaint about
   * TypeScript that is none.
   */
  transform(request: TransformRequest): TransformedFile | undefined {
    const selection = this.#select(request.file);
    if (!selection.instrument && !request.compile) return undefined;
    const plan = selection.instrument ? this.#planOf(selection) : null;
    const hash = sha256(request.source);
    const cacheKey = keyOf(request, hash, plan, selection);
    const moduleKey = `${selection.relative}#${cacheKey.slice(0, 12)}`;
    const { cache } = this.#options;
    let result = cache.read(cacheKey);
    if (result === undefined) {
      result = this.#transformNow(request, moduleKey, plan, selection);
      cache.write(cacheKey, result);
    }
    if (plan !== null) this.#announce(request, result, { moduleKey, hash, selection, plan });
    return { ...result, cacheKey };
  }

  #select(file: string): Selection {
    let selection = this.#selections.get(file);
    if (selection === undefined) {
      selection = this.#options.select(file);
      this.#selections.set(file, selection);
      if (!selection.instrument) this.#options.count({ ...NOTHING, reason: selection.reason ?? null });
    }
    return selection;
  }

  #planOf({ relative, packageName }: Selection): FilePlan {
    let plan = this.#plans.get(relative);
    if (plan === undefined) {
      plan = planForFile(this.#options.config.plan, relative, packageName === undefined ? {} : { packageName });
      this.#plans.set(relative, plan);
    }
    return plan;
  }

  #transformNow(
    { file, source, kind, compile }: TransformRequest,
    moduleKey: string,
    plan: FilePlan | null,
    { relative }: Selection,
  ): Transformed {
    const { config, redactionKey } = this.#options;
    const { transform } = this.#bundle();
    // The compilers are loaded when the first file needs them.
    return loadOwn(() =>
      transform({ file, source, kind, compile, moduleKey, plan, relative, root: config.root, redactionKey }),
    );
  }

  #announce(request: TransformRequest, result: Transformed, facts: ModuleFacts): void {
    const { moduleKey, hash, selection, plan } = facts;
    if (this.#announced.has(moduleKey)) return;
    this.#announced.add(moduleKey);
    const { skippedReason, functions } = result;
    const instrumented = skippedReason === null;
    this.#options.count({
      selected: true,
      instrumented,
      reason: skippedReason,
      functions,
      instrumentedFunctions: result.instrumented,
    });
    for (const { line, reason } of result.notInjected) {
      this.#options.tell(`${selection.relative}:${line}: the log line of the plan is not put in: ${reason}`);
    }
    this.#options.post({
      type: 'module',
      key: moduleKey,
      file: selection.relative,
      url: request.name.includes('://') ? request.name : pathToFileURL(request.file).href,
      hash,
      format: result.kind,
      level: result.level,
      source: result.cleanSource && instrumented ? request.source : this.#scrub(request.source, plan),
      originals: result.originals === null ? null : this.#originals(result.originals, result.cleanSource, plan),
      // A copy: posting a part of a buffer would clone all of it.
      sites: result.sites === null ? null : new Uint8Array(result.sites),
      functions,
      instrumented,
      skippedReason,
    });
  }

  #scrub(source: string, { redact }: FilePlan): string {
    return this.#bundle().scrubSource(source, this.#options.redactionKey, redact);
  }

  #originals(texts: Uint8Array, isClean: boolean, { redact }: FilePlan): Uint8Array {
    // As of site tables, a copy.
    if (isClean) return new Uint8Array(texts);
    return this.#bundle().scrubOriginals(texts, this.#options.redactionKey, redact);
  }

  #bundle(): TransformBundle {
    return (this.#loaded ??= requireOwn(this.#options.transformBundle) as TransformBundle);
  }
}

interface ModuleFacts {
  readonly moduleKey: string;
  readonly hash: string;
  readonly selection: Selection;
  readonly plan: FilePlan;
}

const NOTHING = { selected: false, instrumented: false, functions: 0, instrumentedFunctions: 0 } as const;

/** Holds everything that a transformed file depends on. */
function keyOf(request: TransformRequest, hash: string, plan: FilePlan | null, { relative }: Selection): string {
  const { source, file, kind, compile } = request;
  return sha256(
    JSON.stringify([
      BUILD_ID,
      nodeMajor,
      hash,
      kind,
      compile ? [file, projectOf(file).fingerprint] : sourceMapStamp(source, file),
      plan === null ? null : [plan.fingerprint, plan.redact.patterns],
      relative,
    ]),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
