import { statSync } from 'node:fs';
import {
  buildRows,
  DetailReader,
  type Fact,
  openSidecar,
  readRecording,
  refreshFacts,
  seekLookup,
  SiteCounts,
  type Progress,
  type Recording,
  type RowGroup,
  type SeekLookup,
  type Sidecar,
} from '@execution-cinema/store';
import { ServerError } from '../errors.ts';
import type { Span } from '../protocol.ts';
import type { EngineData } from './messages.ts';
import type { Job } from './job.ts';
import { SourceMaps } from './complexity.ts';
import { StepsCache } from './steps-cache.ts';

/** The recording of an engine, opened at the first question and looked at afresh before each. */
export class EngineContext {
  readonly data: EngineData;
  private opened: { recording: Recording; inode: number; dataVersion: number } | undefined;
  private openedSidecar: Sidecar | undefined;
  /** It remembers what it was asked. */
  private lookup: SeekLookup | undefined;
  private openedDetail: DetailReader | undefined;
  private counts: SiteCounts | undefined;
  private maps: SourceMaps | undefined;
  private compared: EngineContext | undefined;
  readonly steps = new StepsCache();
  /** Another object whenever the recording has grown: key of what was worked out. */
  generation: object = {};

  constructor(data: EngineData) {
    this.data = data;
  }

  /** Throws RECORDING_GONE when it is not the file any more that was opened. */
  get recording(): Recording {
    const file = this.data.file!;
    const inode = statSync(file, { throwIfNoEntry: false })?.ino;
    if (inode === undefined || (this.opened && this.opened.inode !== inode)) {
      this.close();
      throw new ServerError('RECORDING_GONE', this.data.rec);
    }
    if (!this.opened) {
      const recording = readRecording(file);
      this.opened = { recording, inode, dataVersion: dataVersion(recording) };
    }
    return this.opened.recording;
  }

  get sidecar(): Sidecar {
    this.openedSidecar ??= openSidecar(this.recording);
    return this.openedSidecar;
  }

  get detail(): DetailReader {
    this.openedDetail ??= new DetailReader(this.recording, this.sidecar.db);
    return this.openedDetail;
  }

  get siteCounts(): SiteCounts {
    this.counts ??= new SiteCounts(this.recording);
    return this.counts;
  }

  get sourceMaps(): SourceMaps {
    this.maps ??= new SourceMaps(this.recording);
    return this.maps;
  }

  /** What the seek index tells, as far as it is built. */
  get index(): SeekLookup {
    this.lookup ??= seekLookup(this.sidecar.db);
    return this.lookup;
  }

  /** Brings the rows of these groups up to date, of the whole recording or of a span of time or for a list of facts. */
  buildRows(
    job: Job,
    groups: readonly RowGroup[],
    { span, fact }: { span?: Span | undefined; fact?: Fact } = {},
  ): void {
    const { recording, sidecar } = this;
    refreshFacts(recording, sidecar.db);
    buildRows(recording, sidecar.db, {
      groups,
      onProgress: storeProgress(job, 'indexing calls'),
      ...(span && { range: span }),
      ...(fact && !span && { fact }),
    });
  }

  /** Another recording that this one is compared with; the last one stays open. */
  other(file: string): EngineContext {
    if (this.compared?.data.file !== file) {
      this.compared?.close();
      this.compared = new EngineContext({ ...this.data, file, rec: file });
    }
    void this.compared.recording;
    this.compared.refresh();
    return this.compared;
  }

  /** Takes in what was added to the recording since the last question. Returns whether there was anything. */
  refresh(): boolean {
    const { opened } = this;
    if (!opened) return true;
    const version = dataVersion(opened.recording);
    if (version === opened.dataVersion) return false;
    opened.dataVersion = version;
    this.generation = {};
    this.lookup = undefined;
    this.maps = undefined;
    this.steps.clear();
    if (this.openedDetail) this.openedDetail.refresh();
    else opened.recording.refresh();
    return true;
  }

  close(): void {
    this.compared?.close();
    this.openedSidecar?.close();
    this.opened?.recording.close();
    this.openedSidecar = undefined;
    this.lookup = undefined;
    this.compared = undefined;
    this.openedDetail = undefined;
    this.counts = undefined;
    this.maps = undefined;
    this.steps.clear();
    this.opened = undefined;
  }
}

/** Changes whenever somebody else has committed. */
function dataVersion(recording: Recording): number {
  return recording.db.prepare('PRAGMA data_version').get<{ data_version: number }>()?.data_version ?? 0;
}

/** The store's reports of progress as those of a job; a cancelled job ends there. */
export function storeProgress(job: Job, what = 'reading events'): (progress: Progress) => void {
  return ({ doneEvents, totalEvents }) => job.progress(what, doneEvents, totalEvents);
}
