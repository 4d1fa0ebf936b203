import { FORMAT_VERSION, H, K, T } from '../../packages/format/src/index.ts';

/** What a scripted program may pass round. Objects are the same where they are the same JavaScript object. */
export type Scripted = undefined | null | boolean | number | string | Error | Scripted[] | { [key: string]: Scripted };

export interface Piece {
  words: Int32Array;
  firstEvent: number;
  events: number;
  firstCall: number;
  calls: number;
  throws: number;
  startNs: number;
  endNs: number;
  dropped: number;
  maxDepth: number;
}

interface Frame {
  site: number;
  call: number;
  scope: number;
}

/**
 * Writes the event stream of one thread by hand, as format/ describes it: what a recording contains is then known
 * exactly, times included. `at()` moves the clock, every event stands at the time last set.
 */
export class StreamScript {
  readonly pieces: Piece[] = [];
  private words: number[] = [];
  private stack: Frame[] = [];
  private readonly asleep = new Map<number, Frame>();
  private readonly seen = new Map<object, number>();
  private readonly ids = new Map<object, number>();
  private piece: Omit<Piece, 'words' | 'endNs'> | undefined;
  private event = 0;
  private call = 1;
  private scope = 1;
  private timeNs = 0;
  private timeWrittenNs = 0;
  private dropped = 0;

  at(timeNs: number): this {
    this.timeNs = timeNs;
    return this;
  }

  /** Begins a call and returns its number. `cause` names the call that scheduled it and the correlation. */
  enter(site: number, values: Scripted[] = [], cause?: { code: number; call: number; correlation: number }): number {
    if (cause) this.cause(cause);
    this.head(K.ENTER_0 + values.length, site);
    for (const value of values) this.value(value);
    const call = this.call++;
    this.stack.push({ site, call, scope: 0 });
    this.piece!.calls++;
    this.piece!.maxDepth = Math.max(this.piece!.maxDepth, this.stack.length);
    return call;
  }

  returns(value: Scripted): this {
    if (value === undefined) this.head(K.LEAVE_UNDEFINED, 0);
    else this.head(K.LEAVE_VALUE, 0).value(value);
    this.stack.pop();
    return this;
  }

  throws(): this {
    this.head(K.LEAVE_THROW, 0);
    this.piece!.throws++;
    this.stack.pop();
    return this;
  }

  suspend(site: number): this {
    this.head(K.SUSPEND, site);
    const frame = this.stack.pop()!;
    this.asleep.set(frame.call, frame);
    return this;
  }

  resume(call: number, cause?: { code: number; call: number; correlation: number }): this {
    const frame = this.asleep.get(call)!;
    if (cause) this.cause(cause);
    this.head(K.RESUME, frame.site);
    this.pair(call);
    this.stack.push(frame);
    return this;
  }

  /** An event with values only: WRITE, PROPERTY, THROW, CATCH, LOG, EXPRESSION, MARK ... */
  fact(kind: number, payload: number, ...values: Scripted[]): this {
    this.head(kind, payload);
    for (const value of values) this.value(value);
    return this;
  }

  /** SCOPE_OPEN, WRITE_SCOPED, REQUEST_START, REQUEST_END: a number before the values. */
  numbered(kind: number, payload: number, number: number, ...values: Scripted[]): this {
    this.head(kind, payload);
    if (kind === K.SCOPE_OPEN) this.scope++;
    this.words.push(number);
    for (const value of values) this.value(value);
    return this;
  }

  /** Loses events on purpose: the next chunk says so. */
  drop(events: number): this {
    this.cut();
    this.dropped = events;
    this.event += events;
    return this;
  }

  /** Ends the chunk; the next event opens another. */
  cut(): this {
    if (!this.piece) return this;
    this.pieces.push({ ...this.piece, words: Int32Array.from(this.words), endNs: this.timeNs });
    this.piece = undefined;
    return this;
  }

  get produced(): number {
    return this.event;
  }

  private open(): void {
    this.words = [];
    this.seen.clear();
    const { dropped } = this;
    this.dropped = 0;
    this.timeWrittenNs = this.timeNs;
    const header = Array.from({ length: H.HEADER_FIXED_WORDS }, () => 0);
    const setPair = (index: number, number: number): void => {
      header[index] = (number % 2 ** 32) | 0;
      header[index + 1] = Math.floor(number / 2 ** 32);
    };
    header[H.H_MAGIC] = H.CHUNK_MAGIC;
    header[H.H_VERSION] = FORMAT_VERSION;
    header[H.H_WORDS] = H.HEADER_FIXED_WORDS + this.stack.length * H.HEADER_FRAME_WORDS;
    header[H.H_CHUNK] = this.pieces.length;
    setPair(H.H_FIRST_EVENT, this.event);
    setPair(H.H_NEXT_CALL, this.call);
    setPair(H.H_START_NS, this.timeNs);
    setPair(H.H_DROPPED, dropped);
    header[H.H_NEXT_SCOPE] = this.scope;
    header[H.H_NEXT_OBJECT] = this.ids.size + 1;
    header[H.H_FRAMES] = this.stack.length;
    header[H.H_CLOCK_ERROR_NS] = 1000;
    header[H.H_DROP_REASON] = dropped > 0 ? 1 : 0;
    this.words.push(...header);
    for (const frame of this.stack) {
      this.words.push(frame.site);
      this.pair(frame.call);
      this.words.push(frame.scope);
    }
    this.piece = {
      firstEvent: this.event,
      events: 0,
      firstCall: this.call,
      calls: 0,
      throws: 0,
      startNs: this.timeNs,
      dropped,
      maxDepth: this.stack.length,
    };
  }

  private cause({ code, call, correlation }: { code: number; call: number; correlation: number }): void {
    if (!this.piece) this.open();
    this.words.push((code << 8) | K.CAUSE);
    this.pair(call);
    this.pair(correlation);
  }

  private head(kind: number, payload: number): this {
    if (!this.piece) this.open();
    if (this.timeNs !== this.timeWrittenNs) {
      this.words.push(K.TIME_LONG);
      this.pair(this.timeNs - this.timeWrittenNs);
      this.timeWrittenNs = this.timeNs;
    }
    this.words.push((payload << 8) | kind);
    this.piece!.events++;
    this.event++;
    return this;
  }

  private pair(number: number): void {
    this.words.push((number % 2 ** 32) | 0, Math.floor(number / 2 ** 32));
  }

  private value(value: Scripted): void {
    if (value === undefined) this.words.push(T.UNDEFINED);
    else if (value === null) this.words.push(T.NULL);
    else if (typeof value === 'boolean') this.words.push(value ? T.TRUE : T.FALSE);
    else if (typeof value === 'number') this.number(value);
    else if (typeof value === 'string') this.text(value);
    else this.object(value);
  }

  private number(value: number): void {
    if (Number.isInteger(value) && value >= T.SMI_MIN && value <= T.SMI_MAX) {
      this.words.push((value << 8) | T.SMI);
      return;
    }
    this.words.push(T.DOUBLE, ...new Int32Array(new Float64Array([value]).buffer));
  }

  private text(value: string): void {
    this.words.push((value.length << 8) | (T.STRING_FLAG_UTF16 << 24) | T.STRING);
    for (let i = 0; i < value.length; i += 2) {
      this.words.push(value.charCodeAt(i) | ((value.charCodeAt(i + 1) || 0) << 16));
    }
  }

  private object(value: Exclude<Scripted, undefined | null | boolean | number | string>): void {
    const known = this.ids.get(value);
    const id = known ?? this.ids.size + 1;
    this.ids.set(value, id);
    if (this.seen.has(value)) {
      this.words.push(T.OBJECT_REF, id);
      return;
    }
    this.seen.set(value, id);
    if (Array.isArray(value)) {
      this.words.push((value.length << 8) | T.ARRAY, id, value.length);
      for (const item of value) this.value(item);
    } else if (value instanceof Error) {
      this.words.push(T.ERROR, id);
      this.text(value.name);
      this.text(value.message);
      this.text(`${value.name}: ${value.message}\n    at scripted`);
    } else {
      const entries = Object.entries(value);
      this.words.push((entries.length << 8) | T.OBJECT, id);
      this.text(value.constructor?.name ?? 'Object');
      for (const [key, item] of entries) {
        this.text(key);
        this.value(item);
      }
    }
  }
}
