import type { Encode } from '../capture/encoder.ts';
import type { Strings } from '../capture/strings.ts';
import type { Core, DepthState } from '../core.ts';
import type { Attention, Cause } from './attention.ts';
import { createCallProbes } from './calls.ts';
import type { Containers } from './mutations.ts';
import { LEVEL_AGGREGATE, LEVEL_OFF, LEVEL_RECORD, LEVEL_SECRET, type LevelParts, type SecretSites } from './levels.ts';
import { createScopeProbes } from './scopes.ts';
import { createSuspendableProbes, type Frame } from './suspendable.ts';
import { createWriteProbes } from './writes.ts';

export interface ProbeParts {
  attention: Attention;
  encode: Encode;
  putLine(text: string, p: number): number;
  strings: Strings;
  containers: Containers;
  secretSites: SecretSites;
  aggregate(site: number, value: unknown): void;
  resumeCause(correlation: number): Cause;
  passOver(promises: number): void;
  awaits(value: unknown, call: number, correlation: number): void;
  fellAsleep(frame: Frame): void;
  moduleWoke(frame: Frame): void;
}

/** The probe table that instrumented code binds, see docs/ARCHITECTURE.md. */
export type Probes = ReturnType<typeof createProbes>['probes'];

export function createProbes(core: Core, parts: ProbeParts) {
  const { attention, encode, putLine, strings, containers, secretSites } = parts;
  const levels: LevelParts = {
    modeOf: (site) => {
      // A module that no longer fitted has sites behind the table.
      const level = (core.levels[site] ?? LEVEL_OFF) & ~LEVEL_SECRET;
      return level === LEVEL_RECORD || level === LEVEL_AGGREGATE ? level : LEVEL_OFF;
    },
    secretOf: secretSites.secretOf,
    secretAt: secretSites.secretAt,
    aggregate: parts.aggregate,
  };
  const shared = { attention, encode, levels };
  const calls = createCallProbes(core, shared);
  const writes = createWriteProbes(core, { ...shared, strings, containers, putLine });
  const scopes = createScopeProbes(core, shared);
  const suspendable = createSuspendableProbes(core, {
    ...shared,
    calls,
    resumeCause: parts.resumeCause,
    passOver: parts.passOver,
    awaits: parts.awaits,
    fellAsleep: parts.fellAsleep,
    moduleWoke: parts.moduleWoke,
  });
  const { e0, e1, e2, e3, e4, en, r, u, q, x, c, c0, z, t } = calls;
  const { n, nc, l } = scopes;
  const state: DepthState = core.state;
  return {
    probes: { s: state, e0, e1, e2, e3, e4, en, r, u, q, x, c, c0, z, t, n, nc, l, ...writes, ...suspendable },
    calls,
    openScope: scopes.open,
  };
}
