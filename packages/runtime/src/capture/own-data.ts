import { getOwnPropertyDescriptor, hasOwn, isProxy, objectPrototype } from '../primordials.ts';
import { originalOf } from './stand-ins.ts';

/**
 * Whether a property holds a value. `in` takes a tenth of the price of `hasOwn`, and tells the same unless the program has
 * put a `value` where descriptors inherit it.
 */
export function isData(descriptor: PropertyDescriptor): boolean {
  return 'value' in objectPrototype ? hasOwn(descriptor, 'value') : 'value' in descriptor;
}

/** Own data property of `target`, never running a getter; undefined for anything else. `target` is no proxy. */
export function ownData(target: object, key: string): unknown {
  const descriptor = getOwnPropertyDescriptor(target, key);
  return descriptor !== undefined && isData(descriptor) ? descriptor.value : undefined;
}

/** Name of a function as its own data property says, else ''; of a proxy of our own that of what it stands for. */
export function functionName(target: object): string {
  const own = isProxy(target) ? originalOf(target) : target;
  if (own === undefined) return '';
  const name = ownData(own, 'name');
  return typeof name === 'string' ? name : '';
}
