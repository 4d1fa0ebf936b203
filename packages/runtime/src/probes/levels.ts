import type { SecretName } from '@execution-cinema/format/redaction';
import type { Core } from '../core.ts';
import { mapGet, mapSet } from '../primordials.ts';

/** Level byte of a site, see docs/ARCHITECTURE.md. */
export const LEVEL_OFF = 0;
export const LEVEL_RECORD = 1;
export const LEVEL_AGGREGATE = 2;
/** Set where the value stands under a secret name. */
export const LEVEL_SECRET = 0x80;

/** What probes ask about a site when its level byte is not plain 1. */
export interface LevelParts {
  /** LEVEL_OFF, LEVEL_RECORD or LEVEL_AGGREGATE. */
  modeOf(site: number): number;
  /** Name under which the value of the site is secret. */
  secretOf(site: number): SecretName | null;
  /** The same for the value at a position of a FUNCTION site. */
  secretAt(site: number, position: number): SecretName | null;
  /** Counts what a degraded site saw. */
  aggregate(site: number, value: unknown): void;
}

/** Values at redacted sites whose name is not known: every string is a secret. */
export const SECRET_UNNAMED: SecretName = { nameClass: 2, kind: 'secret', takesWords: true };

export interface SecretSites {
  name(site: number, secret: SecretName): void;
  nameAt(site: number, position: number, secret: SecretName): void;
  secretOf: LevelParts['secretOf'];
  secretAt: LevelParts['secretAt'];
}

/** Names of redacted sites, by thread-wide site id. Few, so plain maps. */
export function createSecretSites(core: Core): SecretSites {
  const { levels } = core;
  const names = new Map<number, SecretName>();
  const positions = new Map<number, Map<number, SecretName>>();
  return {
    name: (site, secret) => mapSet(names, site, secret),
    nameAt: (site, position, secret) => {
      const known = mapGet(positions, site) ?? new Map<number, SecretName>();
      mapSet(known, position, secret);
      mapSet(positions, site, known);
    },
    secretOf: (site) => ((levels[site]! & LEVEL_SECRET) === 0 ? null : (mapGet(names, site) ?? SECRET_UNNAMED)),
    secretAt: (site, position) => ((levels[site]! & LEVEL_SECRET) === 0 ? null : at(mapGet(positions, site), position)),
  };
}

function at(known: Map<number, SecretName> | undefined, position: number): SecretName | null {
  return known === undefined ? null : (mapGet(known, position) ?? null);
}
