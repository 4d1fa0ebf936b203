/*
 * What runs of one program under a budget have shown: plain data, kept as a file (memory-file.ts), brought up to date by
 * the recorder (learn.ts), and by what it says the next run leaves functions out of the code (left-out.ts).
 * Rates are nanoseconds of recording per second of the program's own time.
 */

/** 0 recorded, 1 its calls alone, 2 left out. */
export type FunctionState = 0 | 1 | 2;

export interface RememberedFunction {
  name: string;
  /** What its calls take, and what happens inside it; of what was left out, as it was when last seen. */
  boundaryNs: number;
  insideNs: number;
  state: FunctionState;
  /** Runs for which it stays as it is at least. */
  rest: number;
  /** Of how many runs the last rest was; doubled when it came back in vain. */
  penalty: number;
  /** The run after which it came back on trial; 0: none. */
  trial: number;
}

export interface RememberedFile {
  /** Relative to the root. */
  file: string;
  /** By place, see `placeOf`. */
  functions: Record<string, RememberedFunction>;
}

export interface Memory {
  /** Counts runs. */
  runs: number;
  /** Names the run that was counted last. */
  run: string;
  /** Share of the budget for which `state` was chosen. */
  share: number;
  /** Own time of the program that the rates rest upon, in nanoseconds. */
  ownNs: number;
  /** What no remembered function stands for: facts of requests, and all the functions that take next to nothing. */
  otherNs: number;
  /** `isEnded`: promises, timers and handles are not followed when a run begins. */
  following: { ns: number; isEnded: boolean };
  /** By hash of the source: a changed source is another one. */
  files: Record<string, RememberedFile>;
}

/** Functions of one program that are remembered; the costliest are. */
export const FUNCTIONS_MAX = 2_000;

export function emptyMemory(): Memory {
  return {
    runs: 0,
    run: '',
    share: 0,
    ownNs: 0,
    otherNs: 0,
    following: { ns: 0, isEnded: false },
    files: {},
  };
}

/** Raised when the meaning of a field changes. */
const VERSION = 1;

export function encodeMemory(memory: Memory): string {
  const files = Object.entries(memory.files).map(([hash, { file, functions }]) => [
    hash,
    file,
    Object.entries(functions).map(([place, f]) => [
      place,
      f.name,
      Math.round(f.boundaryNs),
      Math.round(f.insideNs),
      f.state,
      f.rest,
      f.penalty,
      f.trial,
    ]),
  ]);
  return JSON.stringify({ version: VERSION, ...memory, files });
}

/** Undefined for what is no memory of this version. */
export function decodeMemory(text: string): Memory | undefined {
  try {
    const { version, files, runs, run, share, ownNs, otherNs, following } = JSON.parse(text) as EncodedMemory;
    if (version !== VERSION || typeof run !== 'string' || typeof following.isEnded !== 'boolean') return undefined;
    if (![runs, share, ownNs, otherNs, following.ns].every(isAmount)) return undefined;
    const memory: Memory = { runs, run, share, ownNs, otherNs, following, files: {} };
    let count = 0;
    for (const [hash, file, functions] of files) {
      if (typeof hash !== 'string' || typeof file !== 'string') return undefined;
      const known: RememberedFile = { file, functions: {} };
      for (const [place, ...fields] of functions) {
        const one = decodeFunction(fields);
        if (one === undefined || typeof place !== 'string' || ++count > FUNCTIONS_MAX) return undefined;
        known.functions[place] = one;
      }
      memory.files[hash] = known;
    }
    return memory;
  } catch {
    return undefined;
  }
}

type EncodedFunction = [name: string, boundaryNs: number, insideNs: number, state: number, ...counts: number[]];

interface EncodedMemory extends Omit<Memory, 'files'> {
  version: number;
  files: [hash: string, file: string, functions: [place: string, ...EncodedFunction][]][];
}

function decodeFunction([name, ...numbers]: EncodedFunction): RememberedFunction | undefined {
  if (typeof name !== 'string' || numbers.length !== 6 || !numbers.every(isAmount)) return undefined;
  const [boundaryNs, insideNs, state, rest, penalty, trial] = numbers as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (state !== 0 && state !== 1 && state !== 2) return undefined;
  return { name, boundaryNs, insideNs, state, rest, penalty, trial };
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
