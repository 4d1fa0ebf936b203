import type { RedactionKey } from './sip-hash.ts';

/*
 * Which numbers are worth writing out to ask whether they are known as secrets: programs full of large numbers (flags,
 * times, positions) would pay for that at every one of them as soon as a single number has been a secret.
 */

const SLOTS = 8192;

/** Marks of the numbers that were secrets. Asked in the program's own realm, so no built-in is called. */
export interface NumberFilter {
  readonly slots: Uint8Array;
  /** Keyed, so that the table gives no numbers away. */
  readonly key: number;
  /** No number was added yet. */
  isEmpty: boolean;
}

export function createNumberFilter(key: RedactionKey): NumberFilter {
  return { slots: new Uint8Array(SLOTS), key: key[0] ^ key[1], isEmpty: true };
}

export function addNumber(filter: NumberFilter, value: number | bigint): void {
  filter.slots[slotOf(filter, Number(value))] = 1;
  filter.isEmpty = false;
}

/** False: certainly none that was added. */
export function mayHoldNumber(filter: NumberFilter, value: number): boolean {
  return filter.slots[slotOf(filter, value)] === 1;
}

function slotOf(filter: NumberFilter, value: number): number {
  let word = (value | 0) ^ filter.key;
  // Beyond 32 bits the high half has a say.
  if ((value | 0) !== value) word ^= value / 0x100000000;
  word ^= word >>> 15;
  return (word ^ (word >>> 7)) & (SLOTS - 1);
}
