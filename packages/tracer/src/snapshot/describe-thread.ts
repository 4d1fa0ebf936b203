import {
  formatCall,
  parseCall,
  valueToJson,
  ValueDecoder,
  type Json,
  type SnapshotFrame,
  type SnapshotScope,
  type SnapshotThread,
} from '@execution-cinema/format';
import type { Recording, ServedThread, Site } from '@execution-cinema/store';
import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { recordedFrames, recordedState, restoreOptimised } from './recorded-frames.ts';
import { setOwn } from './set-own.ts';
import type { RawFrame, RawThread } from './read-thread.ts';
import { describeSuspended } from './suspended.ts';
import type { ThreadAnswer } from './thread-source.ts';

export interface DescribeContext {
  recording: Recording;
  root: string;
  /** A time of this process as a time of the recording. */
  recordingNs(timeNs: number): number;
  /** Describing what is suspended ends then, on `performance.now()`. */
  deadlineMs: number;
}

/** Turns what a thread has told into the documented shape. */
export function describeThread(raw: RawThread, thread: ServedThread, context: DescribeContext): SnapshotThread {
  const { answer } = raw;
  const told = decodeAnswers(raw);
  const open = openCalls(answer, thread, context.recording);
  const frames = raw.frames.map((frame, i) => {
    const place = answer?.places[i] ?? null;
    return describeFrame(frame, place, { open, told, thread, root: context.root });
  });
  const { suspended, omitted } = describeSuspended(answer?.sleepers, thread, context);
  const sinceNs = completeFrames(frames, raw, thread, context);
  const variablesOmitted = raw.others.reduce((sum, { answer: { omitted: some } }) => sum + some, 0);
  return {
    id: thread.id ?? 0,
    kind: thread.kind,
    name: thread.name,
    state: raw.state,
    ...(raw.unavailable === undefined ? {} : { unavailable: raw.unavailable }),
    ...(sinceNs === undefined ? {} : { sinceNs }),
    pausedMs: Math.round(raw.pausedMs * 1000) / 1000,
    frames,
    ...(raw.framesOmitted > 0 ? { framesOmitted: raw.framesOmitted } : {}),
    ...(variablesOmitted > 0 ? { variablesOmitted } : {}),
    suspended,
    ...(omitted > 0 ? { suspendedOmitted: omitted } : {}),
    resources: answer?.resources ?? {},
    handles: answer?.handles ?? [],
  };
}

/** Adds what only the recording knows. Gives the time of the last event of a thread that is blocked. */
function completeFrames(
  frames: SnapshotFrame[],
  { state }: RawThread,
  { id }: ServedThread,
  { recording, deadlineMs }: DescribeContext,
): number | undefined {
  if (id === undefined) return undefined;
  if (state === 'blocked') {
    const recorded = recordedState(recording, id, deadlineMs);
    if (recorded === undefined) return recording.chunks(id).at(-1)?.endNs;
    frames.push(...recordedFrames(recorded));
    return recorded.timeNs;
  }
  for (const frame of frames) {
    const call = frame.call === undefined ? undefined : parseCall(frame.call);
    if (call !== undefined) restoreOptimised(frame, recording, { ...call, line: frame.line }, deadlineMs);
  }
  return undefined;
}

/** What was read of a target: variables by name, or a value of its own. */
type Told = { variables: Record<string, Json> } | { value: Json };

function decodeAnswers({ others }: RawThread): Map<number, Told> {
  const told = new Map<number, Told>();
  for (const { targets, answer } of others) {
    const bytes = Buffer.from(answer.words, 'base64');
    const words = new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const decoder = new ValueDecoder(words, 0);
    for (const [i, count] of answer.counts.entries()) {
      if (count === -1) told.set(targets[i]!, { value: valueToJson(decoder.read()) });
      if (count < 0) continue;
      const variables: Record<string, Json> = {};
      for (let n = 0; n < count; n++) {
        const name = String(decoder.read());
        setOwn(variables, name, valueToJson(decoder.read()));
      }
      told.set(targets[i]!, { variables });
    }
  }
  return told;
}

interface OpenCall {
  site: Site;
  call: string;
}

function openCalls(answer: ThreadAnswer | undefined, thread: ServedThread, recording: Recording): OpenCall[] {
  if (answer === undefined || thread.id === undefined) return [];
  const resolver = recording.resolver(thread.id);
  return answer.openCalls.flatMap(({ site: id, call }) => {
    const site = resolver.resolve(id);
    return site === undefined ? [] : [{ site, call: formatCall(thread.id!, call) }];
  });
}

interface FrameContext {
  /** Recorded calls that have found no frame yet, innermost first. */
  open: OpenCall[];
  told: Map<number, Told>;
  thread: ServedThread;
  root: string;
}

function describeFrame(
  raw: RawFrame,
  place: [string, number, number] | null,
  { open, told, root }: FrameContext,
): SnapshotFrame {
  const [url, line, column] = raw.place;
  const file = shownFile(place?.[0] ?? url, root);
  const at = { file, line: place?.[1] ?? line + 1, column: place?.[2] ?? column };
  const found = place === null ? -1 : open.findIndex(({ site }) => isFrameOf(site, at, raw.function));
  const match = found < 0 ? undefined : open[found]!;
  // Calls that were passed over have no frame: V8 has inlined nothing away, but their text is not told apart.
  if (found >= 0) open.splice(0, found + 1);
  const self = told.get(raw.thisTarget);
  return {
    function: match?.site.function.name ?? (raw.function === '' ? '(anonymous)' : raw.function),
    ...at,
    instrumented: place !== null,
    ...(match === undefined ? {} : { call: match.call }),
    ...(self !== undefined && 'value' in self ? { this: self.value } : {}),
    scopes: raw.scopes.map(({ type, name, target }): SnapshotScope => {
      const scope = told.get(target);
      return { type, name, variables: scope !== undefined && 'variables' in scope ? scope.variables : {} };
    }),
  };
}

/** Whether a frame at this place, of a function of this name, can be that of the call. */
function isFrameOf({ function: entry, file }: Site, at: { file: string; line: number }, name: string): boolean {
  if (file !== at.file || at.line < entry.line || at.line > entry.endLine) return false;
  if (entry.kind === 'module') return name === '';
  const last = entry.name.slice(Math.max(entry.name.lastIndexOf('.'), entry.name.lastIndexOf('#')) + 1);
  return name === '' || name === last || last === '(anonymous)' || name === entry.name || name.endsWith(`.${last}`);
}

/** Relative to the root with `/` where it lies below it, as site tables have it. */
function shownFile(urlOrPath: string, root: string): string {
  let path = urlOrPath;
  try {
    if (urlOrPath.startsWith('file:')) path = fileURLToPath(urlOrPath);
  } catch {
    return urlOrPath;
  }
  if (!isAbsolute(path)) return path;
  const short = relative(root, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short.split(sep).join('/');
}
