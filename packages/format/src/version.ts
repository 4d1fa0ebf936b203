/**
 * Version of the chunk layout (see `chunk-layout.ts`) and of the event words. Raise it with every incompatible change.
 * Changelog: 1 first version; 2 SEND, RECEIVE, REQUEST_SOCKET, which version 1 does not have.
 */
export const FORMAT_VERSION = 2;
/** Older chunks that are still read. */
export const FORMAT_VERSION_OLDEST = 1;

/** The one key on `globalThis` under which instrumented code finds the runtime (non-enumerable). */
export const RUNTIME_KEY = 'execution-cinema';
