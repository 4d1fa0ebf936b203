import { CUT_REASONS } from '@execution-cinema/format';
import * as T from '@execution-cinema/format/value-tags';
import {
  SCAN_MARGIN_CHARS,
  SECRET_NUMBER_MIN,
  type Redactor,
  type SecretName,
  mayHoldNumber,
} from '@execution-cinema/format/redaction';
import {
  DIRTY,
  EPOCH,
  LIMIT,
  POSITION,
  SMI_INLINE_MAX,
  STRINGS,
  STRINGS_COMMITTED,
  VALUES_END,
  type Core,
} from '../core.ts';
import { asIntN, bigintToString, mapSize, max, min, setSize, slice } from '../primordials.ts';
import { classify, classOf, GLOBAL, isClass, kindInClass, kindWithoutClass, type ClassFacts } from './classify.ts';
import { createContents, noSubject, type Subject } from './contents.ts';
import { createStacks, type StackReader } from './errors.ts';
import {
  createIdentity,
  KIND_ARGUMENTS,
  KIND_ARRAY,
  KIND_FUNCTION,
  KIND_GLOBAL,
  KIND_MAP,
  KIND_PROXY,
  KIND_SET,
  KIND_UNKNOWN,
} from './identity.ts';
import type { Name } from './names.ts';
import { functionName } from './own-data.ts';
import type { Containers } from '../probes/mutations.ts';
import { createStrings, STRING_CHARS_MAX, type KnownText, type Strings } from './strings.ts';

/** How much of a value is taken. */
export interface ValueLimits {
  /** Levels of objects below the value itself: 0 takes its identity only. */
  depth: number;
  /** Own properties per object. */
  properties: number;
  /** Elements per array, set or buffer, entries per map. */
  items: number;
  /** Characters per string. */
  string: number;
}

const REASON_DEPTH = CUT_REASONS.indexOf('depth');
const REASON_BUDGET = CUT_REASONS.indexOf('budget');

/** Characters of a line of output. */
const LINE_CHARS_MAX = 8192;
/** Words that the values of one event take before they stop growing. What comes then needs a few words each. */
const EVENT_VALUES_WORDS = 4096;
/** Deepest configurable capture, and most properties or items. */
const DEPTH_MAX = 8;
const COUNT_MAX = 1000;
/** Bits of a bigint that are written out; larger ones are named only. */
const BIGINT_BITS_MAX = 4096;
/** Whole numbers above this one may be card numbers. */
const CARD_NUMBER_MIN = 999_999_999_999;

/** Writes `value` at `p` and returns the position after it. Never throws, never runs code of the program. */
export type Encode = (value: unknown, p: number, name: SecretName | null) => number;

export interface Encoder {
  readonly encode: Encode;
  readonly strings: Strings;
  readonly containers: Containers;
  /** Lets go of the program's objects and texts that are remembered by reference. */
  forget(): void;
  trustStackFormatter(): void;
  /** A number was a secret: from here on it is looked for wherever it may be. */
  expectNumbers(): void;
  /** Writes a line of output as a string with its secrets replaced; otherwise as `encode`. */
  putLine(text: string, p: number): number;
  /** Writes a text that is written again and again. */
  putKnown(known: KnownText, p: number): number;
}

/** `readStack` in place of the encoder's own way of reading stacks of errors. */
export function createEncoder(
  core: Core,
  limits: ValueLimits,
  redactor: Redactor | undefined,
  readStack?: StackReader,
): Encoder {
  const { words, registers } = core;
  const depthMax = clamp(limits.depth, DEPTH_MAX);
  const strings = createStrings(core, redactor, clamp(limits.string, STRING_CHARS_MAX));
  const { names, putName } = strings;
  const identity = createIdentity(core);
  const scratch = new Float64Array(1);
  const scratchWords = new Int32Array(scratch.buffer);

  /** Numbers above this one are asked for; lower ones are no cards, and none of them is known as a secret. */
  let askedNumbersMin = CARD_NUMBER_MIN;
  registers[SMI_INLINE_MAX] = T.SMI_MAX;

  const expectNumbers = (): void => {
    askedNumbersMin = SECRET_NUMBER_MIN - 1;
    registers[SMI_INLINE_MAX] = askedNumbersMin;
  };

  const mayBeSecret = (of: Redactor, value: number): boolean =>
    value > CARD_NUMBER_MIN || mayHoldNumber(of.numbers, value);

  // Secrets of the environment are known before the first value.
  if (redactor?.numbers.isEmpty === false) expectNumbers();

  const putNumber = (value: number, p: number, name: SecretName | null): number => {
    if (redactor !== undefined && (name !== null || (value > askedNumbersMin && mayBeSecret(redactor, value)))) {
      const token = redactor.redactNumber(name, value);
      if (token !== null) {
        if (name !== null) expectNumbers();
        return putRedacted(token, p);
      }
    }
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
      if (value >= T.SMI_MIN && value <= T.SMI_MAX) {
        words[p] = T.SMI | (value << 8);
        return p + 1;
      }
      words[p] = T.INT32;
      words[p + 1] = value;
      return p + 2;
    }
    scratch[0] = value;
    words[p] = T.DOUBLE;
    words[p + 1] = scratchWords[0]!;
    words[p + 2] = scratchWords[1]!;
    return p + 3;
  };

  /** An object whose content stands in this chunk. */
  const putReference = (id: number, p: number): number => {
    if (id <= T.SHORT_ID_MAX) {
      words[p] = T.OBJECT_REF_SHORT | (id << 8);
      return p + 1;
    }
    words[p] = T.OBJECT_REF;
    words[p + 1] = id;
    return p + 2;
  };

  const putRedacted = (token: string, p: number): number => {
    words[p] = T.REDACTED;
    return strings.putClean(token, p + 1, STRING_CHARS_MAX);
  };

  const putBigint = (value: bigint, p: number, name: SecretName | null): number => {
    if (p > registers[VALUES_END]! || asIntN(BIGINT_BITS_MAX, value) !== value)
      return putShallow(0, names.of('BigInt'), REASON_BUDGET, p);
    const token = redactor === undefined ? null : redactor.redactNumber(name, value);
    if (token !== null) {
      if (name !== null) expectNumbers();
      return putRedacted(token, p);
    }
    words[p] = T.BIGINT;
    return strings.putClean(bigintToString(value), p + 1, STRING_CHARS_MAX);
  };

  const putShallow = (id: number, name: Name, reason: number, p: number): number => {
    words[p] = T.SHALLOW | (reason << 8);
    words[p + 1] = id;
    return putName(name, p + 2);
  };

  const putString = (value: string, p: number, name: SecretName | null): number => {
    const end = strings.putValue(value, p, name);
    // A secret of digits may come again as a number.
    if (name !== null && redactor?.numbers.isEmpty === false) expectNumbers();
    return end;
  };

  const putAny = (value: unknown, p: number, depth: number, name: SecretName | null): number => {
    // Comparisons with one type each, which V8 compiles into looks at the value; a `switch` calls it for the type's name.
    if (typeof value === 'number') return putNumber(value, p, name);
    if (typeof value === 'string') return putString(value, p, name);
    if (typeof value === 'object' ? value !== null : typeof value === 'function')
      return putObject(value as object, p, depth, name);
    if (typeof value === 'bigint') return putBigint(value, p, name);
    if (typeof value === 'symbol') {
      words[p] = T.SYMBOL;
      return strings.putDescription(value, p + 1);
    }
    words[p] = value === undefined ? T.UNDEFINED : value === null ? T.NULL : value === true ? T.TRUE : T.FALSE;
    return p + 1;
  };

  const stacks = createStacks(core);
  const contents = createContents(core, {
    strings,
    redactor,
    properties: clamp(limits.properties, COUNT_MAX),
    items: clamp(limits.items, COUNT_MAX),
    putAny,
    putRedacted,
    remember: identity.remember,
    readStack: readStack ?? stacks.read,
  });

  /** One per depth, used again: an object is done before the next one of its depth begins. */
  const subjects: Subject[] = [];
  for (let depth = 0; depth <= depthMax; depth++) subjects[depth] = noSubject();

  /**
   * How far the content that is being taken goes: the fewest levels that stand below any object in it. An object without
   * objects inside is taken whole at any depth, and need not be taken again when it is seen from nearby.
   */
  let reach = DEPTH_MAX;

  const putObject = (target: object, p: number, depth: number, name: SecretName | null): number => {
    const known = identity.recall(target, depth);
    if (known > 0 && name === null) {
      reach = min(reach, identity.depthOf(known));
      return putReference(known, p);
    }
    let id = known < 0 ? -known : known;
    let kind = id === 0 ? KIND_UNKNOWN : identity.kindOf(id);
    let named: ClassFacts | undefined;
    if (kind === KIND_UNKNOWN) {
      kind = kindWithoutClass(target);
      if (kind === KIND_UNKNOWN) {
        named = classOf(target);
        kind = kindInClass(target, named);
      }
    }
    if (id === 0 && kind !== KIND_ARGUMENTS) id = identity.give(target, kind);
    if (kind === KIND_PROXY) {
      identity.remember(id, kind, DEPTH_MAX, -1);
      words[p] = T.PROXY;
      words[p + 1] = id;
      return p + 2;
    }
    if (kind === KIND_FUNCTION) {
      identity.remember(id, kind, DEPTH_MAX, -1);
      words[p] = T.FUNCTION;
      words[p + 1] = id;
      const own = functionName(target);
      return putName(names.of(isClass(target) ? `class ${own}` : own), p + 2);
    }
    if (kind === KIND_GLOBAL) return putUnopened(id, GLOBAL, REASON_DEPTH, p);
    if (p > registers[VALUES_END]!) return putUnopened(id, named ?? classOf(target), REASON_BUDGET, p);
    if (depth <= 0) return putUnopened(id, named ?? classOf(target), REASON_DEPTH, p);
    const outerReach = reach;
    reach = DEPTH_MAX;
    const subject = subjects[depth]!;
    subject.id = id;
    subject.kind = kind;
    subject.named = named;
    subject.depth = depth;
    subject.name = name;
    subject.size = sizeOf(target, kind);
    p = contents.put(target, subject, p);
    // What stopped at the event's budget was to be taken so deep; it is not asked whether it went further.
    const taken = p > registers[VALUES_END]! ? depth : max(depth, min(reach + 1, DEPTH_MAX));
    if (taken > depth) identity.deepen(id, taken);
    reach = min(outerReach, taken);
    return p;
  };

  const putUnopened = (id: number, named: ClassFacts, reason: number, p: number): number => {
    reach = 0;
    return putShallow(id, names.ofClass(named), reason, p);
  };

  /** The size by which a change shows at once; -1 where there is none. */
  const sizeOf = (target: object, kind: number): number => {
    if (kind === KIND_ARRAY) return (target as unknown[]).length;
    if (kind === KIND_MAP) return mapSize(target);
    return kind === KIND_SET ? setSize(target) : -1;
  };

  /** Begins an event with encoded values, unless one of its values was encoded before. */
  const arm = (): void => {
    registers[DIRTY] = 1;
    registers[LIMIT] = -1;
    registers[STRINGS_COMMITTED] = registers[STRINGS]!;
    registers[VALUES_END] = registers[POSITION]! + EVENT_VALUES_WORDS;
  };

  /** A whole number above what is written unasked: no secret, and small enough for one word. */
  const isOrdinary = (value: number): boolean =>
    value <= T.SMI_MAX && (redactor === undefined || !mayHoldNumber(redactor.numbers, value));

  /** Values that change no table: they need neither a place to fall back to nor a catch. */
  const encode: Encode = (value, p, name) => {
    if (name !== null) return encodeGuarded(value, p, name);
    if (typeof value === 'number') {
      if (
        (value | 0) === value &&
        value >= T.SMI_MIN &&
        (value <= registers[SMI_INLINE_MAX]! || isOrdinary(value)) &&
        (value !== 0 || 1 / value > 0)
      ) {
        words[p] = T.SMI | (value << 8);
        return p + 1;
      }
    } else if (typeof value === 'object' ? value !== null : typeof value === 'function') {
      const known = identity.recall(value as object, depthMax);
      if (known > 0) return putReference(known, p);
    } else if (typeof value === 'boolean') {
      words[p] = value ? T.TRUE : T.FALSE;
      return p + 1;
    } else if (value === undefined) {
      words[p] = T.UNDEFINED;
      return p + 1;
    }
    return encodeGuarded(value, p, null);
  };

  const encodeGuarded: Encode = (value, p, name) => {
    if (registers[DIRTY] === 0) arm();
    const stringsBefore = registers[STRINGS]!;
    try {
      return putAny(value, p, depthMax, name);
    } catch {
      // The stack is exhausted or an exotic object refused. Strings and objects of the half-written value are forgotten.
      registers[STRINGS] = stringsBefore;
      registers[EPOCH]!++;
      words[p] = T.UNREADABLE;
      return p + 1;
    }
  };

  const putLine = (text: string, p: number): number => {
    if (registers[DIRTY] === 0) arm();
    try {
      // Cut first with room to spare: what is searched in vain behind the cut is not stored.
      const most = LINE_CHARS_MAX + SCAN_MARGIN_CHARS;
      const part = text.length > most ? slice(text, 0, most) : text;
      return strings.putClean(redactor === undefined ? part : redactor.scrubText(part), p, LINE_CHARS_MAX);
    } catch {
      words[p] = T.UNREADABLE;
      return p + 1;
    }
  };

  const putKnown = (known: KnownText, p: number): number => {
    if (registers[DIRTY] === 0 && known.epoch !== registers[EPOCH]) arm();
    return strings.putKnown(known, p);
  };

  return {
    forget: () => {
      identity.forget();
      strings.forget();
    },
    trustStackFormatter: stacks.trustFormatter,
    encode,
    strings,
    containers: {
      kindOf: (target) => {
        const kind = identity.kindOfTarget(target);
        return kind === KIND_UNKNOWN ? classify(target) : kind;
      },
      resize: identity.resize,
      expire: identity.expire,
      putReference,
    },
    expectNumbers,
    putLine,
    putKnown,
  };
}

function clamp(value: number, most: number): number {
  return value >= 0 && value <= most ? value | 0 : most;
}
