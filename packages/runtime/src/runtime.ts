import type { RuntimeMessage } from '@execution-cinema/format';
import * as K from '@execution-cinema/format/event-kinds';
import type { Redactor } from '@execution-cinema/format/redaction';
import { createContexts } from './async/contexts.ts';
import { createEncoder, type ValueLimits } from './capture/encoder.ts';
import { createClock, type Clock } from './clock/clock.ts';
import { BASE_DEPTH, createCore, EXACT, EXITING, type DepthState } from './core.ts';
import { watchHttp } from './facts/http.ts';
import { watchOutput } from './facts/output.ts';
import { createSamples, type Samples } from './facts/samples.ts';
import { createUncaught } from './facts/uncaught.ts';
import { createAggregates } from './levels/aggregates.ts';
import { createModules, type ModuleSecrets } from './modules.ts';
import { createAttention } from './probes/attention.ts';
import { createFactWriter } from './probes/fact-writer.ts';
import { createSecretSites } from './probes/levels.ts';
import { createProbes, type Probes } from './probes/probes.ts';
import { createRing, type Backpressure } from './ring/ring.ts';

export interface RuntimeOptions {
  /** Ring of this thread, from `R.allocateRing`. */
  ring: SharedArrayBuffer;
  /** One byte per site id of this thread. */
  levels: SharedArrayBuffer | Uint8Array;
  /** Reading of `process.hrtime.bigint()` at which the recording began. */
  originHrtimeNs: bigint;
  clock: 'adaptive' | 'exact';
  backpressure: Backpressure;
  values: ValueLimits;
  /** Without one nothing is redacted. */
  redactor?: Redactor | undefined;
  /** 0 for the main thread, else the worker's threadId. */
  thread?: number;
  /** Hands a message to the recorder thread. Must not throw. */
  post(message: RuntimeMessage): void;
}

/** A registered module: the base of its site ids, the instance of its scope, and the probes. */
export type RegisteredModule = Probes & { b: number; i: number };

/** What instrumented code finds under `globalThis[Symbol.for(RUNTIME_KEY)]`, and what the preload controls. */
export interface Runtime {
  m(key: string, levelCodes: string, secrets?: ModuleSecrets): RegisteredModule;
  /** `d` is the number of open frames. */
  readonly s: DepthState;
  readonly clock: Clock;
  /**
   * Begins to follow what is not instrumented: causes of calls, output, HTTP requests, samples. Returns
   * what ends that.
   */
  observe(): () => void;
  /**
   * Stacks of errors are read only while `Error.prepareStackTrace` is as it was when the runtime was made, or as it is
   * now: for a formatter of the tracer's own.
   */
  trustStackFormatter(): void;
  /** Closes frames above `depth` (a module that threw; read `s.d` before it runs). */
  unwindTo(depth: number): void;
  /** Records an error that nobody caught; `origin` as in `uncaughtExceptionMonitor`. */
  uncaught(error: unknown, origin: unknown): void;
  pause(): void;
  resume(): void;
  mark(name: string, data: unknown): void;
  withCorrelation<Result>(id: string, run: () => Result): Result;
  /** Waits until all that was recorded is in the database. False when the recorder has ended or does not answer. */
  drain(timeoutMs: number): boolean;
  /** From here on every return to the present depth drains, so that code in later `exit` listeners is kept. */
  beginExit(): void;
  /** Events so far. */
  counts(): { produced: number; dropped: number };
}

/** Makes the runtime of the calling thread. Throws RangeError when the ring does not fit the format. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { redactor, post } = options;
  const levels = options.levels instanceof Uint8Array ? options.levels : new Uint8Array(options.levels);
  const core = createCore(options.ring, levels);
  const clock = createClock(options.originHrtimeNs);
  const ring = createRing(core, clock, options.backpressure);
  core.registers[EXACT] = options.clock === 'exact' ? 1 : 0;
  const attention = createAttention(core, ring, clock);
  const { encode, putLine, strings, containers, forget, trustStackFormatter } = createEncoder(
    core,
    options.values,
    redactor,
  );
  const contexts = createContexts(core, { attention, putLine });
  const secretSites = createSecretSites(core);
  const aggregates = createAggregates(core, { attention, encode, strings, secretOf: secretSites.secretOf });
  const { probes, calls, openScope } = createProbes(core, {
    attention,
    encode,
    putLine,
    strings,
    containers,
    secretSites,
    aggregate: aggregates.add,
    resumeCause: contexts.resumeCause,
  });
  const writeFact = createFactWriter(core, attention);
  const modules = createModules(core, {
    thread: options.thread ?? 0,
    secretSites,
    redactor,
    post,
    openScope,
    unwind: calls.unwind,
    probes,
  });
  let samples: Samples | undefined;
  attention.watch({
    onTick: (nowMs) => {
      aggregates.onTick(nowMs);
      samples?.onTick(nowMs);
    },
    onIdle: forget,
    causeOf: contexts.causeOf,
  });

  return {
    m: modules.register,
    s: core.state,
    clock,
    observe: () => {
      samples = createSamples(core, post);
      const undo = [
        contexts.listen(),
        watchOutput({ write: writeFact, putLine }),
        watchHttp({ words: core.words, write: writeFact, encode, putLine, contexts }),
        samples.stop,
      ];
      return () => {
        samples = undefined;
        for (const step of undo) step();
      };
    },
    trustStackFormatter,
    unwindTo: calls.unwind,
    pause: ring.pause,
    resume: ring.resume,
    uncaught: createUncaught(writeFact, encode),
    mark: (name, data) => writeFact(K.MARK, 0, (p) => encode(data, encode(name, p, null), null)),
    withCorrelation: contexts.withCorrelation,
    drain: (timeoutMs) => {
      aggregates.flush();
      return ring.drain(timeoutMs);
    },
    beginExit: () => {
      core.registers[BASE_DEPTH] = core.state.d;
      core.registers[EXITING] = 1;
    },
    counts: ring.counts,
  };
}
