import type { RuntimeMessage } from '@execution-cinema/format';
import type { Redactor, SecretName } from '@execution-cinema/format/redaction';
import { LAST_NS, NEXT_CALL, type Core } from './core.ts';
import { charCodeAt, isArray, mapDelete, mapGet, mapSet, min, queueMicrotask } from './primordials.ts';
import type { Probes } from './probes/probes.ts';
import { LEVEL_OFF, LEVEL_RECORD, LEVEL_SECRET, SECRET_UNNAMED, type SecretSites } from './probes/levels.ts';

/** Codes of the `levels` string: 48 + rank + flags, see docs/ARCHITECTURE.md. */
const CODE_BASE = 48;
const CODE_ON = 4;
const CODE_SECRET = 8;
/** Index of the module scope's site, by convention of the site table. */
const MODULE_SCOPE_SITE = 1;
/** Site ids have 24 bits in an event's header. */
const SITES_MAX = 0xff_ffff;

/** Names behind redacted sites: a name, or for functions names by position (or positions alone). */
export type ModuleSecrets = Readonly<Record<number, string | readonly number[] | Readonly<Record<number, string>>>>;

export interface ModuleParts {
  thread: number;
  secretSites: SecretSites;
  redactor: Redactor | undefined;
  post(message: RuntimeMessage): void;
  openScope(site: number, parent: number): number;
  endThrown(depth: number): void;
  probes: Probes;
}

export interface Modules {
  /** What the head of an instrumented file calls. */
  register(key: string, levelCodes: string, secrets?: ModuleSecrets): Probes & { b: number; i: number };
  /** Whether a call that falls asleep for the first time is the body of a module. */
  isBody(call: number): boolean;
  /** The body of a module goes on at this depth after an `await`: as `register`, it may throw unseen. */
  bodyWoke(depth: number, call: number): void;
}

/** Hands out site ids to modules as they load in this thread. */
export function createModules(core: Core, parts: ModuleParts): Modules {
  const { levels, wide, state, frameCalls } = core;
  const capacity = min(levels.length, SITES_MAX);
  let nextBase = 0;
  let full = false;

  const secretNamed = (name: string): SecretName => parts.redactor?.secretName(name) ?? SECRET_UNNAMED;

  const setSecrets = (base: number, secrets: ModuleSecrets): void => {
    for (const index in secrets) {
      const site = base + Number(index);
      const secret = secrets[index]!;
      levels[site]! |= LEVEL_SECRET;
      if (typeof secret === 'string') parts.secretSites.name(site, secretNamed(secret));
      else if (isPositions(secret)) {
        for (let i = 0; i < secret.length; i++) parts.secretSites.nameAt(site, secret[i]!, SECRET_UNNAMED);
      } else {
        for (const position in secret) parts.secretSites.nameAt(site, Number(position), secretNamed(secret[position]!));
      }
    }
  };

  const register: Modules['register'] = (key, levelCodes, secrets) => {
    const count = levelCodes.length;
    if (nextBase + count > capacity) return { ...parts.probes, b: refuse(key, count), i: 0 };
    const base = nextBase;
    nextBase += count;
    for (let index = 0; index < count; index++) {
      const code = charCodeAt(levelCodes, index) - CODE_BASE;
      levels[base + index] =
        ((code & CODE_ON) === 0 ? LEVEL_OFF : LEVEL_RECORD) | ((code & CODE_SECRET) === 0 ? 0 : LEVEL_SECRET);
    }
    if (secrets !== undefined) setSecrets(base, secrets);
    const scopeInstance = parts.openScope(base + MODULE_SCOPE_SITE, 0);
    const call = wide[NEXT_CALL]!;
    mapSet(bodies, call, true);
    closeIfThrown(state.d, call, () => mapDelete(bodies, call));
    parts.post({ type: 'load', thread: parts.thread, base, count, key, scopeInstance, timeNs: wide[LAST_NS]! });
    return { ...parts.probes, b: base, i: scopeInstance };
  };

  /** Bodies that have just begun: the calls that begin next, and end or fall asleep before the next microtask. */
  const bodies = new Map<number, true>();

  /**
   * No try block stands round a module's code, so a body that throws leaves its frame open. By the next microtask a
   * body has ended or fallen asleep in any case: if its call, at this depth, is open still, it threw.
   */
  const closeIfThrown = (depth: number, call: number, then?: () => unknown): void => {
    queueMicrotask(() => {
      if (state.d > depth && frameCalls[depth] === call) parts.endThrown(depth);
      then?.();
    });
  };

  /** Base for a module that no longer fits: ids behind the table, whose level reads as off. */
  const refuse = (key: string, count: number): number => {
    if (!full) {
      parts.post({
        type: 'note',
        timeNs: wide[LAST_NS]!,
        kind: 'sites exhausted',
        text: `more than ${capacity} sites in thread ${parts.thread}: ${key} (${count} sites) and later modules are not recorded`,
      });
    }
    full = true;
    return levels.length;
  };

  return { register, isBody: (call) => mapGet(bodies, call) === true, bodyWoke: closeIfThrown };
}

function isPositions(secret: readonly number[] | Readonly<Record<number, string>>): secret is readonly number[] {
  return isArray(secret);
}
