import { EnginePool } from '../engine/engine-pool.ts';
import type { EngineData } from '../engine/messages.ts';
import type { Notice } from '../protocol.ts';
import { Tail } from './tail.ts';

/** A recording that pages look at: its engines, and who wants to hear of its growth. */
export class OpenRecording {
  readonly data: EngineData;
  readonly pool: EnginePool;
  /** Clients that have it open. */
  readonly users = new Set<object>();
  private readonly watchers = new Map<object, (notice: Notice) => void>();
  private readonly tail: Tail;
  private closing: NodeJS.Timeout | undefined;

  constructor(engineFile: URL, data: EngineData) {
    this.data = data;
    this.pool = new EnginePool(engineFile, data);
    this.tail = new Tail(data.file!, data.rec, (notice) => {
      for (const tell of this.watchers.values()) tell(notice);
    });
  }

  get running(): boolean {
    return this.tail.running;
  }

  /** Tells a client of what happens to the recording from now on. */
  watch(client: object, tell: (notice: Notice) => void): void {
    this.watchers.set(client, tell);
    this.tail.start();
  }

  unwatch(client: object): void {
    this.watchers.delete(client);
    if (this.watchers.size === 0) this.tail.stop();
  }

  /** Closes it when nobody has used it for a while. */
  leave(client: object, afterMs: number, closed: () => void): void {
    this.users.delete(client);
    this.unwatch(client);
    if (this.users.size > 0) return;
    this.closing = setTimeout(() => {
      closed();
      void this.close();
    }, afterMs);
    this.closing.unref();
  }

  use(client: object): void {
    clearTimeout(this.closing);
    this.users.add(client);
  }

  async close(): Promise<void> {
    clearTimeout(this.closing);
    this.tail.stop();
    await this.pool.close();
  }
}
