import { FORMAT_VERSION, H, K, R, T } from '@execution-cinema/format';

const TIME_WORDS_MAX = 3;

/**
 * A traced thread for tests: writes calls into a ring as format/ring-layout.ts says, the plain way. One frame deep, so
 * that chunk headers list no frames. Times are counted by hand (`timeNs`).
 */
export class FakeWriter {
  readonly ring: SharedArrayBuffer;
  readonly words: Int32Array;
  /** Drop instead of waiting for a slot. */
  dropping = false;
  produced = 0;
  dropped = 0;
  calls = 0;
  private objects = 0;
  timeNs = 0;
  private readonly slots: number;
  private readonly slotWords: number;
  private chunk = -1;
  private droppedBefore = 0;
  private start = 0;
  private control = 0;
  private position = 0;
  private events = 0;
  private chunkCalls = 0;
  private throws = 0;
  private timeWritten = 0;

  constructor(slots = 4, slotWords = 4096) {
    this.ring = R.allocateRing(slots, slotWords);
    this.words = new Int32Array(this.ring);
    this.slots = slots;
    this.slotWords = slotWords;
  }

  /** One call with a small integer as argument and result: two events. */
  call(site: number, argument: number): void {
    this.event(() => {
      this.put(K.ENTER_0 + 1, site);
      this.words[this.position++] = ((argument << 8) | 4) >>> 0;
    }, true);
    this.event(() => this.put(K.LEAVE_SMI, argument & 0xffffff));
  }

  /** A call with an object of that many properties as argument: two events. */
  callWithObject(site: number, properties: number): void {
    this.event(() => {
      this.put(K.ENTER_0 + 1, site);
      this.words.set([T.OBJECT | (properties << 8), ++this.objects, T.STRING_REF], this.position);
      this.position += 3;
      for (let i = 0; i < properties; i++) {
        this.words.set([T.STRING_REF, T.TRUE], this.position);
        this.position += 2;
      }
    }, true);
    this.event(() => this.put(K.LEAVE_UNDEFINED, 0));
  }

  /** A call with a text that the chunk has not had yet. */
  callWithText(site: number, chars: number): void {
    this.event(() => {
      this.put(K.ENTER_0 + 1, site);
      this.words[this.position] = T.STRING | (chars << 8) | (T.STRING_FLAG_INTERNED << 24);
      this.position += 1 + Math.ceil(chars / 4);
    }, true);
    this.event(() => this.put(K.LEAVE_UNDEFINED, 0));
  }

  /** What a degraded site has counted. */
  counted(site: number, count: number): void {
    this.event(() => {
      this.put(K.AGGREGATE, site);
      this.words.set([count, T.UNDEFINED, T.UNDEFINED, T.UNDEFINED, T.UNDEFINED], this.position);
      this.position += 5;
    });
  }

  /** A call that ends by an exception. */
  throwing(site: number): void {
    this.event(() => this.put(K.ENTER_0, site), true);
    this.event(() => {
      this.put(K.LEAVE_THROW, 0);
      this.throws++;
    });
  }

  private put(kind: number, payload: number): void {
    this.words[this.position++] = (payload << 8) | kind;
  }

  private event(write: () => void, isCall = false): void {
    if (this.chunk < 0 || this.position - this.start > this.slotWords - TIME_WORDS_MAX - 8) {
      this.finishChunk();
      if (!this.openChunk()) {
        this.produced++;
        this.dropped++;
        this.droppedBefore++;
        if (isCall) this.calls++;
        return;
      }
    }
    if (this.timeNs !== this.timeWritten) {
      this.put(K.TIME_SHORT, this.timeNs - this.timeWritten);
      this.timeWritten = this.timeNs;
    }
    write();
    this.events++;
    this.produced++;
    if (isCall) {
      this.calls++;
      this.chunkCalls++;
    }
    this.words[this.control + R.S_WRITTEN] = this.position - this.start;
    if (this.words[R.R_SLEEPING] === 1) this.wake();
  }

  /** Hands out what was written so far. */
  publish(): void {
    if (this.chunk >= 0 && this.control > 0) {
      const { words, control } = this;
      const written = this.position - this.start;
      Atomics.store(words, control + R.S_COUNTING, written);
      words[control + R.S_EVENTS] = this.events;
      words[control + R.S_CALLS] = this.chunkCalls;
      words[control + R.S_THROWS] = this.throws;
      this.pair(control + R.S_TIME, this.timeWritten);
      Atomics.store(words, control + R.S_PUBLISHED, written);
      Atomics.store(words, control + R.S_COUNTED, written);
    }
    this.pair(R.R_PRODUCED, this.produced);
    this.pair(R.R_DROPPED, this.dropped);
  }

  /** Asks for everything to be committed and waits. False when that took longer than `timeoutMs`. */
  drain(timeoutMs = 5_000): boolean {
    this.publish();
    const request = Atomics.add(this.words, R.R_DRAIN, 1) + 1;
    this.wake();
    const endMs = performance.now() + timeoutMs;
    for (;;) {
      const drained = Atomics.load(this.words, R.R_DRAINED);
      if (drained === request) return true;
      if (Atomics.load(this.words, R.R_RECORDER) === 2 || performance.now() > endMs) return false;
      Atomics.wait(this.words, R.R_DRAINED, drained, 50);
    }
  }

  wake(): void {
    Atomics.add(this.words, R.R_WAKE, 1);
    Atomics.notify(this.words, R.R_WAKE);
  }

  /** Marks the current chunk as complete. */
  finishChunk(): void {
    if (this.chunk < 0 || this.control === 0) return;
    this.publish();
    Atomics.store(this.words, this.control + R.S_STATE, R.SLOT_FULL);
    this.control = 0;
  }

  private openChunk(): boolean {
    const { words } = this;
    const chunk = this.control === 0 && this.chunk >= 0 ? this.chunk + 1 : 0;
    const slot = chunk % this.slots;
    const control = R.slotControlWords(slot);
    Atomics.store(words, R.R_CHUNK, chunk);
    if (!this.waitForSlot(control)) return false;
    this.chunk = chunk;
    this.control = control;
    this.start = this.position = R.slotOffsetWords(this.slots, this.slotWords, slot);
    this.events = this.chunkCalls = this.throws = 0;
    this.timeWritten = this.timeNs;
    for (const at of [R.S_PUBLISHED, R.S_WRITTEN, R.S_COUNTED, R.S_EVENTS, R.S_CALLS, R.S_THROWS])
      words[control + at] = 0;
    words[control + R.S_CHUNK] = chunk;
    this.writeHeader(chunk);
    Atomics.store(words, control + R.S_STATE, R.SLOT_WRITING);
    return true;
  }

  private waitForSlot(control: number): boolean {
    const { words } = this;
    const endMs = performance.now() + 5_000;
    for (;;) {
      const state = Atomics.load(words, control + R.S_STATE);
      if (state === R.SLOT_FREE) return true;
      if (this.dropping || words[R.R_RECORDER] === 2 || performance.now() > endMs) return false;
      if (words[R.R_SLEEPING] === 1) this.wake();
      Atomics.wait(words, control + R.S_STATE, state, 50);
    }
  }

  private writeHeader(chunk: number): void {
    const header = this.words.subarray(this.start, this.start + H.HEADER_FIXED_WORDS).fill(0);
    header[H.H_MAGIC] = H.CHUNK_MAGIC;
    header[H.H_VERSION] = FORMAT_VERSION;
    header[H.H_WORDS] = H.HEADER_FIXED_WORDS;
    header[H.H_CHUNK] = chunk;
    this.pair(this.start + H.H_FIRST_EVENT, this.produced);
    this.pair(this.start + H.H_NEXT_CALL, this.calls + 1);
    this.pair(this.start + H.H_START_NS, this.timeNs);
    this.pair(this.start + H.H_DROPPED, this.droppedBefore);
    header[H.H_DROP_REASON] = this.droppedBefore > 0 ? 1 : 0;
    header[H.H_NEXT_SCOPE] = 1;
    header[H.H_NEXT_OBJECT] = 1;
    this.droppedBefore = 0;
    this.position += H.HEADER_FIXED_WORDS;
  }

  private pair(at: number, value: number): void {
    this.words[at] = value | 0;
    this.words[at + 1] = Math.floor(value / 0x1_0000_0000);
  }
}
