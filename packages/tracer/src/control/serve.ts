import { createServer, type Server, type Socket } from 'node:net';
import { BUILD_ID } from '../build-id.ts';
import { prepareAddress, removeAddress, sweepAddresses } from './address.ts';
import { REQUEST_BYTES_MAX, type Envelope, type Reply, type Request } from './protocol.ts';

/** Conversations at a time; more are refused. */
const CONNECTIONS_MAX = 32;

/** Answers requests of this user's other processes. Throws where no socket can be made; gives what ends it. */
export function serveControl(pid: number, handle: (request: Request) => Promise<unknown>): () => void {
  const address = prepareAddress(pid);
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // Whoever asked has gone: nobody is left to tell.
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end < 0) {
        if (text.length > REQUEST_BYTES_MAX) socket.destroy();
        return;
      }
      socket.removeAllListeners('data').resume();
      void answer(text.slice(0, end), handle).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('error', () => server.close());
  server.listen(address);
  server.unref();
  sweepAddresses();
  return () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    removeAddress(pid);
  };
}

async function answer(line: string, handle: (request: Request) => Promise<unknown>): Promise<Reply> {
  try {
    const { build, request } = JSON.parse(line) as Envelope;
    if (build !== BUILD_ID) return { error: 'it is recorded by another version of the tracer' };
    return { ok: await handle(request) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
