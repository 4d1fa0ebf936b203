import { FORMAT_VERSION, H, K, T } from '@execution-cinema/format';

/** A value as tests write it: what JavaScript has, or an object with an identity. */
export type TestValue = undefined | null | boolean | number | string | TestObject | TestError;

export interface TestObject {
  id: number;
  className: string;
  fields: Record<string, TestValue>;
}

export interface TestError {
  id: number;
  className: string;
  message: string;
}

export interface WrittenChunk {
  chunk: number;
  firstEvent: number;
  events: number;
  firstCall: number;
  calls: number;
  throws: number;
  startNs: number;
  endNs: number;
  maxDepth: number;
  droppedBefore: number;
  /** Words of the fragments. */
  fragments: Int32Array[];
}

/** Longer texts are cut. */
const TEXT_CHARS_MAX = 80;

interface OpenFrame {
  site: number;
  call: number;
  scope: number;
}

/** A traced thread for tests: writes the words of chunks by hand, as docs/SCHEMA.md says. */
export class ThreadWriter {
  readonly chunks: WrittenChunk[] = [];
  stack: OpenFrame[] = [];
  readonly asleep = new Map<number, OpenFrame>();
  timeNs = 0;
  event = 0;
  nextCall = 1;
  nextScope = 1;
  private nextObject = 1;
  correlation = 0;
  private current: WrittenChunk | undefined;
  private words: number[] = [];
  private boundaries: number[] = [];
  private written = { timeNs: 0, objects: new Set<number>(), strings: new Map<string, number>() };
  private dropping = false;
  private dropped = 0;
  private cause: number[] | undefined;

  /** Number of the event written last. */
  get last(): number {
    return this.event - 1;
  }

  enter(site: number, ...values: TestValue[]): number {
    const call = this.nextCall;
    this.put(K.ENTER_0 + values.length, site, () => values.forEach((value) => this.value(value)));
    this.nextCall++;
    this.stack.push({ site, call, scope: 0 });
    if (this.current && !this.dropping) {
      this.current.calls++;
      this.current.maxDepth = Math.max(this.current.maxDepth, this.stack.length);
    }
    return call;
  }

  leave(value?: TestValue): void {
    if (value === undefined) this.put(K.LEAVE_UNDEFINED, 0);
    else this.put(K.LEAVE_VALUE, 0, () => this.result(value));
    this.stack.pop();
  }

  leaveBy(kind: typeof K.LEAVE_THROW | typeof K.LEAVE_PENDING | typeof K.LEAVE_CLOSED): void {
    this.put(kind, 0);
    if (kind === K.LEAVE_THROW && this.current && !this.dropping) this.current.throws++;
    this.stack.pop();
  }

  unwind(frames: number): void {
    this.put(K.UNWIND, frames);
    this.stack.splice(this.stack.length - frames);
  }

  suspend(site: number): number {
    this.put(K.SUSPEND, site);
    const frame = this.stack.pop()!;
    this.asleep.set(frame.call, frame);
    return frame.call;
  }

  resume(call: number): void {
    const frame = this.asleep.get(call)!;
    this.put(K.RESUME, frame.site, () => this.pair(call));
    this.asleep.delete(call);
    this.stack.push(frame);
  }

  /** The next event is preceded by this cause. */
  causedBy(code: number, call: number, correlation: number): this {
    this.cause = [code, call, correlation];
    this.correlation = correlation;
    return this;
  }

  scopeOpen(site: number, parent: number, own = true): number {
    this.put(K.SCOPE_OPEN, site, () => this.words.push(parent));
    return this.opened(own);
  }

  scopeCopy(site: number, parent: number, from: number): number {
    this.put(K.SCOPE_COPY, site, () => this.words.push(parent, from));
    return this.opened(true);
  }

  private opened(own: boolean): number {
    const top = this.stack.at(-1);
    if (top && own) top.scope = this.nextScope;
    return this.nextScope++;
  }

  scopeLink(instance: number): void {
    // Threads with many scopes write the long form, as recordings of older formats do everywhere.
    if (instance % 3 === 0) this.put(K.SCOPE_LINK, 0, () => this.words.push(instance));
    else this.put(K.SCOPE_LINK, instance);
    this.stack.at(-1)!.scope ||= instance;
  }

  writeScoped(site: number, instance: number, value: TestValue): void {
    this.put(K.WRITE_SCOPED, site, () => {
      this.words.push(instance);
      this.value(value);
    });
  }

  /** Any kind whose operands are values only. */
  values(kind: number, payload: number, ...values: TestValue[]): void {
    this.put(kind, payload, () => values.forEach((value) => this.value(value)));
  }

  request(
    kind: typeof K.REQUEST_START | typeof K.REQUEST_END,
    payload: number,
    number: number,
    ...values: TestValue[]
  ): void {
    this.put(kind, payload, () => {
      this.words.push(number);
      values.forEach((value) => this.value(value));
    });
  }

  nameCorrelation(correlation: number, name: string): void {
    this.put(K.CORRELATION, 0, () => {
      this.pair(correlation);
      this.value(name);
    });
    this.correlation = correlation;
  }

  /** A word that is no event: whoever reads this chunk must stop here. */
  damage(): void {
    this.put(0xee, 0);
  }

  /** Ends the chunk, stored in up to `fragments` pieces. */
  cut(fragments = 1): void {
    const { current } = this;
    if (!current) return;
    current.endNs = this.written.timeNs;
    const ends = this.boundaries.filter((_, i) => (i + 1) % Math.ceil(this.boundaries.length / fragments) === 0);
    if (ends.at(-1) !== this.words.length) ends.push(this.words.length);
    let from = 0;
    for (const to of ends) {
      current.fragments.push(Int32Array.from(this.words.slice(from, to)));
      from = to;
    }
    this.chunks.push(current);
    this.current = undefined;
  }

  /** What `body` does happens, but is not recorded. */
  drop(body: () => void): void {
    this.cut();
    this.dropping = true;
    body();
    this.dropping = false;
  }

  private put(kind: number, payload: number, operands?: () => void): void {
    this.event++;
    if (this.dropping) {
      this.dropped++;
      return;
    }
    this.current ??= this.open();
    const { words, written } = this;
    if (this.timeNs !== written.timeNs) {
      const gap = this.timeNs - written.timeNs;
      if (gap < 0x1000000) words.push((gap << 8) | K.TIME_SHORT);
      else {
        words.push(K.TIME_LONG);
        this.pair(gap);
      }
      written.timeNs = this.timeNs;
    }
    if (this.cause) {
      words.push((this.cause[0]! << 8) | K.CAUSE);
      this.pair(this.cause[1]!);
      this.pair(this.cause[2]!);
      this.cause = undefined;
    }
    words.push((payload << 8) | kind);
    operands?.();
    this.boundaries.push(words.length);
    this.current.events++;
  }

  private open(): WrittenChunk {
    const chunk = (this.chunks.at(-1)?.chunk ?? -1) + 1;
    this.written = { timeNs: this.timeNs, objects: new Set(), strings: new Map() };
    this.words = Array.from({ length: H.HEADER_FIXED_WORDS }, () => 0);
    this.boundaries = [];
    const set = (at: number, value: number): void => {
      this.words[at] = value | 0;
      this.words[at + 1] = Math.floor(value / 2 ** 32);
    };
    set(H.H_FIRST_EVENT, this.event - 1);
    set(H.H_NEXT_CALL, this.nextCall);
    set(H.H_START_NS, this.timeNs);
    set(H.H_DROPPED, this.dropped);
    set(H.H_CORRELATION, this.correlation);
    this.words[H.H_MAGIC] = H.CHUNK_MAGIC;
    this.words[H.H_VERSION] = FORMAT_VERSION;
    this.words[H.H_CHUNK] = chunk;
    this.words[H.H_NEXT_SCOPE] = this.nextScope;
    this.words[H.H_NEXT_OBJECT] = this.nextObject;
    this.words[H.H_FRAMES] = this.stack.length;
    this.words[H.H_FRAMES_OMITTED] = 0;
    this.words[H.H_CLOCK_ERROR_NS] = 1000;
    this.words[H.H_DROP_REASON] = this.dropped > 0 ? 1 : 0;
    for (const { site, call, scope } of this.stack) {
      this.words.push(site);
      this.pair(call);
      this.words.push(scope);
    }
    this.words[H.H_WORDS] = this.words.length;
    const droppedBefore = this.dropped;
    this.dropped = 0;
    return {
      chunk,
      firstEvent: this.event - 1,
      events: 0,
      firstCall: this.nextCall,
      calls: 0,
      throws: 0,
      startNs: this.timeNs,
      endNs: this.timeNs,
      maxDepth: this.stack.length,
      droppedBefore,
      fragments: [],
    };
  }

  private pair(value: number): void {
    this.words.push(value | 0, Math.floor(value / 2 ** 32));
  }

  private value(value: TestValue): void {
    const { words } = this;
    if (this.dropping) return;
    if (value === undefined) words.push(T.UNDEFINED);
    else if (value === null) words.push(T.NULL);
    else if (typeof value === 'boolean') words.push(value ? T.TRUE : T.FALSE);
    else if (typeof value === 'string') this.text(value);
    else if (typeof value === 'object') this.object(value);
    else if (Number.isInteger(value) && value >= T.SMI_MIN && value <= T.SMI_MAX) words.push((value << 8) | T.SMI);
    else words.push(T.DOUBLE, ...new Int32Array(new Float64Array([value]).buffer));
  }

  /** As the runtime: a value of one word becomes the event's head. */
  private result(value: TestValue): void {
    const { words } = this;
    const at = words.length;
    this.value(value);
    if (words.length !== at + 1) return;
    const word = words.pop()!;
    words[at - 1] = (word & T.TAG_MASK) === T.SMI ? (word & ~0xff) | K.LEAVE_SMI : word | K.LEAVE_SHORT;
  }

  private text(text: string): void {
    const known = this.written.strings.get(text);
    if (known !== undefined) {
      this.words.push((known << 8) | T.STRING_REF);
      return;
    }
    this.written.strings.set(text, this.written.strings.size);
    const length = Math.min(text.length, TEXT_CHARS_MAX);
    const isCut = length < text.length;
    const flags = T.STRING_FLAG_INTERNED | (isCut ? T.STRING_FLAG_CUT : 0);
    this.words.push(((length | (flags << 16)) << 8) | T.STRING);
    if (isCut) this.words.push(text.length);
    const bytes = Buffer.alloc(Math.ceil(length / 4) * 4);
    bytes.write(text.slice(0, length), 'latin1');
    for (let i = 0; i < bytes.length; i += 4) this.words.push(bytes.readInt32LE(i));
  }

  private object(value: TestObject | TestError): void {
    if (this.written.objects.has(value.id)) {
      // Threads with many objects write the long form, as recordings of older formats do everywhere.
      if (value.id % 5 === 0) this.words.push(T.OBJECT_REF, value.id);
      else this.words.push((value.id << 8) | T.OBJECT_REF_SHORT);
      return;
    }
    this.written.objects.add(value.id);
    this.nextObject = Math.max(this.nextObject, value.id + 1);
    if ('message' in value) {
      this.words.push(T.ERROR, value.id);
      this.text(value.className);
      this.text(value.message);
      this.value(`${value.className}: ${value.message}\n    at test`);
      return;
    }
    const entries = Object.entries(value.fields);
    this.words.push((entries.length << 8) | T.OBJECT, value.id);
    this.text(value.className);
    for (const [key, item] of entries) {
      this.text(key);
      this.value(item);
    }
  }
}
