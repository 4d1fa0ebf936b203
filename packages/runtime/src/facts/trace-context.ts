import { randomFillSync } from 'node:crypto';
import { charCodeAt, slice } from '../primordials.ts';

/*
 * The `traceparent` header of https://www.w3.org/TR/trace-context/: `00-<trace id>-<parent id>-<flags>`, 32, 16 and 2
 * hexadecimal digits in lower case. The trace id is that of the whole chain, the parent id that of one request.
 */

export interface TraceContext {
  readonly traceId: string;
  readonly parentId: string;
  readonly flags: number;
}

const TRACE_ID_AT = 3;
const PARENT_ID_AT = 36;
const FLAGS_AT = 53;
const LENGTH = 55;
const FORBIDDEN_VERSION = 'ff';
/** What is recorded has been sampled. */
export const SAMPLED = 1;

/** Undefined for what the specification tells to ignore. A later version may have more after a further dash. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const version = slice(text, 0, 2);
  if (text.length < LENGTH || !isHex(version) || version === FORBIDDEN_VERSION) return undefined;
  if (text.length > LENGTH && (version === '00' || text[LENGTH] !== '-')) return undefined;
  if (text[2] !== '-' || text[PARENT_ID_AT - 1] !== '-' || text[FLAGS_AT - 1] !== '-') return undefined;
  const traceId = slice(text, TRACE_ID_AT, PARENT_ID_AT - 1);
  const parentId = slice(text, PARENT_ID_AT, FLAGS_AT - 1);
  const flags = slice(text, FLAGS_AT, LENGTH);
  if (!isHex(traceId) || !isHex(parentId) || !isHex(flags) || isZero(traceId) || isZero(parentId)) return undefined;
  return { traceId, parentId, flags: wordAt(flags, 0, 2) };
}

export function formatTraceparent({ traceId, parentId, flags }: TraceContext): string {
  return `00-${traceId}-${parentId}-${hexOf(flags, 2)}`;
}

export const newTraceId = (): string => randomHex(4);
export const newParentId = (): string => randomHex(2);

/** Writes the digits of an id as words, first digit highest; returns the position after them. */
export function putHex(words: Int32Array, p: number, text: string): number {
  let at = p;
  for (let i = 0; i < text.length; i += 8) words[at++] = wordAt(text, i, 8);
  return at;
}

const random = new Int32Array(4);

function randomHex(words: number): string {
  let text = '';
  do {
    randomFillSync(random);
    text = '';
    for (let i = 0; i < words; i++) text += hexOf(random[i]!, 8);
  } while (isZero(text));
  return text;
}

const DIGITS = '0123456789abcdef';

function hexOf(word: number, digits: number): string {
  let text = '';
  for (let shift = (digits - 1) * 4; shift >= 0; shift -= 4) text += DIGITS[(word >>> shift) & 15]!;
  return text;
}

function wordAt(text: string, from: number, digits: number): number {
  let word = 0;
  for (let i = from; i < from + digits; i++) word = (word << 4) | digitAt(text, i);
  return word;
}

/** Value of a digit; -1: it is none. */
function digitAt(text: string, i: number): number {
  const code = charCodeAt(text, i);
  if (code >= 48 && code <= 57) return code - 48;
  return code >= 97 && code <= 102 ? code - 87 : -1;
}

function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (digitAt(text, i) < 0) return false;
  return true;
}

function isZero(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text[i] !== '0') return false;
  return true;
}
