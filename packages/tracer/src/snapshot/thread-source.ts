import type { Runtime } from '@execution-cinema/runtime';
import { fileURLToPath } from 'node:url';
import { turnPort } from '../preload/recorder-worker.ts';
import type { LoadedScripts } from '../positions/loaded-scripts.ts';
import { createHandleReader, type Resources } from './handles.ts';

/*
 * What the recorder calls in a traced thread, through the inspector, while that thread is stopped or idle. It runs in
 * the middle of the program: nothing here may throw, or run code of the program, or leave a trace.
 */

/** Property of what the runtime's symbol holds. */
export const SOURCE_PROPERTY = 'snapshotSource';

/** Where V8 says a frame stands: 0-based line and column of what it compiled. */
export type RawPlace = readonly [url: string, line: number, column: number];

/** What a thread tells of itself; see `ReadScopes`. */
export interface ThreadAnswer extends Resources {
  thread: number;
  nowNs: number;
  words: string;
  counts: number[];
  omitted: number;
  /** Original places of the frames asked for; null for those that are not instrumented. */
  places: ([file: string, line: number, column: number] | null)[];
  openCalls: ReturnType<Runtime['openCalls']>;
  sleepers: ReturnType<Runtime['sleepers']>;
  readMs: number;
}

export interface SnapshotSource {
  /** `question`: a `Question` as JSON; then the targets. Answers with a `ThreadAnswer` as JSON. */
  read(question: string, ...targets: unknown[]): string;
}

export interface Question {
  places: RawPlace[];
  /** Per target: `s` a scope, `v` a value. */
  kinds: string;
  /** Values of other realms only: everything else has been answered. */
  valuesOnly: boolean;
  sleepersMax: number;
}

export interface SourceParts {
  thread: number;
  runtime: Runtime;
  scripts: LoadedScripts;
  nowNs(): number;
}

const { parse, stringify } = JSON;

/** Makes what the recorder finds in this thread. Call before the program runs. */
export function createSnapshotSource({ thread, runtime, scripts, nowNs }: SourceParts): SnapshotSource {
  const readHandles = createHandleReader(turnPort);
  const { now } = performance;
  const clock = now.bind(performance);

  const placeOf = ([url, line, column]: RawPlace): [string, number, number] | null => {
    const script = scripts.find(url) ?? scripts.find(pathOf(url));
    if (script === undefined) return null;
    const place = script.original(line + 1, column);
    return [script.script.file, place.line, place.column];
  };

  const answer = (question: Question, targets: unknown[]): Partial<ThreadAnswer> => {
    const startMs = clock();
    const kinds = [...question.kinds].map((kind) => (kind === 's' ? 'scope' : 'value'));
    // What only the recording knows of these frames is looked up there.
    runtime.publish();
    const values = runtime.readScopes(targets, kinds);
    if (question.valuesOnly) return { ...values };
    return {
      ...values,
      ...readHandles(),
      thread,
      nowNs: nowNs(),
      openCalls: runtime.openCalls(),
      sleepers: runtime.sleepers(question.sleepersMax),
      places: question.places.map(placeOf),
      readMs: clock() - startMs,
    };
  };

  return {
    read(question, ...targets) {
      try {
        return stringify(answer(parse(question) as Question, targets));
      } catch (error) {
        return stringify({ error: `${error as string}` });
      }
    },
  };
}

/** ES modules are known by URL, CommonJS by path; the inspector names both by URL. */
function pathOf(url: string): string {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : url;
  } catch {
    return url;
  }
}
