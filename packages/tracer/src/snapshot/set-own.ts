import type { Json } from '@execution-cinema/format';

/** Sets a variable by name; one that is called `__proto__` is a variable too. */
export function setOwn(variables: Record<string, Json>, name: string, value: Json): void {
  Object.defineProperty(variables, name, { value, enumerable: true, configurable: true, writable: true });
}
