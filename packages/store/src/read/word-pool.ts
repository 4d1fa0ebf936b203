/** What holds words of the pool, until it needs the room for others: then they are undefined. */
export interface WordHolder {
  held: Int32Array | undefined;
  /** When it was used last, as `WordPool.now` said. */
  usedAt: number;
}

interface Slot {
  buffer: ArrayBuffer;
  holder: WordHolder | undefined;
}

/** Room is made in steps of that many bytes. */
const STEP_BYTES = 65_536;

/**
 * Memory for the words of a few chunks, used again and again: buffers of a megabyte that come and go by the hundred make
 * the collector go through the whole heap each time they add up.
 */
export class WordPool {
  private readonly slots: Slot[] = [];
  private readonly most: number;
  private time = 0;

  /** Room for the words of at most so many holders. */
  constructor(most: number) {
    this.most = most;
  }

  get now(): number {
    return ++this.time;
  }

  /** Words for a holder to fill in. Who has used its own for the longest time loses them, when there is no room left. */
  place(holder: WordHolder, words: number): Int32Array {
    const slot = this.freeSlot();
    if (slot.holder) slot.holder.held = undefined;
    if (slot.buffer.byteLength < 4 * words) {
      slot.buffer = new ArrayBuffer(Math.ceil((4 * words) / STEP_BYTES) * STEP_BYTES);
    }
    slot.holder = holder;
    holder.usedAt = this.now;
    return (holder.held = new Int32Array(slot.buffer, 0, words));
  }

  /** The holder does not need its words any more. */
  release(holder: WordHolder): void {
    const slot = this.slots.find((candidate) => candidate.holder === holder);
    if (slot) slot.holder = holder.held = undefined;
  }

  private freeSlot(): Slot {
    const free = this.slots.find(({ holder }) => holder === undefined);
    if (free) return free;
    if (this.slots.length === this.most) {
      return this.slots.reduce((a, b) => (a.holder!.usedAt <= b.holder!.usedAt ? a : b));
    }
    const slot = { buffer: new ArrayBuffer(0), holder: undefined };
    this.slots.push(slot);
    return slot;
  }
}
