import * as K from '@execution-cinema/format/event-kinds';
import { NEXT_SCOPE, type Core } from '../core.ts';
import type { CallParts } from './calls.ts';
import { LEVEL_RECORD } from './levels.ts';

/** Instances of scopes that closures share. */
export function createScopeProbes(core: Core, parts: CallParts) {
  const { words, registers, state, frameScopes } = core;
  const { attend, commit } = parts.attention;
  const { modeOf } = parts.levels;

  /** Opens an instance whatever the level of the site: module scopes have one in any case. */
  const open = (site: number, parent: number): number => {
    const p = attend();
    if (p < 0) return 0;
    const instance = registers[NEXT_SCOPE]!;
    words[p] = (site << 8) | K.SCOPE_OPEN;
    words[p + 1] = parent;
    commit(p + 2);
    registers[NEXT_SCOPE] = instance + 1;
    return instance;
  };

  /** The frame on top has opened an instance: chunk headers name it, and its parents lead to all others in reach. */
  const note = (instance: number): number => {
    if (state.d > 0 && instance !== 0) frameScopes[state.d - 1] = instance;
    return instance;
  };

  const n = (site: number, parent: number): number => (modeOf(site) === LEVEL_RECORD ? note(open(site, parent)) : 0);

  const nc = (site: number, parent: number, from: number): number => {
    if (modeOf(site) !== LEVEL_RECORD) return 0;
    const p = attend();
    if (p < 0) return 0;
    const instance = registers[NEXT_SCOPE]!;
    words[p] = (site << 8) | K.SCOPE_COPY;
    words[p + 1] = parent;
    words[p + 2] = from;
    commit(p + 3);
    registers[NEXT_SCOPE] = instance + 1;
    return note(instance);
  };

  const link = (depth: number, instance: number): void => {
    if (depth >= state.d) return;
    const p = attend();
    if (p < 0) return;
    // A function that shares variables itself has opened their instance before, and that one knows its parent.
    if (frameScopes[depth] === 0) frameScopes[depth] = instance;
    if (instance <= K.LINK_INLINE_MAX) {
      words[p] = (instance << 8) | K.SCOPE_LINK;
      commit(p + 1);
      return;
    }
    words[p] = K.SCOPE_LINK;
    words[p + 1] = instance;
    commit(p + 2);
  };

  /** Token of a synchronous function, or the frame of a suspendable one. */
  const l = (token: number | { o: boolean; d: number }, instance: number): void => {
    if (instance === 0) return;
    if (typeof token === 'number') link(token, instance);
    else if (token.o) link(token.d, instance);
  };

  return { n, nc, l, open };
}
