const BLOCK_BYTES = 2 ** 18;
/** Bytes of UTF-8 that one UTF-16 unit takes at most. */
const BYTES_PER_UNIT_MAX = 3;

/** Gathers texts and bytes in few blocks: a chunk has a hundred thousand pieces, each an object of its own otherwise. */
export class ByteSink {
  private blocks: Uint8Array[] = [];
  private block = Buffer.alloc(0);
  private used = 0;

  /** Copies what it is given. */
  add(piece: string | Uint8Array): void {
    const isText = typeof piece === 'string';
    const room = isText ? piece.length * BYTES_PER_UNIT_MAX : piece.length;
    if (room > this.block.length - this.used) {
      this.cut();
      this.block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, room));
    }
    if (isText) this.used += this.block.write(piece, this.used, 'utf8');
    else {
      this.block.set(piece, this.used);
      this.used += piece.length;
    }
  }

  /** What was added since the last time; it is the caller's. */
  take(): Uint8Array[] {
    this.cut();
    const { blocks } = this;
    this.blocks = [];
    return blocks;
  }

  private cut(): void {
    if (this.used > 0) this.blocks.push(this.block.subarray(0, this.used));
    this.block = this.block.subarray(this.used);
    this.used = 0;
  }
}
