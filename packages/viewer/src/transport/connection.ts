import {
  decodeFrame,
  PROTOCOL_VERSION,
  SUBPROTOCOL,
  type Method,
  type Params,
  type Progress,
  type Result,
  type ServerMessage,
} from '@execution-cinema/server/protocol';
import { AnswerError, cancelledError, type AnswerSource, type AskOptions } from './source.ts';

/** What may be unanswered at once; more wait here, so that a cancelled question often never leaves the page. */
const IN_FLIGHT_MAX = 32;
const RECONNECT_FIRST_MS = 250;
const RECONNECT_LONGEST_MS = 5_000;
/** Attempts without a single opened connection after which the page says that it may not connect. */
const REFUSED_AFTER = 4;

interface Pending {
  text: string;
  resolve: (result: never) => void;
  reject: (error: Error) => void;
  onProgress: ((progress: Progress) => void) | undefined;
}

/**
 * One WebSocket to the server. Questions asked while it is down wait and are asked again after a reconnect: every method
 * only reads, so asking twice is harmless.
 */
export class Connection implements AnswerSource {
  onHello: AnswerSource['onHello'] = () => undefined;
  onNotice: AnswerSource['onNotice'] = () => undefined;
  onConnection: AnswerSource['onConnection'] = () => undefined;
  private socket: WebSocket | undefined;
  private isOpen = false;
  private failures = 0;
  private lastId = 0;
  private readonly sent = new Map<number, Pending>();
  private readonly waiting = new Map<number, Pending>();
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  start(): void {
    this.onConnection(this.failures === 0 ? 'connecting' : 'lost');
    const socket = new WebSocket(this.url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.addEventListener('message', (event: MessageEvent<string | ArrayBuffer>) => this.receive(event.data));
    socket.addEventListener('close', () => this.closed());
  }

  ask<M extends Method>(method: M, params: Params<M>, options: AskOptions = {}): Promise<Result<M>> {
    const { rec, signal, onProgress } = options;
    if (signal?.aborted) return Promise.reject(cancelledError());
    const id = ++this.lastId;
    const text = JSON.stringify({ id, method, ...(rec !== undefined && { rec }), params });
    return new Promise<Result<M>>((resolve, reject) => {
      this.waiting.set(id, { text, resolve: resolve as (result: never) => void, reject, onProgress });
      signal?.addEventListener('abort', () => this.cancel(id), { once: true });
      this.flush();
    });
  }

  private cancel(id: number): void {
    const pending = this.waiting.get(id) ?? this.sent.get(id);
    if (!pending) return;
    if (this.sent.delete(id) && this.isOpen) this.socket?.send(JSON.stringify({ cancel: id }));
    this.waiting.delete(id);
    pending.reject(cancelledError());
    this.flush();
  }

  private flush(): void {
    if (!this.isOpen) return;
    for (const [id, pending] of this.waiting) {
      if (this.sent.size >= IN_FLIGHT_MAX) return;
      this.waiting.delete(id);
      this.sent.set(id, pending);
      this.socket?.send(pending.text);
    }
  }

  private receive(data: string | ArrayBuffer): void {
    const message = decodeFrame(data) as ServerMessage;
    if ('hello' in message) {
      if (message.hello.version !== PROTOCOL_VERSION) return this.onConnection('old page');
      this.isOpen = true;
      this.failures = 0;
      this.onConnection('open');
      this.onHello(message.hello);
      return this.flush();
    }
    if ('notice' in message) return this.onNotice(message.notice);
    const pending = this.sent.get(message.id);
    if (!pending) return;
    if ('progress' in message) return pending.onProgress?.(message.progress);
    this.sent.delete(message.id);
    if ('error' in message) pending.reject(new AnswerError(message.error));
    else pending.resolve(message.result as never);
    this.flush();
  }

  private closed(): void {
    this.isOpen = false;
    this.failures += 1;
    this.onConnection(this.failures >= REFUSED_AFTER ? 'refused' : 'lost');
    // Asked again, oldest first.
    const again = [...this.sent, ...this.waiting].sort(([a], [b]) => a - b);
    this.sent.clear();
    this.waiting.clear();
    for (const [id, pending] of again) this.waiting.set(id, pending);
    const delayMs = Math.min(RECONNECT_LONGEST_MS, RECONNECT_FIRST_MS * 2 ** (this.failures - 1));
    setTimeout(() => this.start(), delayMs);
  }
}
