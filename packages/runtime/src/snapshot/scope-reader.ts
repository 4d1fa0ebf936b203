import * as H from '@execution-cinema/format/chunk-layout';
import * as T from '@execution-cinema/format/value-tags';
import type { Redactor } from '@execution-cinema/format/redaction';
import { createEncoder, type Encoder, type ValueLimits } from '../capture/encoder.ts';
import { DIRTY, EPOCH, LIMIT, NEXT_OBJECT, POSITION, SMI_INLINE_MAX, STRINGS, type Core } from '../core.ts';
import { charCodeAt, getOwnPropertyDescriptor, hasOwn, isProxy, now, ownKeys } from '../primordials.ts';

/** Words of all values of one thread in one snapshot. */
const SNAPSHOT_WORDS = 262_144;
/** Variables of one thread in one snapshot. */
const VARIABLES_MAX = 10_000;
/** The thread stands still meanwhile: what is not read by then is left out, and said to be. */
const READ_MS_MAX = 200;

/** The values of a snapshot, encoded like those of events; strings and objects refer to earlier ones of the same text. */
export interface ReadScopes {
  /** Little-endian words, base64: per variable a name and a value, one after the other; a lone value for a `value`. */
  words: string;
  /** Variables read of each target; -1: a lone value; -2: nothing could be read. */
  counts: number[];
  /** Variables that were left out: there were too many, or time was up. */
  omitted: number;
}

/** `scope`: an object whose own properties are variables; `value`: a value itself, such as `this`. */
type ReadTarget = 'scope' | 'value';

export interface ScopeReader {
  read(targets: readonly unknown[], kinds: readonly ReadTarget[]): ReadScopes;
}

/**
 * Reads variables for snapshots, by the same rules as recording does: own data only, no code of the program, secrets
 * replaced. It may run while the thread is stopped anywhere in the program, so it has an encoder and a buffer of its
 * own and leaves the ring alone; objects get their numbers from the recording.
 */
export function createScopeReader(core: Core, limits: ValueLimits, redactor: Redactor | undefined): ScopeReader {
  let own: { core: Core; encoder: Encoder } | undefined;

  const begin = (): { core: Core; encoder: Encoder } => {
    if (own === undefined) {
      const ownCore: Core = {
        words: new Int32Array(SNAPSHOT_WORDS),
        levels: new Uint8Array(0),
        registers: new Int32Array(core.registers.length),
        wide: new Float64Array(core.wide.length),
        state: { d: 0 },
        frameSites: new Int32Array(0),
        frameCalls: new Float64Array(0),
        frameScopes: new Int32Array(0),
      };
      // Stacks of errors are not read: that would fix their text, and may call a formatter of the program.
      own = { core: ownCore, encoder: createEncoder(ownCore, limits, redactor, () => undefined) };
    }
    const { registers } = own.core;
    if (core.registers[SMI_INLINE_MAX]! < T.SMI_MAX) own.encoder.expectNumbers();
    registers[POSITION] = 0;
    registers[STRINGS] = 0;
    registers[DIRTY] = 0;
    registers[LIMIT] = -1;
    registers[EPOCH]!++;
    registers[NEXT_OBJECT] = core.registers[NEXT_OBJECT]!;
    return own;
  };

  const read: ScopeReader['read'] = (targets, kinds) => {
    const { core: ownCore, encoder } = begin();
    const { words, registers } = ownCore;
    const end = SNAPSHOT_WORDS - H.EVENT_WORDS_MAX;
    const until = now() + READ_MS_MAX;
    const counts: number[] = [];
    let omitted = 0;
    let variables = 0;

    const put = (value: unknown, p: number, name: string): number => {
      // Each variable has the budget that the values of an event have.
      registers[POSITION] = p;
      registers[DIRTY] = 0;
      return encoder.encode(value, p, name === '' ? null : encoder.strings.names.of(name).secret);
    };

    const isSpent = (p: number): boolean => p > end || variables >= VARIABLES_MAX || now() > until;

    const putScope = (scope: object, p: number): number => {
      const keys = ownKeys(scope);
      let count = 0;
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i]!;
        if (typeof key !== 'string' || isInjected(key)) continue;
        if (isSpent(p)) {
          omitted++;
          continue;
        }
        p = encoder.strings.putName(encoder.strings.names.of(key), p);
        variables++;
        count++;
        let descriptor: PropertyDescriptor | undefined;
        try {
          descriptor = getOwnPropertyDescriptor(scope, key);
        } catch {
          // Before its declaration, or V8 has optimised it away.
          words[p++] = T.UNINITIALIZED;
          continue;
        }
        if (descriptor !== undefined && hasOwn(descriptor, 'value')) p = put(descriptor.value, p, key);
        else words[p++] = descriptor?.get === undefined ? T.UNREADABLE : T.GETTER;
      }
      counts[counts.length] = count;
      return p;
    };

    let p = 0;
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i];
      if (kinds[i] === 'value') {
        if (isSpent(p)) {
          counts[counts.length] = -2;
          omitted++;
        } else {
          p = put(target, p, '');
          variables++;
          counts[counts.length] = -1;
        }
      } else if (typeof target === 'object' && target !== null && !isProxy(target)) p = putScope(target, p);
      else counts[counts.length] = -2;
    }
    encoder.forget();
    core.registers[NEXT_OBJECT] = registers[NEXT_OBJECT]!;
    return { words: asBase64(words, p), counts, omitted };
  };

  return { read };
}

/** Names that instrumented code brings along: `$ec_...`, `$ec1_...`. */
function isInjected(name: string): boolean {
  if (charCodeAt(name, 0) !== 36 || charCodeAt(name, 1) !== 101 || charCodeAt(name, 2) !== 99) return false;
  let i = 3;
  for (let code = charCodeAt(name, i); code >= 48 && code <= 57; code = charCodeAt(name, i)) i++;
  return charCodeAt(name, i) === 95;
}

const { from } = Buffer;
const { call } = Function.prototype;
const toBase64 = call.bind(Buffer.prototype.toString as () => string) as unknown as (
  buffer: Buffer,
  encoding: 'base64',
) => string;

function asBase64(words: Int32Array, count: number): string {
  return toBase64(from(words.buffer as ArrayBuffer, 0, count * 4), 'base64');
}
