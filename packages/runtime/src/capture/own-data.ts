import { getOwnPropertyDescriptor, hasOwn, isProxy } from '../primordials.ts';

/** Own data property of `target`, never running a getter; undefined for anything else. `target` is no proxy. */
export function ownData(target: object, key: string): unknown {
  const descriptor = getOwnPropertyDescriptor(target, key);
  return descriptor !== undefined && hasOwn(descriptor, 'value') ? descriptor.value : undefined;
}

/** Name of a function as its own data property says, else ''. */
export function functionName(target: object): string {
  if (isProxy(target)) return '';
  const name = ownData(target, 'name');
  return typeof name === 'string' ? name : '';
}
