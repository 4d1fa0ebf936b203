import { connect } from 'node:net';
import { BUILD_ID } from '../build-id.ts';
import { addressOf } from './address.ts';
import { REPLY_BYTES_MAX, type Envelope, type Replies, type Reply, type Request } from './protocol.ts';

/** A process that could not be asked, or refused: `code` of the system, or none. */
export class AskError extends Error {
  override readonly name = 'AskError';
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/** Asks a recorded process. Rejects with an AskError. */
export function ask<Type extends Request['type']>(
  pid: number,
  request: Extract<Request, { type: Type }>,
  { timeoutMs, uid }: { timeoutMs: number; uid?: number | undefined },
): Promise<Replies[Type]> {
  return new Promise((resolve, reject) => {
    const socket = connect(addressOf(pid, uid));
    const parts: string[] = [];
    let length = 0;
    const timer = setTimeout(() => {
      fail(new AskError('it did not answer in time', 'ETIMEDOUT'));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ build: BUILD_ID, request } satisfies Envelope)}\n`));
    socket.on('data', (part: string) => {
      length += part.length;
      if (length > REPLY_BYTES_MAX) return fail(new AskError('its answer is too long'));
      parts.push(part);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(new AskError(error.message, error.code)));
    socket.on('end', () => {
      clearTimeout(timer);
      socket.destroy();
      try {
        const reply = JSON.parse(parts.join('')) as Reply;
        if ('error' in reply) reject(new AskError(reply.error));
        else resolve(reply.ok as Replies[Type]);
      } catch {
        reject(new AskError('it ended before it had answered', 'ECONNRESET'));
      }
    });
  });
}
