import * as K from '@execution-cinema/format/event-kinds';
import * as R from '@execution-cinema/format/ring-layout';
import * as T from '@execution-cinema/format/value-tags';
import type { SecretName } from '@execution-cinema/format/redaction';
import { LIMIT, POSITION, SMI_INLINE_MAX, TICK, type Core } from '../core.ts';
import { LEVEL_AGGREGATE, LEVEL_OFF, LEVEL_RECORD } from './levels.ts';
import { createMutationProbes, type Containers } from './mutations.ts';
import type { CallParts } from './calls.ts';
import type { Strings } from '../capture/strings.ts';

export interface WriteParts extends CallParts {
  strings: Strings;
  containers: Containers;
  /** Writes a line of output, redacted, as an encoded string. */
  putLine(text: string, p: number): number;
}

/** Writes of variables and properties, expressions, injected log lines: probes that belong to the frame on top. */
export function createWriteProbes(core: Core, parts: WriteParts) {
  const { words, levels, registers } = core;
  const { encode, strings, putLine } = parts;
  const { attend, commit } = parts.attention;
  const { modeOf, secretOf, aggregate } = parts.levels;

  /** Whether the site records; counts the value where it is degraded. */
  const isOn = (site: number, value: unknown): boolean => {
    const level = levels[site];
    if (level === LEVEL_RECORD) return true;
    if (level === LEVEL_OFF) return false;
    const mode = modeOf(site);
    if (mode === LEVEL_AGGREGATE) aggregate(site, value);
    return mode !== LEVEL_OFF && mode !== LEVEL_AGGREGATE;
  };

  const position = (): number => {
    const p = registers[POSITION]!;
    return p > registers[LIMIT]! || words[R.R_TICK] !== registers[TICK] ? attend() : p;
  };

  const put = (kind: number, site: number, value: unknown): void => {
    if (!isOn(site, value)) return;
    const p = position();
    if (p < 0) return;
    words[p] = (site << 8) | kind;
    commit(encode(value, p + 1, secretOf(site)));
  };

  const putScoped = (site: number, instance: number, value: unknown): void => {
    if (!isOn(site, value)) return;
    const p = position();
    if (p < 0) return;
    words[p] = (site << 8) | K.WRITE_SCOPED;
    words[p + 1] = instance;
    commit(encode(value, p + 2, secretOf(site)));
  };

  /*
   * The probes themselves are one comparison, small enough for V8 to inline whatever the size of the function they stand
   * in: sites of a higher level than the one in force are called as often as those that record.
   */

  const putSmall = (site: number, value: unknown): void => {
    const p = registers[POSITION]!;
    if (
      levels[site] !== 1 ||
      typeof value !== 'number' ||
      (value | 0) !== value ||
      value > registers[SMI_INLINE_MAX]! ||
      value < T.SMI_MIN ||
      (value === 0 && 1 / value < 0) ||
      p > registers[LIMIT]! ||
      words[R.R_TICK] !== registers[TICK]
    ) {
      put(K.WRITE, site, value);
      return;
    }
    words[p] = (site << 8) | K.WRITE;
    words[p + 1] = (value << 8) | T.SMI;
    commit(p + 2);
  };

  const w = (site: number, value: unknown): unknown => {
    if (levels[site] !== 0) putSmall(site, value);
    return value;
  };

  const k = (site: number, instance: number, value: unknown): unknown => {
    if (levels[site] !== 0) putScoped(site, instance, value);
    return value;
  };

  const wp = (site: number, old: unknown, value: unknown): unknown => {
    if (levels[site] !== 0) putSmall(site, value);
    return old;
  };

  const kp = (site: number, instance: number, old: unknown, value: unknown): unknown => {
    if (levels[site] !== 0) putScoped(site, instance, value);
    return old;
  };

  const th = (site: number, value: unknown): unknown => {
    if (levels[site] !== 0) put(K.THIS, site, value);
    return value;
  };

  const v = (site: number, value: unknown): unknown => {
    if (levels[site] !== 0) put(K.EXPRESSION, site, value);
    return value;
  };

  const putProperty = (site: number, owner: unknown, value: unknown): void => {
    if (!isOn(site, value)) return;
    const at = position();
    if (at < 0) return;
    words[at] = (site << 8) | K.PROPERTY;
    commit(encode(value, encode(owner, at + 1, null), secretOf(site)));
  };

  const p = (site: number, owner: unknown, value: unknown): unknown => {
    if (levels[site] !== 0) putProperty(site, owner, value);
    return value;
  };

  const putComputed = (site: number, owner: unknown, value: unknown, key: unknown): void => {
    if (!isOn(site, value)) return;
    const at = position();
    if (at < 0) return;
    words[at] = (site << 8) | K.PROPERTY_COMPUTED;
    const name = typeof key === 'string' ? strings.names.of(key).secret : null;
    commit(encode(value, encode(key, encode(owner, at + 1, null), null), name));
  };

  const pc = (site: number, owner: unknown, value: unknown, key: unknown): unknown => {
    if (levels[site] !== 0) putComputed(site, owner, value, key);
    return value;
  };

  /** What `old++` or `old--` made of a number or bigint; anything else was not touched. */
  const stepped = (old: unknown, step: number): unknown => {
    if (typeof old === 'number') return old + step;
    return typeof old === 'bigint' ? old + (step > 0 ? 1n : -1n) : old;
  };

  const pp = (site: number, owner: unknown, old: unknown, step: number): unknown => {
    if (levels[site] !== 0) putProperty(site, owner, stepped(old, step));
    return old;
  };

  const ppc = (site: number, owner: unknown, old: unknown, step: number, key: unknown): unknown => {
    if (levels[site] !== 0) putComputed(site, owner, stepped(old, step), key);
    return old;
  };

  const putDelete = (site: number, owner: unknown, result: unknown, key: unknown): void => {
    // `delete a?.b` where there is no `a`.
    if (owner === undefined || owner === null || !isOn(site, result)) return;
    const at = position();
    if (at < 0) return;
    words[at] = (site << 8) | K.PROPERTY_DELETE;
    commit(encode(key, encode(owner, at + 1, null), null));
  };

  const d = (site: number, owner: unknown, result: unknown, key: unknown): unknown => {
    if (levels[site] !== 0) putDelete(site, owner, result, key);
    return result;
  };

  const lg = (site: number, text: () => unknown): void => {
    if (!isOn(site, undefined)) return;
    let line: string;
    try {
      line = `${text() as string}`;
    } catch (error) {
      line = describe(error);
    }
    const at = position();
    if (at < 0) return;
    words[at] = (site << 8) | K.LOG_INJECTED;
    commit(putLine(line, at + 1));
  };

  const j = (value: unknown): unknown => value;

  const { containers } = parts;
  const secretOfKey = (key: string): SecretName | null => strings.names.of(key).secret;
  const mutations = createMutationProbes(core, { isOn, position, commit, encode, secretOf, secretOfKey, containers });

  return { w, k, wp, kp, th, v, p, pc, pp, ppc, d, lg, j, ...mutations };
}

/** Text of an error thrown by an injected expression. */
function describe(error: unknown): string {
  try {
    return `<${error as string}>`;
  } catch {
    return '<error>';
  }
}
