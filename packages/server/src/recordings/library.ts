import { EnginePool } from '../engine/engine-pool.ts';
import { ServerError } from '../errors.ts';
import type { RecordingFolder } from './folder.ts';
import { OpenRecording } from './open-recording.ts';

/** Recordings with engines at the same time; one more closes the one that nobody uses, or is refused. */
const OPEN_MAX = 8;
/** How long engines outlive the last page: a page that is reloaded finds them warm. */
const LINGER_MS = 60_000;

/** The recordings that are open, and the engine that lists the folder. */
export class Library {
  readonly folder: RecordingFolder;
  private readonly engineFile: URL;
  private readonly open = new Map<string, OpenRecording>();
  private lister: EnginePool | undefined;

  constructor(folder: RecordingFolder, engineFile: URL) {
    this.folder = folder;
    this.engineFile = engineFile;
  }

  /** Answers questions about the folder. */
  get folderPool(): EnginePool {
    this.lister ??= new EnginePool(this.engineFile, {
      file: null,
      rec: '',
      folder: this.folder.path,
      others: this.folder.others,
    });
    return this.lister;
  }

  /** Opens a recording for a client. Throws NO_SUCH_RECORDING, BUSY. */
  use(rec: string, client: object): OpenRecording {
    const file = this.folder.fileOf(rec);
    let recording = this.open.get(rec);
    if (!recording) {
      this.makeRoom();
      const data = { file, rec, folder: this.folder.path, others: this.folder.others };
      recording = new OpenRecording(this.engineFile, data);
      this.open.set(rec, recording);
    }
    recording.use(client);
    return recording;
  }

  private makeRoom(): void {
    if (this.open.size < OPEN_MAX) return;
    for (const [rec, recording] of this.open) {
      if (recording.users.size > 0) continue;
      this.open.delete(rec);
      void recording.close();
      return;
    }
    throw new ServerError('BUSY', `${OPEN_MAX} recordings are open`);
  }

  /** A client is gone. */
  leave(client: object): void {
    for (const [rec, recording] of this.open) {
      if (recording.users.has(client)) recording.leave(client, LINGER_MS, () => this.open.delete(rec));
    }
  }

  async close(): Promise<void> {
    const all = [...this.open.values()];
    this.open.clear();
    await Promise.all([this.lister?.close(), ...all.map((recording) => recording.close())]);
  }
}
