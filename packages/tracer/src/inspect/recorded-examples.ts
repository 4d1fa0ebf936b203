import { K, valueToJson, type Json, type Value, type VariableExample } from '@execution-cinema/format';
import { variableOf, type Recording } from '@execution-cinema/store';
import { RANK_MAX, rankOf } from '../snapshot/examples.ts';

/** Reading a long recording for examples ends after so long; beginning and end are looked at first. */
const READ_MS_MAX = 5_000;
const FUNCTIONS_MAX = 50;
const NAMES_MAX = 20_000;

/** An example value of every variable and parameter that a recording holds, and the functions that have it. */
export function recordedExamples(recording: Recording): Record<string, VariableExample> {
  const found = new Map<string, { example: Json; rank: number; functions: Set<string> }>();
  const until = performance.now() + READ_MS_MAX;
  const add = (name: string, value: Value, functionName: string): void => {
    const known = found.get(name);
    if (known === undefined && found.size >= NAMES_MAX) return;
    if (known !== undefined && known.functions.size < FUNCTIONS_MAX) known.functions.add(functionName);
    if (known !== undefined && known.rank >= RANK_MAX) return;
    const example = valueToJson(value);
    const rank = rankOf(example);
    if (known === undefined) found.set(name, { example, rank, functions: new Set([functionName]) });
    else if (rank > known.rank) Object.assign(known, { example, rank });
  };
  for (const [thread, index] of chunksInTurn(recording)) {
    if (performance.now() > until) break;
    const resolver = recording.resolver(thread);
    const chunk = recording.tryChunk(thread, recording.chunks(thread)[index]!);
    if (typeof chunk === 'string') continue;
    chunk.forEach(({ kind, payload, values }) => {
      const isEnter = kind >= K.ENTER_0 && kind <= K.ENTER_MANY;
      if (!isEnter && kind !== K.WRITE && kind !== K.WRITE_SCOPED) return;
      const site = resolver.resolve(payload);
      if (site === undefined) return;
      const { name, parameters } = site.function;
      if (!isEnter) {
        const variable = variableOf(site);
        if (variable !== undefined) add(variable.name, values[0], name);
        return;
      }
      for (const [i, parameter] of parameters.entries()) {
        if (parameter !== 'this' && i < values.length) add(parameter.replace(/^\.\.\./, ''), values[i], name);
      }
    });
  }
  return Object.fromEntries(
    [...found].map(([name, { example, functions }]) => [name, { example, functions: [...functions] }]),
  );
}

/** First and last chunk of each thread, then the others, newest first. */
function* chunksInTurn(recording: Recording): Generator<[thread: number, index: number]> {
  const threads = recording.threads().map(({ id }) => ({ id, count: recording.chunks(id).length }));
  for (const { id, count } of threads) {
    if (count > 0) yield [id, 0];
    if (count > 1) yield [id, count - 1];
  }
  for (const { id, count } of threads) for (let i = count - 2; i > 0; i--) yield [id, i];
}

/** Both; what the first says of a name counts. */
export function mergeExamples(
  first: Readonly<Record<string, VariableExample>>,
  second: Readonly<Record<string, VariableExample>>,
): Record<string, VariableExample> {
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])].sort();
  return Object.fromEntries(
    names.map((name) => {
      const one = Object.hasOwn(first, name) ? first[name] : undefined;
      const other = Object.hasOwn(second, name) ? second[name] : undefined;
      const functions = [...new Set([...(one?.functions ?? []), ...(other?.functions ?? [])])];
      return [name, { example: (one ?? other)!.example, functions: functions.slice(0, FUNCTIONS_MAX) }];
    }),
  );
}
