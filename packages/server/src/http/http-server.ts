/*
 * The HTTP side: hands out the viewer's files to whoever holds the cookie, and the cookie to whoever holds the token.
 * WebSocket upgrades that pass the same checks go to `onUpgrade`; everything else is refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { cookieHeader, isAllowedHost, isOwnOrigin, newSecret, readCookie, sameSecret, type Allowed } from './gate.ts';
import { securityHeaders } from './headers.ts';
import { NOT_ADMITTED_PAGE, NOT_FOUND_PAGE, WRONG_HOST_PAGE } from './pages.ts';
import type { StaticFile } from './static-files.ts';

export interface HttpOptions {
  /** Address to listen on. */
  host: string;
  /** 0: a free one. */
  port: number;
  allowHosts: readonly string[];
  files: ReadonlyMap<string, StaticFile>;
  onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

export interface HttpSide {
  port: number;
  /** What the address holds after `?token=`. */
  token: string;
  close(): Promise<void>;
}

const SOCKET_PATH = '/ws';

const LOOPBACK_ADDRESSES = new Set(['127.0.0.1', '::1', 'localhost']);
/** A request has no body, and its head is small. */
const HEADER_BYTES_MAX = 16 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTIONS_MAX = 256;

/** Listens. Rejects with the error of the system, such as EADDRINUSE. */
export async function startHttp(options: HttpOptions): Promise<HttpSide> {
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: REQUEST_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  const allowed: Allowed = {
    port,
    hosts: options.allowHosts,
    anyPort: !LOOPBACK_ADDRESSES.has(options.host),
  };
  const token = newSecret();
  const door = new Door(options, allowed, token);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => door.request(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => door.upgrade(request, socket, head));
  return {
    port,
    token,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HttpOptions): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
}

class Door {
  private readonly options: HttpOptions;
  private readonly allowed: Allowed;
  private readonly token: string;
  /** Value of the cookie: not the token, which stands in histories and logs of terminals. */
  private readonly secret = newSecret();

  constructor(options: HttpOptions, allowed: Allowed, token: string) {
    this.options = options;
    this.allowed = allowed;
    this.token = token;
  }

  private hasCookie(request: IncomingMessage): boolean {
    return sameSecret(readCookie(request.headers.cookie, this.allowed.port), this.secret);
  }

  request(request: IncomingMessage, response: ServerResponse): void {
    const host = request.headers.host ?? '';
    if (!isAllowedHost(host, this.allowed)) return send(response, 403, 'localhost', WRONG_HOST_PAGE);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return send(response, 405, host, NOT_FOUND_PAGE);
    }
    const { path, token } = readTarget(request.url ?? '');
    if (token !== undefined && path === '/' && sameSecret(token, this.token)) {
      response.setHeader('Set-Cookie', cookieHeader(this.allowed.port, this.secret));
      response.setHeader('Location', '/');
      return send(response, 303, host, '');
    }
    // A page of another site may lead here, but not load anything from here.
    const site = request.headers['sec-fetch-site'];
    const isForeign = site === 'cross-site' && request.headers['sec-fetch-mode'] !== 'navigate';
    if (isForeign || !this.hasCookie(request)) return send(response, 401, host, NOT_ADMITTED_PAGE);
    const file = this.options.files.get(path);
    if (!file) return send(response, 404, host, NOT_FOUND_PAGE);
    sendFile(request, response, host, file);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const host = request.headers.host ?? '';
    const { origin } = request.headers;
    const isAdmitted =
      isAllowedHost(host, this.allowed) &&
      isOwnOrigin(origin, host) &&
      readTarget(request.url ?? '').path === SOCKET_PATH &&
      this.hasCookie(request);
    if (isAdmitted) return this.options.onUpgrade(request, socket, head);
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  }
}

function readTarget(url: string): { path: string; token: string | undefined } {
  const mark = url.indexOf('?');
  if (mark < 0) return { path: url, token: undefined };
  const token = new URLSearchParams(url.slice(mark + 1)).get('token');
  return { path: url.slice(0, mark), token: token ?? undefined };
}

function send(response: ServerResponse, status: number, host: string, html: string): void {
  response.writeHead(status, {
    ...securityHeaders(host),
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
    'Cache-Control': 'no-store',
  });
  response.end(html);
}

function sendFile(request: IncomingMessage, response: ServerResponse, host: string, file: StaticFile): void {
  const headers = {
    ...securityHeaders(host),
    'Content-Type': file.type,
    'Cache-Control': 'no-cache',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const packed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')) ? file.gzipped() : undefined;
  const bytes = packed ?? file.bytes;
  response.writeHead(200, {
    ...headers,
    'Content-Length': bytes.length,
    ...(packed && { 'Content-Encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
