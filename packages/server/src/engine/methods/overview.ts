import {
  eventsWithoutRows,
  levelName,
  recordingInfo,
  type ChunkInfo,
  type Fact,
  type Recording,
  type RecordingInfo,
} from '@execution-cinema/store';
import type { Overview, ProcessView, SkippedView } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { pageOf } from '../views/basics.ts';
import { sumsOf, threadView } from '../views/thread-view.ts';
import type { Answer } from './method.ts';
import { startingPoint } from './starting-point.ts';

export const overview: Answer<'overview'> = (context) => {
  const described = describe(context, recordingInfo(context.recording));
  return { ...described, facts: { ...described.facts, ...countRows(context) } };
};

export const open: Answer<'open'> = (context) => {
  const info = recordingInfo(context.recording);
  const described = describe(context, info);
  return {
    overview: described,
    start: startingPoint(context.recording, described),
    running: info.state === 'running',
  };
};

export const skipped: Answer<'skipped'> = (context, params) => {
  const all = recordingInfo(context.recording).skipped.map<SkippedView>((entry) => ({
    file: entry.file,
    function: entry.function ?? null,
    line: entry.line,
    reason: entry.reason,
  }));
  return pageOf(all, params);
};

function describe(context: EngineContext, info: RecordingInfo): Overview {
  const { recording } = context;
  const { functions } = info;
  return {
    rec: context.data.rec,
    state: info.state,
    startedAt: info.startedAt,
    durationNs: info.durationNs,
    bytes: info.bytes,
    root: info.root,
    toolVersion: info.toolVersion,
    clock: info.clock,
    processes: info.processes.map(processView),
    threads: info.threads.map((row) => threadView(row, sumsOf(recording.chunks(row.id)))),
    events: info.events,
    calls: info.calls,
    throws: info.throws,
    maxDepth: info.maxDepth,
    functions,
    modules: info.modules,
    modulesSkipped: info.modulesSkipped,
    skippedReasons: Object.entries(info.skippedReasons).map(([reason, count]) => ({ reason, count })),
    gaps: info.gaps.map(({ threadId, timeNs, event, dropped, reason }) => ({
      thread: threadId,
      timeNs,
      event,
      dropped,
      reason,
    })),
    pruned: info.pruned.map(({ threadId, events, calls, startNs, endNs }) => ({
      thread: threadId,
      events,
      calls,
      span: { fromNs: startNs, toNs: endNs },
    })),
    notes: info.notes.map(({ processId, timeNs, kind, text }) => ({ process: processId, timeNs, kind, text })),
    overheadNs: info.events.produced * EVENT_COST_NS,
    beginNs: beginOf(recording),
    facts: { logs: null, exceptions: null, requests: null, snapshots: countSnapshots(context) },
  };
}

/**
 * A recording does not know how fast the program is without it. An event costs about as much wherever there are many of
 * them: 36 to 41 ns for a parser at both levels (docs/PERFORMANCE.md), 8 for calls with one integer.
 */
const EVENT_COST_NS = 40;

/** The first event of all. A chunk says since when it was open: what Node did before the first event counts as its time. */
function beginOf(recording: Recording): number | null {
  const firsts = recording.threads().flatMap(({ id: thread }) => {
    const info = recording.chunks(thread).find(({ events }) => events > 0);
    return info ? [{ thread, info }] : [];
  });
  let begin: number | null = null;
  for (const { thread, info } of firsts.sort((a, b) => a.info.startNs - b.info.startNs)) {
    if (begin !== null && info.startNs >= begin) break;
    const timeNs = firstTime(recording, thread, info);
    begin = Math.min(begin ?? timeNs, timeNs);
  }
  return begin;
}

/** Events looked at for one with a time of its own: before it, times are guessed from when the chunk was opened. */
const UNTIMED_MAX = 16;

function firstTime(recording: Recording, thread: number, info: ChunkInfo): number {
  const chunk = recording.tryChunk(thread, info);
  if (typeof chunk === 'string') return info.startNs;
  let looked = 0;
  for (const { timeExact, timeNs } of chunk.events()) {
    if (timeExact) return timeNs;
    if (++looked === UNTIMED_MAX) break;
  }
  return info.startNs;
}

/** Counts of rows, where all of their kind are built; null else. */
function countRows({ recording, sidecar: { db } }: EngineContext): Partial<Overview['facts']> {
  const count = (table: string, fact: Fact): number | null =>
    eventsWithoutRows(recording, db, fact) === 0
      ? (db.prepare(`SELECT count(*) AS n FROM ${table}`).get<{ n: number }>()?.n ?? 0)
      : null;
  return {
    logs: count('logs', 'output'),
    exceptions: count('exception_rows', 'throws'),
    requests: count('request_rows', 'links'),
  };
}

function processView(row: RecordingInfo['processes'][number]): ProcessView {
  const { id, pid, parentId, argv, cwd, node, startNs, endNs, exitCode, signal, state, config } = row;
  return { id, pid, parentId, argv, cwd, node, startNs, endNs, exitCode, signal, state, level: levelOf(config) };
}

function levelOf(config: unknown): string {
  const level = (config as { level?: unknown } | null)?.level;
  return typeof level === 'string' ? level : typeof level === 'number' ? levelName(level) : '';
}

function countSnapshots({ recording }: EngineContext): number {
  return recording.db.prepare('SELECT count(*) AS n FROM snapshots').get<{ n: number }>()?.n ?? 0;
}
