import type { ErrorInfo, Hello, Method, Notice, Params, Progress, Result } from '@execution-cinema/server/protocol';

export interface AskOptions {
  /** Id of the recording, for the methods that are about one. */
  rec?: string;
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Whoever answers the viewer's questions: a server, or a page that carries its answers. */
export interface AnswerSource {
  ask<M extends Method>(method: M, params: Params<M>, options?: AskOptions): Promise<Result<M>>;
  /** Where it speaks first. */
  onHello: (hello: Hello) => void;
  onNotice: (notice: Notice) => void;
  onConnection: (state: ConnectionState) => void;
  start(): void;
}

export type ConnectionState = 'connecting' | 'open' | 'lost' | 'refused' | 'offline page' | 'old page';

/** An answer that is an error. `code` as in the protocol. */
export class AnswerError extends Error {
  readonly code: string;
  readonly remedy: string;

  constructor({ code, message, remedy }: ErrorInfo) {
    super(message);
    this.name = 'AnswerError';
    this.code = code;
    this.remedy = remedy;
  }
}

export function cancelledError(): AnswerError {
  return new AnswerError({ code: 'CANCELLED', message: 'cancelled', remedy: '' });
}

export function isCancelled(error: unknown): boolean {
  return error instanceof AnswerError && error.code === 'CANCELLED';
}
