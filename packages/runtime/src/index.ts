export { createRuntime, type RegisteredModule, type Runtime, type RuntimeOptions } from './runtime.ts';
export { allocateLinkMemory, openLinkMemory } from './links/link-memory.ts';
export { PROCESS, WORKER, type Links } from './links/links.ts';
export { followProcess, type ProcessEnd } from './links/processes.ts';
export { standStill } from './snapshot/stand-still.ts';
export type { Backpressure } from './ring/ring.ts';
export type { ValueLimits } from './capture/encoder.ts';
export type { Clock } from './clock/clock.ts';
export type { ModuleSecrets } from './modules.ts';
