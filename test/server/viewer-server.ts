import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect as connectSocket } from 'node:net';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import {
  decodeFrame,
  SUBPROTOCOL,
  type ErrorInfo,
  type Hello,
  type Method,
  type Notice,
  type Params,
  type Progress,
  type Result,
  type ServerMessage,
} from '../../packages/server/src/protocol.ts';
import { environment, TRACER } from '../cli/tracer-command.ts';

/** `tracer view` as a process of its own, as users start it. */
export class ViewerServer {
  readonly url: URL;
  readonly child: ChildProcess;
  private cookieText: string | undefined;

  private constructor(url: string, child: ChildProcess) {
    this.url = new URL(url);
    this.child = child;
  }

  static async start(cwd: string, ...args: string[]): Promise<ViewerServer> {
    const child = spawn(process.execPath, [TRACER, 'view', '--json', ...args], {
      cwd,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let complaint = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
    const line = await Promise.race([
      once(createInterface(child.stdout!), 'line').then(([text]) => String(text)),
      once(child, 'close').then(() => ''),
    ]);
    if (line === '') throw new Error(`tracer view ended: ${complaint}`);
    return new ViewerServer((JSON.parse(line) as { url: string }).url, child);
  }

  get host(): string {
    return this.url.host;
  }

  get token(): string {
    return this.url.searchParams.get('token')!;
  }

  /** Ends it as Ctrl-C does; returns its exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode !== null) return this.child.exitCode;
    this.child.kill('SIGINT');
    const [code] = (await once(this.child, 'close')) as [number | null];
    return code;
  }

  /** The cookie that the token is good for. */
  async cookie(): Promise<string> {
    this.cookieText ??= (await this.get(`/?token=${this.token}`)).cookie;
    return this.cookieText;
  }

  /** One request with exactly these headers; the path is sent as it stands. */
  async get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    const asked = request({
      host: this.url.hostname,
      port: this.url.port,
      path,
      method,
      headers: { host: this.host, ...headers },
      agent: false,
    });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    let body = '';
    for await (const part of response.setEncoding('utf8')) body += part;
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? '',
      body,
    };
  }

  /** Bytes straight to the port, for what no client library would send. Returns what comes back until the end. */
  async raw(bytes: string): Promise<string> {
    const socket = connectSocket(Number(this.url.port), this.url.hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
    socket.on('error', () => undefined);
    socket.end(bytes);
    await once(socket, 'close');
    return answer;
  }

  private connect(
    cookie: string,
    headers: Record<string, string | undefined>,
    path: string,
    protocol: string,
  ): WebSocket {
    const all = { Cookie: cookie, Origin: this.url.origin, ...headers };
    const given = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const socket = new WebSocket(`ws://${this.host}${path}`, [protocol], { headers: given });
    socket.binaryType = 'arraybuffer';
    return socket;
  }

  /** A WebSocket with the headers of the page, or others. Resolves when it is open; rejects with the refusal. */
  async socket(
    headers: Record<string, string | undefined> = {},
    path = '/ws',
    protocol = SUBPROTOCOL,
  ): Promise<WebSocket> {
    const socket = this.connect(await this.cookie(), headers, path, protocol);
    return new Promise((done, fail) => {
      socket.once('open', () => done(socket));
      socket.once('error', fail);
    });
  }

  async page(): Promise<PageClient> {
    // The server speaks first: whoever listens after the connection is open may miss it.
    const page = new PageClient(this.connect(await this.cookie(), {}, '/ws', SUBPROTOCOL));
    await page.ready;
    return page;
  }
}

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  cookie: string;
  body: string;
}

/** An error that the server answered with. */
export class AnsweredError extends Error {
  readonly code: string;

  constructor({ code, message }: ErrorInfo) {
    super(message);
    this.code = code;
  }
}

/** Speaks the protocol as the viewer does. */
export class PageClient {
  readonly socket: WebSocket;
  readonly notices: Notice[] = [];
  readonly ready: Promise<Hello>;
  rec = '';
  private lastId = 0;
  private readonly waiting = new Map<
    number,
    { done: (result: never) => void; fail: (error: Error) => void; progress: (progress: Progress) => void }
  >();
  private readonly noticed = new Set<() => void>();

  constructor(socket: WebSocket) {
    this.socket = socket;
    this.ready = new Promise((done, fail) => {
      socket.on('message', (data: Buffer | ArrayBuffer) => {
        const message = decodeFrame(data instanceof ArrayBuffer ? data : String(data)) as ServerMessage;
        if ('hello' in message) {
          this.rec = message.hello.rec ?? '';
          done(message.hello);
        } else this.received(message);
      });
      socket.once('close', (code) => {
        const error = new Error(`closed: ${code}`);
        fail(error);
        for (const { fail: failOne } of this.waiting.values()) failOne(error);
      });
    });
  }

  private received(message: Exclude<ServerMessage, { hello: Hello }>): void {
    if ('notice' in message) {
      this.notices.push(message.notice);
      for (const look of this.noticed) look();
      return;
    }
    const asked = this.waiting.get(message.id);
    if ('progress' in message) return asked?.progress(message.progress);
    this.waiting.delete(message.id);
    if ('error' in message) asked?.fail(new AnsweredError(message.error));
    else asked?.done(message.result as never);
  }

  /** Asks and returns the id, so that the question can be taken back. */
  begin<M extends Method>(
    method: M,
    params: Params<M>,
    options: { rec?: string; progress?: (progress: Progress) => void } = {},
  ): { id: number; answer: Promise<Result<M>> } {
    const id = ++this.lastId;
    const answer = new Promise<Result<M>>((done, fail) => {
      this.waiting.set(id, { done, fail, progress: options.progress ?? (() => undefined) });
    });
    this.socket.send(JSON.stringify({ id, method, rec: options.rec ?? this.rec, params }));
    return { id, answer };
  }

  ask<M extends Method>(method: M, params: Params<M>, rec?: string): Promise<Result<M>> {
    return this.begin(method, params, rec === undefined ? {} : { rec }).answer;
  }

  cancel(id: number): void {
    this.socket.send(JSON.stringify({ cancel: id }));
  }

  /** The first notice, heard already or to come, that is meant. */
  notice<K extends Notice['kind']>(
    kind: K,
    isMeant: (notice: Extract<Notice, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Notice, { kind: K }>> {
    return new Promise((done) => {
      const look = (): void => {
        const found = this.notices.find(
          (notice): notice is Extract<Notice, { kind: K }> => notice.kind === kind && isMeant(notice as never),
        );
        if (!found) return;
        this.noticed.delete(look);
        done(found);
      };
      this.noticed.add(look);
      look();
    });
  }

  close(): void {
    this.socket.terminate();
  }
}
