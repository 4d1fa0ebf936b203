import type { DepthState } from '../core.ts';
import type { createCallProbes } from './calls.ts';
import type { createScopeProbes } from './scopes.ts';
import type { createSuspendableProbes } from './suspendable.ts';
import type { createWriteProbes } from './writes.ts';

/** The probe table that instrumented code binds, see docs/ARCHITECTURE.md. */
export type Probes = Omit<ReturnType<typeof createCallProbes>, 'unwind' | 'putAt' | 'push'> &
  ReturnType<typeof createWriteProbes> &
  Omit<ReturnType<typeof createScopeProbes>, 'open'> &
  ReturnType<typeof createSuspendableProbes> & { s: DepthState };
