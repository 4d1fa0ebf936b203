import { executionAsyncId, executionAsyncResource } from 'node:async_hooks';
import { CAUSE_CODES } from '@execution-cinema/format';
import * as K from '@execution-cinema/format/event-kinds';
import * as R from '@execution-cinema/format/ring-layout';
import { BASE_DEPTH, CAUSE_PENDING, CHUNK, CORRELATION, DROPPING, NEXT_CALL, type Core } from '../core.ts';
import type { Attention, Cause } from '../probes/attention.ts';
import { putPair } from '../ring/chunk-header.ts';
import {
  addPromiseContext,
  addTickContext,
  contextOfPromise,
  contextOfResource,
  setContext,
  type Context,
} from './context.ts';
import { listenToResources } from './hooks.ts';
import { createNames } from './names.ts';

const CODE_AWAIT = CAUSE_CODES.indexOf('await');
const CODE_TICK = CAUSE_CODES.indexOf('tick');
const CODE_PROMISE = CAUSE_CODES.indexOf('promise');
const CODE_CORRELATION = CAUSE_CODES.indexOf('correlation');
const CODE_HTTP = CAUSE_CODES.indexOf('http');
const CODE_MESSAGE = CAUSE_CODES.indexOf('message');

export interface Contexts {
  /** Cause of an ENTER from the event loop, or of one whose correlation was set by the program. */
  causeOf(): Cause | undefined;
  /** Cause of a RESUME from the event loop of a frame with this correlation, which is in force from here on. */
  resumeCause(correlation: number): Cause;
  /**
   * A frame that is recorded awaits next: of the promises that V8 makes for that first none needs a context, since the
   * frame tells its own when it goes on.
   */
  passOver(promises: number): void;
  /**
   * A call has fallen asleep and awaits a value. Where that is an object with a `then` of its own, the promise that is made
   * next, by `await` itself, calls it: on behalf of the call that sleeps, which is on the stack no more.
   */
  awaits(value: unknown, call: number, correlation: number): void;
  /** Runs `run` so that calls made in it, and what they schedule, belong to the correlation named `name`. */
  withCorrelation<Result>(name: string, run: () => Result): Result;
  /** Whatever the executing resource (a connection) does from here on belongs to a new correlation; its number. */
  startRequest(method: string, url: string): number;
  /** The event that begins this request stands in the current chunk, and names its correlation. */
  requestStated(number: number): void;
  nextRequest(): number;
  /** As `startRequest`, without a name, for something that has arrived from elsewhere. */
  startReceipt(): number;
  /** The correlation in force, 0 when none is known. */
  correlation(): number;
  /** On whose behalf the event loop does something now, outside of all frames; undefined inside, and when unknown. */
  onBehalf(): Cause | undefined;
  /** Begins to follow resources. */
  listen(): Following;
}

/** Resources are followed. */
export interface Following {
  /**
   * Obeys the recorder (R_UNFOLLOWED), to be called whenever its tick was noticed: following costs a server a fifth of a
   * small request, which a budget may not allow. Causes are unknown meanwhile.
   */
  onTick(): void;
  stop(): void;
}

export interface ContextParts {
  attention: Attention;
  putLine(text: string, p: number): number;
}

export function createContexts(core: Core, parts: ContextParts): Contexts {
  const { words, registers, wide, state, frameCalls } = core;
  const { attention, putLine } = parts;
  /** How many of the next promises need no context. */
  let passedOver = 0;
  /** Promise whose reaction runs now. */
  let reaction: object | undefined;
  /**
   * Whether resources are followed. Without that, what the executing resource says is not to be trusted: a reaction runs
   * under whatever resource let the microtasks run.
   */
  let isFollowing = false;
  /** Id of the resource asked for last, and its context: one callback often makes several resources. 0: none. */
  let executingId = 0;
  let executingContext: Context | undefined;
  /** The last context that was stamped: most resources of a call share it. */
  let last: Context = { call: 0, correlation: 0, code: 0 };
  /** Written at once by whoever asks for it, so one does for all. */
  const resumed = { code: CODE_AWAIT, call: 0, correlation: 0 };
  /** Context of the promise that is made next. */
  let awaiting: Context | undefined;
  let nextNumber = 1;
  const takeNumber = (): number => nextNumber++;
  /** Correlation that the program has set for calls made at this depth. */
  let forced = 0;
  let forcedDepth = -1;
  const names = createNames();

  const executing = (): Context | undefined => {
    if (!isFollowing) return undefined;
    if (reaction !== undefined) return contextOfPromise(reaction);
    const id = executionAsyncId();
    // What has no id of its own shares 0.
    if (id === 0 || id !== executingId) {
      executingContext = contextOfResource(executionAsyncResource());
      executingId = id;
    }
    return executingContext;
  };

  /** The context of something scheduled now, undefined when nothing is known. */
  const current = (code: number): Context | undefined => {
    const depth = state.d;
    let call = 0;
    let correlation = forced;
    if (depth > registers[BASE_DEPTH]!) {
      call = frameCalls[depth - 1]!;
      if (forced === 0 || depth !== forcedDepth) correlation = wide[CORRELATION]!;
    } else {
      const outer = executing();
      if (outer === undefined && forced === 0) return undefined;
      call = outer === undefined ? 0 : outer.call;
      if (forced === 0) correlation = outer!.correlation;
    }
    if (last.call !== call || last.correlation !== correlation || last.code !== code)
      last = { call, correlation, code };
    return last;
  };

  const onResource = (resource: object, code: number): void => {
    words[R.R_FOLLOWED]!++;
    try {
      const context = current(code);
      if (context !== undefined) setContext(resource, context);
    } catch {
      // No stack left, or a resource that takes no fields: its cause stays unknown.
    }
  };

  const onNextTick = (tick: object): void => {
    words[R.R_FOLLOWED]!++;
    try {
      const context = current(CODE_TICK);
      if (context !== undefined) addTickContext(tick, context);
    } catch {
      // As above.
    }
  };

  const onPromise = (promise: object): void => {
    words[R.R_FOLLOWED]!++;
    if (passedOver > 0) {
      passedOver--;
      return;
    }
    try {
      const context = awaiting ?? current(CODE_PROMISE);
      awaiting = undefined;
      if (context !== undefined) addPromiseContext(promise, context);
    } catch {
      // As above.
    }
  };

  /** Names the chunk that events go to; the one that is dropped has a name of its own. */
  const chunkNow = (): number => registers[CHUNK]! * 2 + (registers[DROPPING] === 0 ? 0 : 1);

  /** States the name of a correlation, once per chunk. */
  const stateName = (correlation: number): void => {
    if (correlation < K.NAMED_CORRELATION_FIRST) return;
    const name = names.get(correlation - K.NAMED_CORRELATION_FIRST);
    if (name === undefined || name.statedIn === chunkNow()) return;
    const p = attention.attend();
    if (p < 0) return;
    words[p] = K.CORRELATION;
    putPair(words, p + 1, correlation);
    attention.commit(putLine(name.url === '' ? name.text : `${name.text} ${name.url}`, p + 3));
    name.statedIn = chunkNow();
  };

  const causeOf = (): Cause | undefined => {
    const depth = state.d;
    const isRoot = depth <= registers[BASE_DEPTH]!;
    if (forced !== 0 && depth === forcedDepth) {
      const call = isRoot ? (executing()?.call ?? 0) : frameCalls[depth - 1]!;
      wide[CORRELATION] = forced;
      stateName(forced);
      return { code: CODE_CORRELATION, call, correlation: forced };
    }
    if (!isRoot) return undefined;
    const context = executing();
    wide[CORRELATION] = context === undefined || context.correlation === 0 ? wide[NEXT_CALL]! : context.correlation;
    if (context !== undefined) stateName(context.correlation);
    return context;
  };

  const withCorrelation = <Result>(name: string, run: () => Result): Result => {
    const number = K.NAMED_CORRELATION_FIRST + names.numberOf(name, takeNumber);
    const outerForced = forced;
    const outerDepth = forcedDepth;
    const outerPending = registers[CAUSE_PENDING]!;
    const outerCorrelation = wide[CORRELATION]!;
    forced = number;
    forcedDepth = state.d;
    registers[CAUSE_PENDING] = 1;
    attention.settleLimit();
    try {
      return run();
    } finally {
      forced = outerForced;
      forcedDepth = outerDepth;
      registers[CAUSE_PENDING] = outerPending;
      wide[CORRELATION] = outerCorrelation;
      attention.settleLimit();
    }
  };

  /** What the executing resource does from here on belongs to a new correlation. */
  const startChain = (code: number): number => {
    const number = takeNumber();
    if (!isFollowing) return number;
    executingId = 0;
    try {
      setContext(executionAsyncResource(), { call: 0, correlation: K.NAMED_CORRELATION_FIRST + number, code });
    } catch {
      // A resource that takes no fields: what follows keeps the correlation of its connection.
    }
    return number;
  };

  return {
    causeOf,
    passOver: (promises) => {
      passedOver = isFollowing ? promises : 0;
      awaiting = undefined;
    },
    resumeCause: (correlation) => {
      wide[CORRELATION] = correlation;
      stateName(correlation);
      resumed.correlation = correlation;
      return resumed;
    },
    awaits: (value, call, correlation) => {
      // A promise that is awaited itself has a context already, and its `then` is not called.
      if (typeof value !== 'object' || value === null || !isFollowing || contextOfPromise(value) !== undefined) return;
      passedOver = 0;
      awaiting = { call, correlation, code: CODE_AWAIT };
    },
    withCorrelation,
    startRequest: (method, url) => {
      const number = startChain(CODE_HTTP);
      names.setRequest(number, method, url);
      return number;
    },
    requestStated: (number) => {
      const name = names.get(number);
      if (name !== undefined) name.statedIn = chunkNow();
    },
    nextRequest: takeNumber,
    startReceipt: () => startChain(CODE_MESSAGE),
    correlation: () => current(CODE_PROMISE)?.correlation ?? 0,
    onBehalf: () => (state.d > registers[BASE_DEPTH]! ? undefined : current(CODE_PROMISE)),
    listen: () => {
      const hooks = listenToResources({
        onResource,
        onNextTick,
        onPromise,
        onReaction: (promise) => {
          reaction = promise;
        },
      });
      isFollowing = true;
      return {
        onTick: () => {
          isFollowing = words[R.R_UNFOLLOWED] === 0;
          hooks.setSuspended(!isFollowing);
        },
        stop: () => {
          isFollowing = false;
          hooks.stop();
        },
      };
    },
  };
}
