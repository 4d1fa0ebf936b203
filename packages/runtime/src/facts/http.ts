import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import * as K from '@execution-cinema/format/event-kinds';
import type { Contexts } from '../async/contexts.ts';
import type { Encode } from '../capture/encoder.ts';
import { indexOf, isProxy, objectKeys, slice } from '../primordials.ts';
import { ownData } from '../capture/own-data.ts';
import type { KnownText } from '../capture/strings.ts';
import type { WriteFact, WriteMore } from '../probes/fact-writer.ts';
import { Returned } from '../returned.ts';
import { createConnections } from './connections.ts';
import { propagateTo } from './propagation.ts';
import { putHex, type TraceContext } from './trace-context.ts';

const INCOMING = 0;
const OUTGOING = 1;

export interface HttpParts {
  words: Int32Array;
  write: WriteFact;
  writeMore: WriteMore;
  encode: Encode;
  putLine(text: string, p: number): number;
  putKnown(known: KnownText, p: number): number;
  know(text: string): KnownText;
  contexts: Contexts;
  /** Hosts whose requests get a `traceparent` header. Empty: such headers are neither made nor looked at. */
  propagate: readonly string[];
}

/** The number of a request that has begun, in a private field like identity in capture/identity.ts. */
class Opened extends Returned {
  #number: number;

  constructor(request: object, number: number) {
    super(request);
    this.#number = number;
  }

  /** An object that is a request for the second time gets the new number. */
  static set(request: object, number: number): void {
    if (#number in request) request.#number = number;
    // oxlint-disable-next-line no-new -- the constructor's effect is the field
    else new Opened(request, number);
  }

  /** 0: it has not begun, or has ended. */
  static numberOf(request: object): number {
    return #number in request ? request.#number : 0;
  }

  /** The same, when it ends. */
  static take(request: object): number {
    if (!(#number in request)) return 0;
    const number = request.#number;
    request.#number = 0;
    return number;
  }
}

/** The status of a request of `fetch`, whose headers are there before it ends. */
class Answered extends Returned {
  #status: unknown;

  constructor(request: object, status: unknown) {
    super(request);
    this.#status = status;
  }

  static set(request: object, status: unknown): void {
    if (#status in request) request.#status = status;
    // oxlint-disable-next-line no-new -- the constructor's effect is the field
    else new Answered(request, status);
  }

  static statusOf(request: object): unknown {
    return #status in request ? request.#status : undefined;
  }
}

export interface HttpWatch {
  /** To be called now and then: connections are made after their requests. */
  settle(): void;
  stop(): void;
}

/**
 * Records requests in and out as Node's diagnostics channels announce them: the `http` module's both ways, and `fetch`.
 * An incoming one begins a new correlation, to which everything belongs that its connection causes until the next one.
 */
export function watchHttp(parts: HttpParts): HttpWatch {
  const { write, writeMore, encode, putLine, putKnown, know, contexts } = parts;
  const connections = createConnections({
    know,
    put: (number, before, { client, server }, hasJustBegun) => {
      const put = (p: number): number => {
        parts.words[p] = number;
        parts.words[p + 1] = before;
        return putKnown(server, putKnown(client, p + 2));
      };
      return hasJustBegun ? writeMore(K.REQUEST_SOCKET, 0, put) : write(K.REQUEST_SOCKET, 0, put);
    },
  });

  const start = (request: object, direction: number, method: string, url: string): number => {
    const isIncoming = direction === INCOMING;
    const number = isIncoming ? contexts.startRequest(method, url) : contexts.nextRequest();
    Opened.set(request, number);
    const put = (p: number): number => putLine(url, encode(method, putNumber(number, p), null));
    const isWritten = write(K.REQUEST_START, direction, put, isIncoming ? undefined : contexts.onBehalf());
    if (isIncoming && isWritten) contexts.requestStated(number);
    return number;
  };

  const end = (request: object, status: unknown): void => {
    const number = Opened.take(request);
    if (number === 0) return;
    write(K.REQUEST_END, 0, (p) => encode(status, putNumber(number, p), null));
  };

  const putNumber = (number: number, p: number): number => {
    parts.words[p] = number;
    return p + 1;
  };

  const propagation = parts.propagate.length === 0 ? undefined : propagateTo(parts.propagate, contexts.correlation);
  const traced = (number: number, context: TraceContext | undefined): void => {
    if (context === undefined) return;
    writeMore(K.REQUEST_TRACE, context.flags, (p) =>
      putHex(parts.words, putHex(parts.words, putNumber(number, p), context.traceId), context.parentId),
    );
  };

  const channels: Record<string, (message: Record<string, object>) => void> = {
    'http.server.request.start': ({ request, socket }) => {
      const read = isProxy(request) ? {} : request!;
      const number = start(request!, INCOMING, text(ownData(read, 'method')), text(ownData(read, 'url')));
      connections.incoming(number, socket);
      traced(number, propagation?.received(K.NAMED_CORRELATION_FIRST + number, request!));
    },
    'http.server.response.finish': ({ request, response }) => end(request!, data(response, 'statusCode')),
    'http.client.request.start': ({ request }) => {
      const number = start(request!, OUTGOING, text(data(request, 'method')), clientUrl(request!));
      connections.outgoing(number, request!);
      traced(number, propagation?.sent(request!));
    },
    'http.client.response.finish': ({ request, response }) => {
      connections.settle();
      end(request!, data(response, 'statusCode'));
    },
    'http.client.request.error': ({ request, error }) => end(request!, error),
    'undici:request:create': ({ request }) => {
      const origin = text(data(request, 'origin'));
      const url = `${origin}${text(data(request, 'path'))}`;
      const number = start(request!, OUTGOING, text(data(request, 'method')), url);
      traced(number, propagation?.fetches(request!, origin));
    },
    'undici:client:sendHeaders': ({ request, socket }) => {
      const number = Opened.numberOf(request!);
      if (number !== 0) connections.sent(number, socket);
    },
    'undici:request:headers': ({ request, response }) => {
      Answered.set(request!, data(response, 'statusCode'));
    },
    'undici:request:trailers': ({ request }) => end(request!, Answered.statusOf(request!)),
    'undici:request:error': ({ request, error }) => end(request!, error),
  };

  const undo: (() => void)[] = propagation === undefined ? [] : [propagation.stop];
  for (const name of objectKeys(channels)) {
    const handle = channels[name]!;
    const listener = (message: unknown): void => {
      try {
        handle(message as Record<string, object>);
      } catch {
        // Channels report what a listener throws as an uncaught exception of the program.
      }
    };
    subscribe(name, listener);
    undo.push(() => void unsubscribe(name, listener));
  }
  return {
    settle: connections.settle,
    stop: () => {
      for (const step of undo) step();
    },
  };
}

function data(target: object | undefined, key: string): unknown {
  return target === undefined || isProxy(target) ? undefined : ownData(target, key);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/**
 * The URL of a request of the `http` module, from the header that is about to be sent: the object itself does not keep the
 * port, nor the path since Node 24.
 */
function clientUrl(request: object): string {
  const header = text(data(request, '_header'));
  const pathAt = indexOf(header, ' ') + 1;
  const path = pathAt > 0 ? slice(header, pathAt, indexOf(header, ' ', pathAt)) : text(data(request, 'path'));
  const hostAt = indexOf(header, '\r\nHost: ');
  const host =
    hostAt < 0 ? text(data(request, 'host')) : slice(header, hostAt + 8, indexOf(header, '\r\n', hostAt + 8));
  return `${text(data(request, 'protocol'))}//${host}${path}`;
}
