import { INELIGIBLE_REASONS } from '@execution-cinema/format';
import type { ProcessState } from '../schema/process-state.ts';
import { bytesOf, durationNs, stateOfRecording, stateOfProcess } from './catalog.ts';
import type { Gap, Note, ProcessRow, Pruned, Recording, ThreadRow } from './recording.ts';
import type { ModuleInfo } from './sites.ts';

/** What is not instrumented, and why. */
export interface Skipped {
  file: string;
  /** A function of the file, or undefined for the whole file. */
  function: string | undefined;
  line: number;
  reason: string;
}

export interface RecordingInfo {
  file: string;
  state: ProcessState;
  startedAt: string;
  durationNs: number;
  bytes: number;
  root: string;
  toolVersion: string;
  clock: string;
  formatVersion: string;
  processes: (ProcessRow & { state: ProcessState })[];
  threads: ThreadRow[];
  /** Events of all threads: produced = stored + dropped + pruned. */
  events: { produced: number; stored: number; dropped: number; pruned: number };
  calls: number;
  throws: number;
  maxDepth: number;
  modules: number;
  modulesSkipped: number;
  functions: {
    /** Functions of the files that were selected for recording. */
    eligible: number;
    instrumented: number;
    /** By level at start: off, boundaries, locals, expressions. */
    byLevel: Record<string, number>;
  };
  skipped: Skipped[];
  /** How often each reason occurs, most frequent first. */
  skippedReasons: Record<string, number>;
  gaps: Gap[];
  notes: Note[];
  /** What the flight recorder has deleted. */
  pruned: Pruned[];
}

const LEVEL_NAMES = ['off', 'boundaries', 'locals', 'expressions'] as const;

/** Name of a level number. */
export function levelName(level: number): string {
  return LEVEL_NAMES[level] ?? 'off';
}

/** What is in a recording. Reads every site table, but no chunk. */
export function recordingInfo(recording: Recording): RecordingInfo {
  const meta = recording.meta();
  const processes = recording.processes();
  const threads = recording.threads();
  const modules = recording.moduleIds().map((id) => recording.module(id)!);
  const chunks = threads.flatMap((thread) => recording.chunks(thread.id));
  const sum = (of: (thread: ThreadRow) => number): number => threads.reduce((total, thread) => total + of(thread), 0);
  const skipped = modules.flatMap(skippedIn);
  return {
    file: recording.file,
    state: stateOfRecording(processes, meta),
    startedAt: meta['started_at'] ?? '',
    durationNs: durationNs(recording),
    bytes: bytesOf(recording.file),
    root: meta['root'] ?? '',
    toolVersion: meta['tool_version'] ?? '',
    clock: meta['clock'] ?? '',
    formatVersion: meta['format_version'] ?? '',
    processes: processes.map((row) => ({ ...row, state: stateOfProcess(row, meta) })),
    threads,
    events: {
      produced: sum((thread) => thread.produced),
      stored: sum((thread) => thread.stored),
      dropped: sum((thread) => thread.dropped),
      pruned: sum((thread) => thread.pruned),
    },
    calls: chunks.reduce((total, chunk) => total + chunk.calls, 0),
    throws: chunks.reduce((total, chunk) => total + chunk.throws, 0),
    maxDepth: chunks.reduce((deepest, chunk) => Math.max(deepest, chunk.maxDepth), 0),
    modules: modules.length,
    modulesSkipped: modules.filter((module) => module.skippedReason !== null).length,
    functions: countFunctions(modules),
    skipped,
    skippedReasons: countReasons(skipped),
    gaps: recording.gaps(),
    notes: recording.notes(),
    pruned: recording.pruned(),
  };
}

function skippedIn(module: ModuleInfo): Skipped[] {
  if (module.skippedReason !== null) {
    return [{ file: module.file, function: undefined, line: 0, reason: module.skippedReason }];
  }
  return (module.sites?.skipped ?? []).map(({ name, line, reason }) => ({
    file: module.file,
    function: name,
    line,
    reason,
  }));
}

function countFunctions(modules: readonly ModuleInfo[]): RecordingInfo['functions'] {
  const byLevel: Record<string, number> = {};
  let instrumented = 0;
  let eligible = 0;
  for (const module of modules) {
    // The code of the module itself is no function that anybody wrote.
    const own = (module.sites?.functions ?? []).filter(({ kind }) => kind !== 'module');
    for (const { level } of own) byLevel[levelName(level)] = (byLevel[levelName(level)] ?? 0) + 1;
    instrumented += own.length;
    const skipped = module.sites?.skipped ?? [];
    const ineligible = skipped.filter(({ reason }) => INELIGIBLE_REASONS.has(reason)).length;
    eligible += Math.max(module.functions, own.length + skipped.length) - ineligible;
  }
  return { eligible, instrumented, byLevel };
}

function countReasons(skipped: readonly Skipped[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
