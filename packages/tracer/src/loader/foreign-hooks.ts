import nodeModule from 'node:module';

type RegisterHooks = (...args: unknown[]) => unknown;

/**
 * Synchronous hooks in the thread itself: Node 22.15, 23.5; undefined below, where `module.register` starts a hooks
 * thread. Node's own function, whatever stands in its place later.
 */
export const registerHooks: typeof nodeModule.registerHooks | undefined = nodeModule.registerHooks;

/**
 * Tells whether the program has hooks of its own in Node's loader (`module.registerHooks`): those must see every text,
 * so that our short way of loading CommonJS is closed from then on.
 */
export function watchForeignHooks(): () => boolean {
  let seen = false;
  const holder = nodeModule as unknown as { registerHooks?: RegisterHooks };
  const original = holder.registerHooks;
  if (original === undefined) return () => false;
  holder.registerHooks = Object.defineProperty(
    function (this: unknown, ...args: unknown[]) {
      seen = true;
      return Reflect.apply(original, this, args);
    } as RegisterHooks,
    'name',
    { value: 'registerHooks' },
  );
  nodeModule.syncBuiltinESMExports();
  return () => seen;
}
