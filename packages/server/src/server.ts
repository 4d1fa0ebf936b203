import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { startHttp } from './http/http-server.ts';
import { readStaticFiles } from './http/static-files.ts';
import { CLIENT_FRAME_BYTES_MAX, PROTOCOL_VERSION, SUBPROTOCOL } from './protocol.ts';
import { FolderWatch } from './recordings/folder-watch.ts';
import { RecordingFolder } from './recordings/folder.ts';
import { Library } from './recordings/library.ts';
import { Client } from './socket/client.ts';

export interface ServerOptions {
  /** Folder whose recordings are offered. */
  folder: string;
  /** Recording that pages open; without it they show the start page. */
  file?: string;
  /** Moment at which they open it, as text. */
  at?: string;
  /** The viewer's files, `index.html` among them. */
  viewerFolder: string;
  /** Bundle of `engine/entry.ts`. */
  engineFile: URL;
  /** Shown to the viewer. */
  toolVersion: string;
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: a free one. */
  port?: number;
  /** Further names in the address bar: `name` or `name:port`. */
  allowHosts?: readonly string[];
}

export interface RunningServer {
  port: number;
  /** Address for the browser: with the token, and the recording and the moment in its fragment. */
  url: string;
  close(): Promise<void>;
}

const CLIENTS_MAX = 32;
const PING_INTERVAL_MS = 20_000;
/** A page that answers no ping is gone. */
const IDLE_MS = 60_000;

/** Serves recordings to browsers until it is closed. Rejects with the error of the system (EADDRINUSE, EACCES). */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const folder = new RecordingFolder(options.folder);
  const rec = options.file === undefined ? null : folder.add(options.file);
  const library = new Library(folder, options.engineFile);
  const hello = {
    version: PROTOCOL_VERSION,
    tool: options.toolVersion,
    rec,
    at: options.at ?? null,
    idleMs: IDLE_MS,
  };
  const clients = new Set<Client>();
  const folderWatchers = new Set<Client>();
  const watch = new FolderWatch(folder.path, () => {
    for (const client of folderWatchers) client.notify({ kind: 'recordings' });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: CLIENT_FRAME_BYTES_MAX,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
  sockets.on('connection', (socket) => {
    if (clients.size >= CLIENTS_MAX) return socket.close(1013, 'too many pages are open');
    // The page was made for another version of the protocol.
    if (socket.protocol !== SUBPROTOCOL) return socket.close(1002, 'reload the page');
    const client = new Client(socket, {
      library,
      hello,
      watchFolder: (asking) => {
        folderWatchers.add(asking);
        watch.start();
      },
      left: (gone) => {
        clients.delete(gone);
        folderWatchers.delete(gone);
        if (folderWatchers.size === 0) watch.stop();
      },
    });
    clients.add(client);
    keepAlive(socket);
  });
  const http = await startHttp({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    allowHosts: options.allowHosts ?? [],
    files: readStaticFiles(options.viewerFolder),
    onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
    },
  });
  return {
    port: http.port,
    url: `http://${hostInUrl(options.host)}:${http.port}/?token=${http.token}${fragment(rec, options.at)}`,
    async close() {
      watch.stop();
      for (const client of clients) client.close();
      sockets.close();
      await Promise.all([http.close(), library.close()]);
    },
  };
}

/** Name for the address bar: an address that means all interfaces is none that a browser can open. */
function hostInUrl(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function fragment(rec: string | null, at: string | undefined): string {
  if (rec === null) return '';
  return `#rec=${encodeURIComponent(rec)}${at === undefined ? '' : `&at=${encodeURIComponent(at)}`}`;
}

/** Ends connections whose other side is gone without a word. */
function keepAlive(socket: import('ws').WebSocket): void {
  let heardMs = performance.now();
  const heard = (): void => {
    heardMs = performance.now();
  };
  socket.on('pong', heard);
  socket.on('message', heard);
  const timer = setInterval(() => {
    if (performance.now() - heardMs > IDLE_MS) socket.terminate();
    else if (!socket.isPaused) socket.ping();
  }, PING_INTERVAL_MS);
  timer.unref();
  socket.on('close', () => clearInterval(timer));
}
