import type { RuntimeMessage } from '@execution-cinema/format';
import * as K from '@execution-cinema/format/event-kinds';
import type { Redactor } from '@execution-cinema/format/redaction';
import { createContexts, type Following } from './async/contexts.ts';
import { createEncoder, type ValueLimits } from './capture/encoder.ts';
import { createClock, type Clock } from './clock/clock.ts';
import { BASE_DEPTH, createCore, EXACT, EXITING, FRAMES_MAX, type Core, type DepthState } from './core.ts';
import { watchHttp, type HttpWatch } from './facts/http.ts';
import { watchOutput } from './facts/output.ts';
import { createSamples, type Samples } from './facts/samples.ts';
import { createUncaught } from './facts/uncaught.ts';
import { createAggregates } from './levels/aggregates.ts';
import { allocateLinkMemory, openLinkMemory, type LinkMemory } from './links/link-memory.ts';
import { createLinks, type Links } from './links/links.ts';
import { watchPorts } from './links/ports.ts';
import { createWorkerLinks, type WorkerLinks } from './links/workers.ts';
import { createModules, type ModuleSecrets } from './modules.ts';
import { createAttention } from './probes/attention.ts';
import { createFactWriter } from './probes/fact-writer.ts';
import { createSecretSites } from './probes/levels.ts';
import { createProbes, type Probes } from './probes/probes.ts';
import { min } from './primordials.ts';
import { createRing, type Backpressure } from './ring/ring.ts';
import { createScopeReader, type ScopeReader } from './snapshot/scope-reader.ts';
import { createSleepers, type Sleepers } from './snapshot/sleepers.ts';

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
  /** What threads and processes send to each other is told apart by it: 32 random bits. */
  linkSeed?: number;
  /** Hosts whose requests get a `traceparent` header: `example.com`, `*.internal`, `localhost:3000`, `*`. */
  propagate?: readonly string[];
  /** Shared by the threads of the process, see links/link-memory.ts. */
  linkMemory?: SharedArrayBuffer;
  /** Hands a message to the recorder thread. Must not throw. */
  post(message: RuntimeMessage): void;
  /** Called in the middle of recording when the recorder's tick has moved. Must not throw. */
  onTick?: () => void;
}

/** A registered module: the base of its site ids, the instance of its scope, and the probes. */
export type RegisteredModule = Probes & { b: number; i: number };

/** What instrumented code finds under `globalThis[Symbol.for(RUNTIME_KEY)]`, and what the preload controls. */
export interface Runtime {
  m(key: string, levelCodes: string, secrets?: ModuleSecrets): RegisteredModule;
  /** `d` is the number of open frames. */
  readonly s: DepthState;
  readonly clock: Clock;
  /** What goes to other threads and processes, and comes from there. */
  readonly links: Links;
  readonly workerLinks: WorkerLinks;
  readonly linkMemory: LinkMemory;
  /**
   * Begins to follow what is not instrumented: causes of calls, output, HTTP requests, messages, samples. Returns
   * what ends that.
   */
  observe(): () => void;
  /**
   * Stacks of errors are read only while `Error.prepareStackTrace` is as it was when the runtime was made, or as it is
   * now: for a formatter of the tracer's own.
   */
  trustStackFormatter(): void;
  /** Ends the frame at `depth`, and those above it, by an exception: a module that threw. Read `s.d` before it runs. */
  endThrown(depth: number): void;
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
  /** For snapshots: reads variables while the thread is stopped. */
  readonly readScopes: ScopeReader['read'];
  /** For snapshots: hands what is complete to the recorder. */
  publish(): void;
  /** For snapshots: the calls that are open, innermost first. */
  openCalls(): OpenCall[];
  /** For snapshots: suspended calls, the latest first. */
  readonly sleepers: Sleepers['list'];
}

/** An open call by FUNCTION site and number. */
interface OpenCall {
  readonly site: number;
  readonly call: number;
}

/** Open calls that are told in one snapshot. */
const OPEN_CALLS_MAX = 10_000;

/** Makes the runtime of the calling thread. Throws RangeError when the ring does not fit the format. */
export function createRuntime(options: RuntimeOptions): Runtime {
  const { redactor, post, onTick, propagate = [] } = options;
  const levels = options.levels instanceof Uint8Array ? options.levels : new Uint8Array(options.levels);
  const core = createCore(options.ring, levels);
  const clock = createClock(options.originHrtimeNs);
  const ring = createRing(core, clock, { backpressure: options.backpressure, mayBeEnded: (options.thread ?? 0) !== 0 });
  core.registers[EXACT] = options.clock === 'exact' ? 1 : 0;
  const attention = createAttention(core, ring, clock);
  const encoder = createEncoder(core, options.values, redactor);
  const { encode, putLine, putKnown, putClassName, strings, containers, forget, trustStackFormatter } = encoder;
  const contexts = createContexts(core, { attention, putLine });
  const secretSites = createSecretSites(core);
  const aggregates = createAggregates(core, { attention, encode, putClassName, secretOf: secretSites.secretOf });
  const sleepers = createSleepers();
  const scopeReader = createScopeReader(core, options.values, redactor);
  const { probes, calls, openScope } = createProbes(core, {
    attention,
    encode,
    putLine,
    strings,
    containers,
    secretSites,
    aggregate: aggregates.add,
    resumeCause: contexts.resumeCause,
    passOver: contexts.passOver,
    awaits: contexts.awaits,
    fellAsleep: (frame) => {
      if (modules.isBody(frame.call)) frame.isModule = true;
      sleepers.add(frame);
    },
    moduleWoke: ({ d, call }) => modules.bodyWoke(d, call),
  });
  const { write: writeFact, writeMore } = createFactWriter(core, attention);
  const linkSeed = options.linkSeed ?? 0;
  const linkMemory = openLinkMemory(options.linkMemory ?? allocateLinkMemory(linkSeed));
  const links = createLinks(core, { write: writeFact, contexts, seed: linkSeed });
  const modules = createModules(core, {
    thread: options.thread ?? 0,
    secretSites,
    redactor,
    post,
    openScope,
    endThrown: calls.endThrown,
    probes,
  });
  let samples: Samples | undefined;
  let http: HttpWatch | undefined;
  let following: Following | undefined;
  attention.watch({
    onTick: (nowMs) => {
      aggregates.onTick(nowMs);
      samples?.onTick(nowMs);
      following?.onTick();
      onTick?.();
    },
    onIdle: () => {
      forget();
      http?.settle();
    },
    causeOf: contexts.causeOf,
  });

  return {
    m: modules.register,
    s: core.state,
    clock,
    links,
    workerLinks: createWorkerLinks(links, linkMemory),
    linkMemory,
    observe: () => {
      samples = createSamples(core, post);
      http = watchHttp({
        words: core.words,
        write: writeFact,
        writeMore,
        encode,
        putLine,
        putKnown,
        know: strings.know,
        contexts,
        propagate,
      });
      following = contexts.listen();
      const undo = [
        following.stop,
        watchOutput({ write: writeFact, putLine }),
        http.stop,
        watchPorts({ links, memory: linkMemory }),
        samples.stop,
      ];
      return () => {
        samples = undefined;
        http = undefined;
        following = undefined;
        for (const step of undo) step();
      };
    },
    trustStackFormatter,
    endThrown: calls.endThrown,
    pause: ring.pause,
    resume: ring.resume,
    uncaught: createUncaught(core, writeFact, encode),
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
    readScopes: scopeReader.read,
    publish: ring.publish,
    openCalls: () => openCalls(core),
    sleepers: sleepers.list,
  };
}

/** Innermost first. */
function openCalls({ state, frameSites, frameCalls }: Core): OpenCall[] {
  const calls: OpenCall[] = [];
  for (let depth = min(state.d, FRAMES_MAX) - 1; depth >= 0 && calls.length < OPEN_CALLS_MAX; depth--) {
    calls[calls.length] = { site: frameSites[depth]!, call: frameCalls[depth]! };
  }
  return calls;
}
