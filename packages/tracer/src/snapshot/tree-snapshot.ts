import { SNAPSHOT_VERSION, type Snapshot, type SnapshotProcess } from '@execution-cinema/format';
import { processState, type RecorderAccess } from '@execution-cinema/store';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from '../control/ask.ts';
import { variableExamples } from './examples.ts';
import type { ProcessReader } from './process-snapshot.ts';
import { Deadline } from './deadline.ts';

/** Other processes have so long to tell of themselves; on a machine with too much to do, up to the second. */
const OTHERS_MS = 950;
const OTHERS_WALL_MS = 5_000;
/** Waiting for somebody else's lock on the recording, in all. */
const LOCKED_MS = 2_000;
const RETRY_MS = 20;

export interface TakenSnapshot {
  /** Row in `snapshots`; null when the recording could not take it. */
  id: number | null;
  /** The same as a file of its own. */
  file: string;
  snapshot: Snapshot;
}

/** Takes a snapshot of every process of the recording and stores it: a row of `snapshots`, and a file beside. */
export async function takeSnapshot(
  access: RecorderAccess,
  reader: ProcessReader,
  { pid, reason }: { pid: number; reason: string },
): Promise<TakenSnapshot> {
  const timeNs = access.nowNs();
  const others = otherProcesses(access, pid);
  const deadline = new Deadline(OTHERS_MS, OTHERS_WALL_MS);
  const [own, ...rest] = await Promise.all([
    reader.read(),
    ...others.map((process) => readOther(process, deadline)),
  ]).finally(() => deadline.end());
  const processes = [own, ...rest].sort((a, b) => a.id - b.id);
  const snapshot: Snapshot = {
    version: SNAPSHOT_VERSION,
    reason,
    timeNs,
    processes,
    variable_examples: variableExamples(processes),
  };
  const id = await store(access, snapshot);
  return { id: id ?? null, file: writeBeside(access.file, id, snapshot), snapshot };
}

type Other = Pick<SnapshotProcess, 'id' | 'pid' | 'argv'>;

function otherProcesses(access: RecorderAccess, own: number): Other[] {
  const recording = access.reader();
  const meta = recording.meta();
  return recording
    .processes()
    .filter(({ pid, complete, startNs }) => {
      if (pid === own || complete) return false;
      return processState({ pid, complete: 0, start_ns: startNs }, meta) === 'running';
    })
    .map(({ id, pid, argv }) => ({ id, pid, argv }));
}

async function readOther(other: Other, deadline: Deadline): Promise<SnapshotProcess> {
  const notRead = (unavailable: string): SnapshotProcess => ({ ...other, threads: [], unavailable });
  const answer = ask(other.pid, { type: 'collect' }, { timeoutMs: OTHERS_WALL_MS });
  try {
    return (await deadline.race(answer)) ?? notRead('it did not answer in time');
  } catch (error) {
    return notRead(error instanceof Error ? error.message : String(error));
  } finally {
    answer.catch(() => undefined);
  }
}

async function store(access: RecorderAccess, snapshot: Snapshot): Promise<number | undefined> {
  const json = JSON.stringify(snapshot);
  const until = performance.now() + LOCKED_MS;
  for (;;) {
    const id = access.addSnapshot(snapshot.timeNs, snapshot.reason, json);
    if (id !== undefined || performance.now() > until) return id;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

/** `<recording>.snapshots/<id>.json`, complete or not there; one that the recording could not take gets a name of its own. */
function writeBeside(recording: string, id: number | undefined, snapshot: Snapshot): string {
  const folder = `${recording}.snapshots`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = id ?? `unstored-${readdirSync(folder).length + 1}`;
  const file = join(folder, `${name}.json`);
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(snapshot, undefined, 1)}\n`, { mode: 0o600 });
  renameSync(draft, file);
  return file;
}
