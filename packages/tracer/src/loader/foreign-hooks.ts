import nodeModule from 'node:module';

/**
 * Synchronous hooks in the thread itself: Node 22.15, 23.5; undefined below, where `module.register` starts a hooks
 * thread. Node's own functions, whatever stands in their place later.
 */
export const registerHooks: typeof nodeModule.registerHooks | undefined = nodeModule.registerHooks;
export const register: typeof nodeModule.register = nodeModule.register;

export interface ForeignHooks {
  /** Whether the program has hooks of its own in Node's loader, which must see every text before us. */
  present(): boolean;
  /** Those of `module.registerHooks`: our short way of loading CommonJS is closed from then on. */
  inThisThread(): boolean;
  /** Hooks run from the last to the first; called after each registration, so that ours can become the last again. */
  onRegistered(listener: () => void): void;
}

/** Watches both ways of registering, once per thread. */
export function watchForeignHooks(): ForeignHooks {
  // A tool that was preloaded before us has registered already; those for TypeScript leave a handler here.
  let present = Object.keys((nodeModule as unknown as { _extensions: object })._extensions).includes('.ts');
  let inThisThread = false;
  const listeners: (() => void)[] = [];
  const watch = (name: 'register' | 'registerHooks'): void => {
    const holder = nodeModule as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
    const original = holder[name];
    if (original === undefined) return;
    const watched = function (this: unknown, ...args: unknown[]): unknown {
      const result = Reflect.apply(original, this, args) as unknown;
      present = true;
      if (name === 'registerHooks') inThisThread = true;
      for (const listener of listeners) listener();
      return result;
    };
    for (const trait of ['name', 'length'] as const) {
      Object.defineProperty(watched, trait, { value: original[trait], configurable: true });
    }
    holder[name] = watched;
  };
  watch('register');
  watch('registerHooks');
  nodeModule.syncBuiltinESMExports();
  return {
    present: () => present,
    inThisThread: () => inThisThread,
    onRegistered: (listener) => void listeners.push(listener),
  };
}
