import type { ClassEntry, FileMap, FunctionEntry } from './types.ts';

/** Part of a file's path, or of a function's or class's qualified name. */
export function matchesAny(text: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => text.includes(part));
}

/**
 * What of a file has one of the parts in its name: functions, classes with all their methods, or classes with only those
 * methods that match. Undefined if nothing is left; a file with an error stays. No parts: the file as it is.
 */
export function filterByName(map: FileMap, parts: readonly string[]): FileMap | undefined {
  if (parts.length === 0 || map.error) return map;
  const named = ({ name }: FunctionEntry | ClassEntry): boolean => matchesAny(name, parts);
  const functions = map.functions.filter(named);
  const classes = map.classes
    .map((entry) => (named(entry) ? entry : { ...entry, methods: entry.methods.filter(named) }))
    .filter((entry) => named(entry) || entry.methods.length > 0);
  return functions.length + classes.length === 0 ? undefined : { ...map, functions, classes };
}
