/*
 * What this Node can do, by name. Every test of a version or a feature of Node stands here, with what to look at when it
 * can go.
 */

/** Node's loader reads ES modules by `fs.promises.readFile` in the program's thread (loader-reads.ts): all of Node 20. */
export const readsModulesByPromises: boolean = process.versions.node.startsWith('20.');

/** Node runs `.ts` by taking the types out, and so has words of its own for what is no TypeScript: 22.18, 23.6. */
export const stripsTypes: boolean = Boolean((process.features as { typescript?: unknown }).typescript);

/** Cached transforms of one major version are not used by another: what is compiled down may differ. */
export const nodeMajor: number = Number.parseInt(process.versions.node, 10);
