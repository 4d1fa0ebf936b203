import { levelName, recordingInfo, type RecordingInfo } from '@execution-cinema/store';
import type { Overview, ProcessView, SkippedView } from '../../protocol.ts';
import type { EngineContext } from '../context.ts';
import { pageOf } from '../views/basics.ts';
import { sumsOf, threadView } from '../views/thread-view.ts';
import type { Answer } from './method.ts';
import { startingPoint } from './starting-point.ts';

export const overview: Answer<'overview'> = (context) => describe(context, recordingInfo(context.recording));

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
    overhead: null,
    facts: { logs: null, exceptions: null, requests: null, snapshots: countSnapshots(context) },
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
