/** Version of the chunk layout (see `chunk-layout.ts`) and of the event words. Raise it with every incompatible change. */
export const FORMAT_VERSION = 1;

/** The one key on `globalThis` under which instrumented code finds the runtime (non-enumerable). */
export const RUNTIME_KEY = 'execution-cinema';
