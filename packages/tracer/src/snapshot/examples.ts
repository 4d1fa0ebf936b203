import type { Json, SnapshotProcess, VariableExample } from '@execution-cinema/format';

/** Functions listed per name, and names. */
const FUNCTIONS_MAX = 50;
const NAMES_MAX = 20_000;
/** Every CommonJS module has these. */
const OF_EVERY_MODULE = new Set(['exports', 'require', 'module', '__filename', '__dirname']);

/** One example value for each variable name that any frame of a program shows, and the functions that know it. */
export function variableExamples(processes: readonly SnapshotProcess[]): Record<string, VariableExample> {
  const found = new Map<string, { example: Json; rank: number; functions: Set<string> }>();
  const add = (name: string, value: Json, functionName: string): void => {
    if (OF_EVERY_MODULE.has(name)) return;
    const rank = rankOf(value);
    const known = found.get(name);
    if (known === undefined) {
      if (found.size < NAMES_MAX) found.set(name, { example: value, rank, functions: new Set([functionName]) });
      return;
    }
    if (known.functions.size < FUNCTIONS_MAX) known.functions.add(functionName);
    if (rank > known.rank) Object.assign(known, { example: value, rank });
  };
  for (const { threads } of processes) {
    for (const { frames, suspended } of threads) {
      for (const { function: name, file, scopes } of frames) {
        if (file.startsWith('node:')) continue;
        for (const { variables } of scopes) {
          for (const [variable, value] of Object.entries(variables)) add(variable, value, name);
        }
      }
      for (const { function: name, variables } of suspended) {
        for (const [variable, value] of Object.entries(variables)) add(variable, value, name);
      }
    }
  }
  const names = [...found.keys()].sort();
  return Object.fromEntries(
    names.map((name) => {
      const { example, functions } = found.get(name)!;
      return [name, { example, functions: [...functions] }];
    }),
  );
}

/** No value shows more. */
export const RANK_MAX = 3;

/** How much a value shows: something over nothing. */
export function rankOf(value: Json): number {
  if (value === null) return 1;
  if (typeof value !== 'object') return RANK_MAX;
  if (Object.keys(value).length === 0) return 2;
  if (Array.isArray(value)) return RANK_MAX;
  const type = value['$type'];
  if (type === 'undefined' || type === 'uninitialized' || type === 'unreadable') return 0;
  return type === 'function' ? 2 : RANK_MAX;
}
