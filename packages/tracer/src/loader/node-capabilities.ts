import * as nodeModule from 'node:module';

/*
 * What this Node can do, by name. Every test of a version or a feature of Node stands here, with what to look at when it
 * can go.
 */

/** Synchronous hooks in the thread itself: Node 22.15, 23.5. Below, `module.register` starts a hooks thread. */
export const hasRegisterHooks: boolean = typeof (nodeModule as { registerHooks?: unknown }).registerHooks === 'function';

/** Node's loader reads ES modules by `fs.promises.readFile` in the program's thread (loader-reads.ts): all of Node 20. */
export const readsModulesByPromises: boolean = process.versions.node.startsWith('20.');

/** Node runs `.ts` by taking the types out: 22.18, 23.6. */
export const stripsTypes: boolean = Boolean(
  (process.features as { typescript?: false | 'strip' | 'transform' }).typescript,
);

/** Cached transforms of one major version are not used by another: what is compiled down may differ. */
export const nodeMajor: number = Number.parseInt(process.versions.node, 10);
