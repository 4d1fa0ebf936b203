import { isCaptured, typeOfValue, type Value } from '../../packages/format/src/index.ts';
import type { State, StateFrame, StateVariable } from '../../packages/store/src/index.ts';

/** A value as record-pauses.mjs describes it. */
interface OracleValue {
  type: string;
  text?: string;
  entries?: Record<string, OracleValue>;
}

export interface OracleFrame {
  function: string;
  line: number;
  /** Identifiers in the text of the function. */
  names: string[];
  scopes: { type: string; variables: Record<string, OracleValue> }[];
}

export interface Comparison {
  /** What differs, one line each. */
  differences: string[];
  /** Variables compared. */
  compared: number;
}

/**
 * Compares what V8's debugger reports with the state read from a recording of the same moment. Where the two may
 * differ:
 * - V8 lists variables of outer functions that the function does not use; the recording need not know them.
 * - A frame that waits at `for await` or `yield*` is still on V8's stack while the iterator's `next()` begins.
 * - V8 shows what a variable held the last time its block ran until it is declared anew; the recording says that it
 *   has no value.
 * - Where a frame further out stands is known up to its last event: blocks that it has left since may be listed,
 *   blocks that it has entered since may not.
 */
export function compareState(program: string, oracle: readonly OracleFrame[], state: State): Comparison {
  const result: Comparison = { differences: [], compared: 0 };
  const pairs = pairFrames(oracle, state);
  if (!pairs) {
    const names = (frames: readonly { function: string }[]): string =>
      frames.map((frame) => frame.function).join(' < ');
    result.differences.push(`V8 has ${names(oracle)}, the recording ${names(state.frames)}`);
    return result;
  }
  for (const [theirs, ours] of pairs) {
    const caller = oracle[oracle.indexOf(theirs) - 1];
    if (caller && INITIALIZERS.test(caller.function)) continue;
    compareFrame(program, theirs, ours, ours === state.frames[0], result);
  }
  return result;
}

/** While these run, V8 reports the frame around the class as if it stood at its beginning. */
const INITIALIZERS = /^<(static_initializer|instance_members_initializer)>$/;

/** Our frames with those of V8, which may have further ones that are asleep in the recording. */
function pairFrames(oracle: readonly OracleFrame[], state: State): [OracleFrame, StateFrame][] | undefined {
  const pairs: [OracleFrame, StateFrame][] = [];
  let toSkip = oracle.length - state.frames.length;
  let next = state.frames.length - 1;
  for (const theirs of [...oracle].reverse()) {
    const ours = state.frames[next];
    const isAsleep = toSkip > 0 && state.suspended.some(({ line }) => line === theirs.line);
    if (isAsleep && !(ours && ours.line === theirs.line)) toSkip--;
    else if (ours) {
      pairs.push([theirs, ours]);
      next--;
    } else return undefined;
  }
  return next < 0 && toSkip === 0 ? pairs : undefined;
}

function compareFrame(
  program: string,
  oracle: OracleFrame,
  frame: StateFrame,
  innermost: boolean,
  result: Comparison,
): void {
  const theirName = oracle.function.replace(/^(get|set) /, '').replace(/^<.*>$/, '');
  if (!frame.function.includes(theirName)) {
    result.differences.push(`V8 is in ${oracle.function}, the recording in ${frame.function}`);
  }
  const ours = byName(frame.scopes.flatMap(({ variables }) => variables));
  const theirs = byName(
    oracle.scopes.flatMap(({ type, variables }) =>
      Object.entries(variables).map(([name, value]) => ({ type, name, value })),
    ),
  );
  for (const [name, [first]] of theirs) {
    if (!oracle.names.includes(name) || WRAPPER_NAMES.has(name)) continue;
    result.compared++;
    const found = ours.get(name) ?? [];
    const same = innermost
      ? found[0] !== undefined && equal(first!.value, found[0].value)
      : first!.type === 'block' || found.some(({ value }) => equal(first!.value, value));
    if (same || (found[0] && isUndeclared(program, oracle, name, found[0]))) continue;
    result.differences.push(
      `${frame.function}:${oracle.line}${innermost ? '' : ' (outer)'} ${name}: V8 ${show(first!.value)}, recording ${found.map(showOurs).join(' | ')}`,
    );
  }
}

/** Variables of the same name, innermost first. */
function byName<T extends { name: string }>(variables: readonly T[]): Map<string, T[]> {
  const result = new Map<string, T[]>();
  for (const variable of variables) {
    const known = result.get(variable.name);
    if (known) known.push(variable);
    else result.set(variable.name, [variable]);
  }
  return result;
}

/** Parameters of the function that Node wraps round a CommonJS module. */
const WRAPPER_NAMES = new Set(['exports', 'require', 'module', '__filename', '__dirname', 'arguments']);

/** The recording says that the variable has no value yet, and its declaration does come after the place of the pause. */
function isUndeclared(program: string, { line }: OracleFrame, name: string, { value }: StateVariable): boolean {
  if (!isCaptured(value) || value.type !== 'uninitialized') return false;
  const declaration = new RegExp(`\\b(let|const|class)\\b.*\\b${name}\\b`);
  return program.split('\n').findLastIndex((text) => declaration.test(text)) + 1 > line;
}

/** Classes of objects that both sides name alike; V8 calls a generator's object by its function, for one. */
const NAMED = new Set(['object', 'array', 'Error', 'Promise', 'RegExp', 'Map', 'Set', 'Date']);
const PRIMITIVES = new Set(['undefined', 'boolean', 'number', 'string', 'bigint', 'symbol', 'function', 'null']);

function equal(oracle: OracleValue, value: Value): boolean {
  if (!NAMED.has(oracle.type) && !PRIMITIVES.has(oracle.type)) return isCaptured(value);
  if (oracle.type !== typeOf(value)) return false;
  if (oracle.text !== undefined) return oracle.text === textOf(value);
  if (oracle.entries === undefined || !isCaptured(value) || value.cut !== 'none') return true;
  const keys = value.type === 'array' ? value.items.map((_, i) => String(i)) : value.keys.map(String);
  if (keys.length !== Object.keys(oracle.entries).length) return false;
  return keys.every((key, i) => key in oracle.entries! && equal(oracle.entries![key]!, value.items[i]));
}

function typeOf(value: Value): string {
  return isCaptured(value) && value.type === 'uninitialized' ? 'undefined' : typeOfValue(value);
}

/** As `String(unserializableValue ?? value)` of V8's protocol. */
function textOf(value: Value): string {
  if (isCaptured(value)) return value.type === 'uninitialized' ? 'undefined' : value.name;
  if (typeof value === 'bigint') return `${value}n`;
  return Object.is(value, -0) ? '-0' : String(value);
}

function show(value: OracleValue): string {
  return value.text ?? `${value.type}${value.entries ? JSON.stringify(value.entries) : ''}`;
}

function showOurs({ value, source, note, event }: StateVariable): string {
  return `${isCaptured(value) ? `${typeOf(value)} ${JSON.stringify(value.items)}` : textOf(value)} (${note ?? source} @${event})`;
}
