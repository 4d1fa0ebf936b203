import type { RuntimeMessage } from '@execution-cinema/format';
import type { Redactor } from '@execution-cinema/format/redaction';
import { createEncoder, type ValueLimits } from './capture/encoder.ts';
import { createClock, type Clock } from './clock/clock.ts';
import { BASE_DEPTH, CORRELATION, createCore, EXACT, EXITING, NEXT_CALL, type DepthState } from './core.ts';
import { createModules, type ModuleSecrets } from './modules.ts';
import { createAttention } from './probes/attention.ts';
import { createCallProbes } from './probes/calls.ts';
import {
  createSecretSites,
  type LevelParts,
  LEVEL_SECRET,
  LEVEL_RECORD,
  LEVEL_AGGREGATE,
  LEVEL_OFF,
} from './probes/levels.ts';
import { createScopeProbes } from './probes/scopes.ts';
import { createSuspendableProbes } from './probes/suspendable.ts';
import { createWriteProbes } from './probes/writes.ts';
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
  redactor?: Redactor;
  /** 0 for the main thread, else the worker's threadId. */
  thread?: number;
  /** Hands a message to the recorder thread. Must not throw. */
  post(message: RuntimeMessage): void;
}

/** What instrumented code finds under `globalThis[Symbol.for(RUNTIME_KEY)]`, and what the preload controls. */
export interface Runtime {
  /** Registers a module and returns its base, the instance of its scope, and the probes. */
  m(key: string, levelCodes: string, secrets?: ModuleSecrets): Record<string, unknown> & { b: number; i: number };
  /** `d` is the number of open frames. */
  readonly s: DepthState;
  readonly clock: Clock;
  /** Closes frames above `depth` (a module that threw, read `s.d` before it ran). */
  unwindTo(depth: number): void;
  pause(): void;
  resume(): void;
  /** Waits until all that was recorded is in the database. False when the recorder has ended or does not answer. */
  drain(timeoutMs: number): boolean;
  /** From here on every return to the present depth drains, so that code in later `exit` listeners is kept. */
  beginExit(): void;
  counts(): { produced: number; dropped: number };
}

/** Makes the runtime of the calling thread. Throws RangeError when the ring does not fit the format. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const levels = options.levels instanceof Uint8Array ? options.levels : new Uint8Array(options.levels);
  const core = createCore(options.ring, levels);
  const clock = createClock(options.originHrtimeNs);
  const ring = createRing(core, clock, options.backpressure);
  core.registers[EXACT] = options.clock === 'exact' ? 1 : 0;
  const attention = createAttention(core, ring, clock);
  const encoder = createEncoder(core, options.values, options.redactor);
  const secretSites = createSecretSites(core);
  const levelParts: LevelParts = {
    modeOf: (site) => {
      const level = (levels[site] ?? LEVEL_OFF) & ~LEVEL_SECRET;
      return level === LEVEL_RECORD || level === LEVEL_AGGREGATE ? level : LEVEL_OFF;
    },
    secretOf: secretSites.secretOf,
    secretAt: secretSites.secretAt,
    aggregate: () => undefined,
  };
  const callParts = { attention, encode: encoder.encode, levels: levelParts };
  const calls = createCallProbes(core, callParts);
  const writes = createWriteProbes(core, { ...callParts, strings: encoder.strings, putLine: encoder.putLine });
  const scopes = createScopeProbes(core, callParts);
  const suspendable = createSuspendableProbes(core, {
    ...callParts,
    calls,
    correlation: () => core.wide[CORRELATION]!,
    enterCorrelation: (frame) => {
      core.wide[CORRELATION] = frame.correlation;
      return { code: 1, call: 0, correlation: frame.correlation };
    },
  });
  attention.watch({
    onTick: () => undefined,
    causeOf: () => {
      core.wide[CORRELATION] = core.wide[NEXT_CALL]!;
      return undefined;
    },
  });
  const { unwind, putAt: _putAt, push: _push, ...callProbes } = calls;
  const { open, ...scopeProbes } = scopes;
  const probes = { s: core.state, ...callProbes, ...writes, ...scopeProbes, ...suspendable };
  const modules = createModules(core, {
    thread: options.thread ?? 0,
    secretSites,
    redactor: options.redactor,
    post: options.post,
    openScope: open,
    probes,
  });

  return {
    m: modules.register as Runtime['m'],
    s: core.state,
    clock,
    unwindTo: unwind,
    pause: ring.pause,
    resume: ring.resume,
    drain: ring.drain,
    beginExit: () => {
      core.registers[BASE_DEPTH] = core.state.d;
      core.registers[EXITING] = 1;
    },
    counts: ring.counts,
  };
}
