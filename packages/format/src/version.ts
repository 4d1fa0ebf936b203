/**
/**
 * Version of the chunk layout (see `chunk-layout.ts`) and of the event words. Raise it with every change.
 * Changelog: 1 first version; 2 MUTATION (what built-in methods do to arrays, Maps and Sets), SEND, RECEIVE and
 * REQUEST_SOCKET (what goes between threads and processes); 3 REQUEST_TRACE (traceparent headers of requests);
 * 4 an incoming REQUEST_START names its correlation, without a CORRELATION in its chunk; 5 one word for references to
 * objects (OBJECT_REF_SHORT) and for results that take a word (LEAVE_SHORT); 6 cut strings get numbers as whole ones do, a
 * SCOPE_LINK is one word.
 */
export const FORMAT_VERSION = 6;
/** Chunks from this version on can be read. */
export const FORMAT_VERSION_MIN = 1;

/** The one key on `globalThis` under which instrumented code finds the runtime (non-enumerable). */
export const RUNTIME_KEY = 'execution-cinema';
