declare const __BUILD_ID__: string | undefined;

/** Changes with every change of the sources; part of the key of cached transforms. `source` when run unbundled. */
export const BUILD_ID: string = typeof __BUILD_ID__ === 'string' ? __BUILD_ID__ : 'source';
