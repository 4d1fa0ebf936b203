import { weakMapGet, weakMapSet } from '../primordials.ts';

const originals = new WeakMap<object, object>();

/** A proxy of our own stands where the program expects Node's class: objects of it are called after that one. */
export function standsFor(proxy: object, original: object): void {
  weakMapSet(originals, proxy, original);
}

/** What a proxy of our own stands for; undefined for proxies of the program. */
export function originalOf(proxy: object): object | undefined {
  return weakMapGet(originals, proxy);
}
