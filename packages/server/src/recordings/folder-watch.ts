import { readdirSync } from 'node:fs';

const INTERVAL_MS = 1_000;

/** Tells when recordings of a folder come, go, begin or end. A log beside a recording says that it is being written. */
export class FolderWatch {
  private readonly folder: string;
  private readonly changed: () => void;
  private timer: NodeJS.Timeout | undefined;
  private seen = '';

  constructor(folder: string, changed: () => void) {
    this.folder = folder;
    this.changed = changed;
  }

  start(): void {
    if (this.timer) return;
    this.seen = this.look();
    this.timer = setInterval(() => {
      const now = this.look();
      if (now === this.seen) return;
      this.seen = now;
      this.changed();
    }, INTERVAL_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): string {
    try {
      return readdirSync(this.folder)
        .filter((name) => /\.db(-wal)?$/.test(name) && !name.includes('.index.db'))
        .join('\n');
    } catch {
      return '';
    }
  }
}
