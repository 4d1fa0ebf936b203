/*
 * Encoded values. The first word holds a tag (bits 0-6) and a 24-bit payload (bits 8-31); the table names what follows. Bit 7
 * is set where a value's only word is the head of an event at the same time (LEAVE_SHORT in event-kinds.ts).
 * `id` is one word: the identity of an object within its thread (0 = none). `S` is an encoded string value
 * (STRING or STRING_REF). Tables of strings and of seen objects start afresh in every chunk.
 *
 * | tag | payload | then |
 * |---|---|---|
 * | UNDEFINED NULL FALSE TRUE HOLE UNINITIALIZED GETTER UNREADABLE | 0 | |
 * | SMI | s24 | |
 * | INT32 | 0 | i32 |
 * | DOUBLE | 0 | two words of the float64, low first |
 * | STRING | length (bits 8-23) and flags (24-31: 1 UTF-16, 2 gets the next string number, 4 cut: so is what refers to it) | [u32 full length if cut], characters: 4 Latin-1 bytes or 2 UTF-16 units a word, low first |
 * | STRING_REF | string number | |
 * | BIGINT | 0 | S decimal or 0x text |
 * | SYMBOL | 0 | S description |
 * | OBJECT_REF | 0 | id of an object captured earlier in this chunk |
 * | OBJECT_REF_SHORT | id, if it is small enough | |
 * | OBJECT | entry count, 0x8000 set: more exist | id, S class, entries x (S key, V) |
 * | ARRAY | item count | id, u32 length, items x V |
 * | MAP | entry count | id, u32 size, entries x (V, V) |
 * | SET | item count | id, u32 size, items x V |
 * | DATE | 0 | id, float64 milliseconds |
 * | REGEXP | 0 | id, S text |
 * | ERROR | entry count | id, S class, V message, V stack, entries x (S key, V) |
 * | BINARY | item count | id, S class, u32 length, items x V |
 * | FUNCTION | 0 | id, S name (`class X` for classes) |
 * | PROXY | 0 | id |
 * | SHALLOW | reason (CUT_REASONS) | id, S class: identity only, content not taken |
 * | REDACTED | 0 | S token |
 *
 * A string longer than the limit is cut; every other limit shows as a count smaller than the length, as SHALLOW, or as
 * the 0x8000 mark. Change together: the runtime's encoder, decode-value.ts, skip.ts, value-json.ts, docs/SCHEMA.md.
 */
export const UNDEFINED = 0;
export const NULL = 1;
export const FALSE = 2;
export const TRUE = 3;
export const SMI = 4;
export const INT32 = 5;
export const DOUBLE = 6;
export const STRING_REF = 7;
export const STRING = 8;
export const BIGINT = 9;
export const SYMBOL = 10;
export const OBJECT_REF = 11;
export const OBJECT = 12;
export const ARRAY = 13;
export const MAP = 14;
export const SET = 15;
export const DATE = 16;
export const REGEXP = 17;
export const ERROR = 18;
export const BINARY = 19;
export const FUNCTION = 20;
export const PROXY = 21;
export const SHALLOW = 22;
export const REDACTED = 23;
export const GETTER = 24;
export const HOLE = 25;
export const UNREADABLE = 26;
export const UNINITIALIZED = 27;
export const OBJECT_REF_SHORT = 28;

export const TAG_MASK = 0x7f;
/** Largest identity that OBJECT_REF_SHORT can name. */
export const SHORT_ID_MAX = 0xffffff;

export const STRING_FLAG_UTF16 = 1;
export const STRING_FLAG_INTERNED = 2;
export const STRING_FLAG_CUT = 4;
/** The length field of STRING has 16 bits. */
export const STRING_LENGTH_MAX = 0xffff;

export const OBJECT_COUNT_MASK = 0x7fff;
export const OBJECT_MORE_FLAG = 0x8000;

/** Why (part of) a value was not captured; index = code. */
export const CUT_REASONS = [
  'none',
  'depth',
  'properties',
  'items',
  'string',
  'budget',
  'getter',
  'proxy',
  'redacted',
  'unreadable',
] as const;
export type CutReason = (typeof CUT_REASONS)[number];

export const SMI_MIN = -0x800000;
export const SMI_MAX = 0x7fffff;
