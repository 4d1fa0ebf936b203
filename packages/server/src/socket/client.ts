/*
 * One page. Its requests go to the engines, their frames go back. A page that does not read is given nothing more to do:
 * when too much waits to be sent, its socket is not read, and if that lasts it is closed.
 */
import type { WebSocket } from 'ws';
import type { Work } from '../engine/engine-thread.ts';
import { TWO_RUNS, type EnginePool } from '../engine/engine-pool.ts';
import { errorInfo, ServerError } from '../errors.ts';
import { REQUESTS_IN_FLIGHT_MAX, type Hello, type Notice, type Params, type Request } from '../protocol.ts';
import type { Library } from '../recordings/library.ts';
import { MalformedFrame, readMessage, RefusedRequest } from './message.ts';

/** Bytes that wait to be sent before nothing more is read from the page. */
const WAITING_BYTES_MAX = 8 * 1024 * 1024;
const DRAIN_INTERVAL_MS = 50;
/** A page that has not read anything for so long is gone. */
const SLOW_CLIENT_MS = 30_000;

/** Close codes of RFC 6455. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

export interface ClientSetting {
  library: Library;
  hello: Hello;
  /** This client wants to hear of changes of the folder. */
  watchFolder: (client: Client) => void;
  left: (client: Client) => void;
}

export class Client {
  private readonly socket: WebSocket;
  private readonly setting: ClientSetting;
  private readonly inFlight = new Map<number, { work: Work; pool: EnginePool }>();
  private draining: NodeJS.Timeout | undefined;
  /** Notices that wait for the page to read: the newest of each kind and recording. */
  private readonly held = new Map<string, Notice>();

  constructor(socket: WebSocket, setting: ClientSetting) {
    this.socket = socket;
    this.setting = setting;
    socket.on('message', (data: Buffer, isBinary: boolean) => this.received(data, isBinary));
    socket.on('close', () => this.closed());
    // The reason (a frame too large, no UTF-8) went to the page with the close frame.
    socket.on('error', () => socket.terminate());
    this.send(JSON.stringify({ hello: setting.hello }));
  }

  private received(data: Buffer, isBinary: boolean): void {
    if (isBinary) return this.socket.close(UNSUPPORTED_DATA, 'frames of a page are text');
    try {
      const message = readMessage(data.toString('utf8'));
      if ('cancel' in message) this.cancel(message.cancel);
      else this.request(message);
    } catch (error) {
      if (error instanceof RefusedRequest) this.fail(error.id, error.reason);
      else if (error instanceof MalformedFrame) this.socket.close(POLICY_VIOLATION, error.message);
      else throw error;
    }
  }

  private request(request: Request): void {
    const { id } = request;
    if (this.inFlight.has(id)) return this.socket.close(POLICY_VIOLATION, 'an id is used twice');
    if (this.inFlight.size >= REQUESTS_IN_FLIGHT_MAX) return this.fail(id, new ServerError('BUSY'));
    try {
      this.begin(request);
    } catch (error) {
      this.fail(id, error);
    }
  }

  private begin(request: Request): void {
    const { method, rec } = request;
    const { library } = this.setting;
    if (method === 'recordings') {
      this.setting.watchFolder(this);
      return this.run(request, library.folderPool);
    }
    if (method === 'open') {
      const wanted = (request.params as Params<'open'>).rec ?? this.setting.hello.rec ?? this.newest();
      return this.run(request, library.use(wanted, this).pool);
    }
    const recording = library.use(rec!, this);
    if (method === 'watch') {
      if ((request.params as Params<'watch'>).on) recording.watch(this, (notice) => this.notify(notice));
      else recording.unwatch(this);
      return this.send(JSON.stringify({ id: request.id, result: { running: recording.running } }));
    }
    const other = TWO_RUNS.has(method)
      ? library.folder.fileOf((request.params as Params<'diff' | 'counterpart'>).other)
      : undefined;
    this.run(request, recording.pool, other);
  }

  private newest(): string {
    const newest = this.setting.library.folder.newest();
    if (newest === undefined) throw new ServerError('NO_SUCH_RECORDING', 'there is none yet');
    return newest;
  }

  private run({ id, method, params }: Request, pool: EnginePool, otherFile?: string): void {
    const work: Work = {
      id,
      method,
      params,
      ...(otherFile !== undefined && { otherFile }),
      answered: (frame) => this.answered(id, frame),
      failed: (error) => this.answered(id, JSON.stringify({ id, error })),
      progress: (progress) => {
        // A page that reads slowly can do without.
        if (!this.draining) this.send(JSON.stringify({ id, progress }));
      },
    };
    this.inFlight.set(id, { work, pool });
    pool.run(work);
  }

  private answered(id: number, frame: string | Uint8Array): void {
    if (this.inFlight.delete(id)) this.send(frame);
  }

  private fail(id: number, error: unknown): void {
    this.send(JSON.stringify({ id, error: errorInfo(error) }));
  }

  private cancel(id: number): void {
    const found = this.inFlight.get(id);
    if (!found) return;
    this.inFlight.delete(id);
    found.pool.cancel(found.work);
    this.fail(id, new ServerError('CANCELLED'));
  }

  notify(notice: Notice): void {
    if (this.draining) this.held.set(`${notice.kind} ${'rec' in notice ? notice.rec : ''}`, notice);
    else this.send(JSON.stringify({ notice }));
  }

  private send(frame: string | Uint8Array): void {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(frame);
    if (socket.bufferedAmount > WAITING_BYTES_MAX) this.wait();
  }

  /** Reads nothing more until the page has taken what was sent. */
  private wait(): void {
    if (this.draining) return;
    const { socket } = this;
    socket.pause();
    let least = socket.bufferedAmount;
    let leastMs = performance.now();
    this.draining = setInterval(() => {
      const waiting = socket.bufferedAmount;
      if (waiting < least) {
        least = waiting;
        leastMs = performance.now();
      }
      if (waiting <= WAITING_BYTES_MAX / 2) this.goOn();
      else if (performance.now() - leastMs > SLOW_CLIENT_MS) socket.terminate();
    }, DRAIN_INTERVAL_MS);
  }

  private goOn(): void {
    clearInterval(this.draining);
    this.draining = undefined;
    const held = [...this.held.values()];
    this.held.clear();
    for (const notice of held) this.notify(notice);
    this.socket.resume();
  }

  /** The server ends. */
  close(): void {
    this.notify({ kind: 'closing' });
    this.socket.close(1001, 'the server ends');
  }

  private closed(): void {
    clearInterval(this.draining);
    for (const { work, pool } of this.inFlight.values()) pool.cancel(work);
    this.inFlight.clear();
    this.setting.library.leave(this);
    this.setting.left(this);
  }
}
