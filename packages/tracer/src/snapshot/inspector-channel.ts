import { Session } from 'node:inspector';

/** A conversation with the inspector of one thread. */
export interface InspectorChannel {
  /**
   * Rejects when the thread refuses, or the conversation ends before it has answered. `answered` is called with the
   * answer, before anything that the thread has said after it.
   */
  post<Result>(method: string, parameters?: object, answered?: () => void): Promise<Result>;
  on(method: string, listener: (parameters: never) => void): void;
  /** Ends it; a thread that is stopped goes on. */
  close(): void;
}

/** A conversation with the main thread, which leads to those with worker threads. */
export interface MainChannel extends InspectorChannel {
  /** Opens conversations with the worker threads for which `wants` says so, by their threadId. */
  workers(wants: (thread: number) => boolean): Promise<Map<number, InspectorChannel>>;
}

interface WorkerInfo {
  sessionId: string;
  workerInfo: { title: string };
}

interface Reply {
  id?: number;
  result?: unknown;
  error?: { message: string };
  method?: string;
  params?: never;
}

/** Must be called in a worker thread. Throws where this Node has no inspector. */
export function connectToMain(): MainChannel {
  const session = new Session();
  session.connectToMainThread();
  const post = <Result>(method: string, parameters: object = {}, answered?: () => void): Promise<Result> =>
    new Promise((resolve, reject) => {
      const reply = (error: Error | null, result: Result): void => {
        answered?.();
        if (error === null) resolve(result);
        else reject(error);
      };
      session.post(method as 'Debugger.enable', parameters as never, reply as never);
    });
  const on: InspectorChannel['on'] = (method, listener) => {
    session.on(method, (({ params }: { params: never }) => listener(params)) as never);
  };
  const relays = new Map<string, WorkerRelay>();
  on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }: { sessionId: string; message: string }) =>
    relays.get(sessionId)?.receive(message),
  );

  return {
    post,
    on,
    close: () => session.disconnect(),
    async workers(wants) {
      const found = new Map<number, InspectorChannel>();
      on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }: WorkerInfo) => {
        const thread = threadOf(workerInfo.title);
        if (thread === undefined || !wants(thread)) return;
        const relay = new WorkerRelay((message) => post('NodeWorker.sendMessageToWorker', { sessionId, message }));
        relays.set(sessionId, relay);
        found.set(thread, relay);
      });
      await post('NodeWorker.enable', { waitForDebuggerOnStart: false });
      return found;
    },
  };
}

/** `[worker 3] name`: https://github.com/nodejs/node/blob/v20.x/src/node_worker.cc, `Worker::Worker`. */
function threadOf(title: string): number | undefined {
  const match = /\[worker (\d+)\]/.exec(title);
  return match === null ? undefined : Number(match[1]);
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  answered: (() => void) | undefined;
}

/** Passes messages on to a worker through the main thread. */
class WorkerRelay implements InspectorChannel {
  readonly #send: (message: string) => Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, (parameters: never) => void>();
  #nextId = 1;

  constructor(send: (message: string) => Promise<unknown>) {
    this.#send = send;
  }

  post<Result>(method: string, parameters: object = {}, answered?: () => void): Promise<Result> {
    const id = this.#nextId++;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, answered });
      this.#send(JSON.stringify({ id, method, params: parameters })).catch(reject);
    });
  }

  on(method: string, listener: (parameters: never) => void): void {
    this.#listeners.set(method, listener);
  }

  receive(message: string): void {
    const reply = JSON.parse(message) as Reply;
    if (reply.id === undefined) return this.#listeners.get(reply.method ?? '')?.(reply.params as never);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    waiting?.answered?.();
    if (reply.error === undefined) waiting?.resolve(reply.result);
    else waiting?.reject(new Error(reply.error.message));
  }

  /** The main thread's conversation takes it along. */
  close(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error('closed'));
    this.#waiting.clear();
  }
}
