import { createHook } from 'node:async_hooks';
import { promiseHooks } from 'node:v8';
import { CAUSE_CODES, type CauseName } from '@execution-cinema/format';
import { ownKeys } from '../primordials.ts';

/** What is told about resources. None of these may throw: Node ends the process when a hook does. */
export interface ResourceListener {
  /** A resource was made; `code` is an index into CAUSE_CODES. */
  onResource(resource: object, code: number): void;
  /** The same for what is made most often by far, in servers: a call of `process.nextTick`. */
  onNextTick(tick: object): void;
  onPromise(promise: object): void;
  /** A reaction of this promise runs; undefined: it has ended. */
  onReaction(promise: object | undefined): void;
}

const codeOf = (name: CauseName): number => CAUSE_CODES.indexOf(name);
const CODE_IO = codeOf('io');
const CODES: Readonly<Record<string, number>> = Object.assign(Object.create(null) as Record<string, number>, {
  Timeout: codeOf('timer'),
  Immediate: codeOf('immediate'),
  Microtask: codeOf('microtask'),
  HTTPINCOMINGMESSAGE: codeOf('http'),
  HTTPCLIENTREQUEST: codeOf('http'),
  MESSAGEPORT: codeOf('message'),
  WORKER: codeOf('worker'),
  PROCESSWRAP: codeOf('process'),
});

export interface ResourceHooks {
  setSuspended(isSuspended: boolean): void;
  stop(): void;
}

/**
 * Listens to the creation of resources.
 *
 * Promises go through `v8.promiseHooks` alone. An enabled async hook would make Node track them too, which costs twice as
 * much and puts two enumerable symbols on every promise: `console.log` shows them and deep comparisons see them. Node
 * installs that tracking through the very object that `v8.promiseHooks` is (lib/internal/async_hooks.js,
 * `updatePromiseHookMode`), so it is handed an empty one while our hook is enabled. A hook of the program that is enabled
 * later gets the real one. One that is there already (an APM's `AsyncLocalStorage` loaded before us) has it and must keep
 * it: Node would end the tracking in the middle of a reaction and abort the process. Where `createHook` knows
 * `trackPromises` (Node 24) that says the same officially.
 */
export function listenToResources(listener: ResourceListener): ResourceHooks {
  const init = (_asyncId: number, type: string, _triggerId: number, resource: object): void => {
    if (type === 'TickObject') listener.onNextTick(resource);
    else if (type !== 'PROMISE') listener.onResource(resource, CODES[type] ?? CODE_IO);
  };
  const hook = createHook({ init, trackPromises: false } as Parameters<typeof createHook>[0]);
  const { createHook: createPromiseHook } = promiseHooks;
  /** Begins to listen, at first and after a suspension; returns what ends it. */
  const listen = (): (() => void) => {
    if (!arePromisesTracked()) promiseHooks.createHook = (() => () => undefined) as unknown as typeof createPromiseHook;
    try {
      hook.enable();
    } finally {
      promiseHooks.createHook = createPromiseHook;
    }
    const stopPromises = createPromiseHook({
      init: listener.onPromise,
      before: listener.onReaction,
      after: () => listener.onReaction(undefined),
    }) as () => void;
    return () => {
      hook.disable();
      stopPromises();
      listener.onReaction(undefined);
    };
  };
  let stop: (() => void) | undefined = listen();
  const end = (): void => {
    stop?.();
    stop = undefined;
  };
  return {
    setSuspended: (isSuspended) => {
      if (isSuspended) end();
      else stop ??= listen();
    },
    stop: end,
  };
}

/** Whether Node tracks promises for async hooks: it puts symbols on each of them. */
function arePromisesTracked(): boolean {
  return ownKeys(new Promise(() => undefined)).length > 0;
}
