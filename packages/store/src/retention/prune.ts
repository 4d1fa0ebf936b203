import { deleteRecording, listRecordings, recordingState, type RecordingFile } from './recordings.ts';

export interface PruneOptions {
  folder: string;
  /** Delete the oldest until all recordings of the folder together take at most this. */
  keepTotalBytes?: number;
  /** Delete all that were last written before this moment, milliseconds since 1970. */
  beforeMs?: number;
  /** Never delete these (absolute paths). */
  except?: readonly string[];
  /** Only say what would be deleted. */
  dryRun?: boolean;
}

export interface PruneResult {
  deleted: RecordingFile[];
  kept: RecordingFile[];
  /** Should have gone, but are being written or cannot be read: the reason for each. */
  spared: { file: string; reason: string }[];
  deletedBytes: number;
  keptBytes: number;
}

/** Deletes old recordings of a folder, oldest first. One that a living process writes to is never deleted. */
export function prune(options: PruneOptions): PruneResult {
  const recordings = listRecordings(options.folder);
  const result: PruneResult = { deleted: [], kept: [...recordings], spared: [], deletedBytes: 0, keptBytes: 0 };
  result.keptBytes = recordings.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const recording of recordings.toReversed()) {
    const old = recording.changedMs < (options.beforeMs ?? -Infinity);
    const excess = result.keptBytes > (options.keepTotalBytes ?? Infinity);
    if ((!old && !excess) || options.except?.includes(recording.file)) continue;
    const reason = whyNot(recording.file);
    if (reason !== undefined) {
      result.spared.push({ file: recording.file, reason });
      continue;
    }
    if (!options.dryRun) deleteRecording(recording.file);
    result.deleted.push(recording);
    result.kept.splice(result.kept.indexOf(recording), 1);
    result.deletedBytes += recording.bytes;
    result.keptBytes -= recording.bytes;
  }
  return result;
}

function whyNot(file: string): string | undefined {
  try {
    return recordingState(file) === 'running' ? 'it is being recorded' : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
