import nodeModule from 'node:module';

type RegisterHooks = (...args: unknown[]) => unknown;

/**
 * Tells whether the program has hooks of its own in Node's loader (`module.registerHooks`): those must see every text,
 * so that our short way of loading CommonJS is closed from then on.
 */
export function watchForeignHooks(): () => boolean {
  let seen = false;
  const holder = nodeModule as unknown as { registerHooks?: RegisterHooks };
  const { registerHooks } = holder;
  if (registerHooks === undefined) return () => false;
  holder.registerHooks = Object.defineProperty(
    function (this: unknown, ...args: unknown[]) {
      seen = true;
      return Reflect.apply(registerHooks, this, args);
    } as RegisterHooks,
    'name',
    { value: 'registerHooks' },
  );
  nodeModule.syncBuiltinESMExports();
  return () => seen;
}
