import { isBusy } from '../driver/sqlite-codes.ts';
import type { Database } from '../driver/types.ts';
import { pragmaNumber } from '../schema/migrations.ts';
import { ChunkPruner, FLOOR_BYTES_MAX } from './prune-chunks.ts';

/** Room for what is written between two looks. */
const SLACK_BYTES_MAX = 16 * 1024 * 1024;
/** One step frees at most this much, so that the recorder is not away for long. */
const STEP_BYTES_MAX = 32 * 1024 * 1024;

/**
 * The flight recorder: holds a recording, its write-ahead log counted, below a number of bytes by deleting the oldest
 * chunks. SQLite writes new chunks into the pages that become free, so the file stays as it is instead of shrinking.
 */
export class Keeper {
  /** How large the log may grow within the limit. */
  readonly logBytesMax: number;
  private readonly db: Database;
  private readonly pruner: ChunkPruner;
  private readonly pageBytes: number;
  private readonly liveBytesMax: number;
  private readonly slackBytes: number;

  constructor(db: Database, keepBytes: number, logBytesMax: number) {
    this.db = db;
    this.pruner = new ChunkPruner(db);
    this.pageBytes = pragmaNumber(db, 'page_size');
    this.logBytesMax = Math.min(logBytesMax, Math.floor(keepBytes / 5));
    this.slackBytes = Math.min(SLACK_BYTES_MAX, Math.floor(keepBytes / 8));
    // A commit that is under way when the log reaches its size still goes in: a half more is allowed for.
    this.liveBytesMax = keepBytes - this.logBytesMax * 1.5 - this.slackBytes;
  }

  /**
   * One look, and one step when it is time. Returns what was done: `full` means that the limit cannot be held, since
   * all that is left is what must be kept (floors, modules).
   */
  step(): 'nothing' | 'pruned' | 'full' | 'locked' {
    const excess = this.liveBytes() - this.liveBytesMax;
    if (excess <= 0) return 'nothing';
    const wanted = Math.min(excess + this.slackBytes / 2, STEP_BYTES_MAX);
    try {
      const freed = this.db.transaction(() => this.pruner.prune(wanted, this.floorBytes()), 'immediate');
      return freed > 0 ? 'pruned' : 'full';
    } catch (error) {
      if (isBusy(error)) return 'locked';
      throw error;
    }
  }

  private liveBytes(): number {
    return (pragmaNumber(this.db, 'page_count') - pragmaNumber(this.db, 'freelist_count')) * this.pageBytes;
  }

  /** All floors together take at most a quarter of the recording. */
  private floorBytes(): number {
    const threads = this.db.prepare('SELECT count(*) n FROM threads').get<{ n: number }>()!.n;
    return Math.min(FLOOR_BYTES_MAX, this.liveBytesMax / 4 / Math.max(1, threads));
  }
}
