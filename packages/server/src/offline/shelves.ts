import { deflateRawSync } from 'node:zlib';
import { encodeFrame } from '../protocol/frames.ts';
import type { Shelf } from '../protocol.ts';

/** Takes answers in and packs each shelf once nothing more comes to it. */
export class Shelves {
  private readonly open = new Map<string, Shelf>();
  private readonly packed = new Map<string, string>();
  bytes = 0;

  get(name: string): Shelf {
    let shelf = this.open.get(name);
    if (!shelf) this.open.set(name, (shelf = {}));
    return shelf;
  }

  /** Packs all shelves, or those whose name begins so. */
  pack(prefix = ''): void {
    for (const [name, shelf] of this.open) {
      if (!name.startsWith(prefix)) continue;
      const frame = encodeFrame(shelf);
      const text = deflateRawSync(frame, { level: 9 }).toString('base64');
      this.packed.set(name, text);
      this.bytes += text.length;
      this.open.delete(name);
    }
  }

  all(): Record<string, string> {
    this.pack();
    return Object.fromEntries(this.packed);
  }
}
