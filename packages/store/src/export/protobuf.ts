/** Writers of inner messages, used again: a trace has millions. No more than messages lie inside each other. */
const spare: ProtoWriter[] = [];

/** Writes the wire format of Protocol Buffers: fields one after the other, messages inside each other as byte strings. */
export class ProtoWriter {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** A whole number from 0 up to 2^53; 64-bit fields of larger numbers take a bigint. */
  varint(field: number, value: number | bigint): this {
    this.raw(field * 8);
    if (typeof value === 'bigint') this.rawBig(value);
    else this.raw(value);
    return this;
  }

  text(field: number, value: string): this {
    return this.blob(field, Buffer.from(value, 'utf8'));
  }

  blob(field: number, value: Uint8Array): this {
    this.raw(field * 8 + 2);
    this.raw(value.length);
    this.room(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
    return this;
  }

  message(field: number, fill: (writer: ProtoWriter) => void): this {
    const inner = spare.pop() ?? new ProtoWriter();
    fill(inner.clear());
    this.blob(field, inner.written());
    spare.push(inner);
    return this;
  }

  /** What was written since the last `clear`, until more is written. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): this {
    this.length = 0;
    return this;
  }

  private raw(value: number): void {
    this.room(10);
    let left = value;
    while (left >= 0x80) {
      this.bytes[this.length++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.bytes[this.length++] = left;
  }

  private rawBig(value: bigint): void {
    this.room(10);
    let left = BigInt.asUintN(64, value);
    while (left >= 0x80n) {
      this.bytes[this.length++] = Number(left & 0x7fn) | 0x80;
      left >>= 7n;
    }
    this.bytes[this.length++] = Number(left);
  }

  private room(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + bytes));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
