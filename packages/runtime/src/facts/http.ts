import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import * as K from '@execution-cinema/format/event-kinds';
import type { Contexts } from '../async/contexts.ts';
import type { Encode } from '../capture/encoder.ts';
import { indexOf, isProxy, objectKeys, slice, weakMapGet, weakMapSet } from '../primordials.ts';
import { ownData } from '../capture/classify.ts';
import type { WriteFact } from '../probes/fact-writer.ts';
import { createConnections } from './connections.ts';
import { propagateTo } from './propagation.ts';
import { putHex, type TraceContext } from './trace-context.ts';

const INCOMING = 0;
const OUTGOING = 1;

export interface HttpParts {
  words: Int32Array;
  write: WriteFact;
  encode: Encode;
  putLine(text: string, p: number): number;
  contexts: Contexts;
  /** Hosts whose requests get a `traceparent` header. Empty: such headers are neither made nor looked at. */
  propagate: readonly string[];
}

/** One request that has begun; `status` is known before it ends. */
interface OpenRequest {
  number: number;
  status: unknown;
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
  const { write, encode, putLine, contexts } = parts;
  const open = new WeakMap<object, OpenRequest>();

  const connections = createConnections((number, before, client, server) =>
    write(K.REQUEST_SOCKET, 0, (p) => {
      parts.words[p] = number;
      parts.words[p + 1] = before;
      return encode(server, encode(client, p + 2, null), null);
    }),
  );

  const start = (request: object, direction: number, method: unknown, url: string): number => {
    const title = `${text(method)} ${url}`;
    const number = direction === INCOMING ? contexts.startRequest(title) : contexts.nextRequest();
    weakMapSet(open, request, { number, status: undefined });
    const put = (p: number): number => putLine(url, encode(text(method), putNumber(number, p), null));
    write(K.REQUEST_START, direction, put, direction === OUTGOING ? contexts.onBehalf() : undefined);
    return number;
  };

  const end = (request: object, status: unknown): void => {
    const opened = weakMapGet(open, request);
    if (opened === undefined || opened.number === 0) return;
    const { number } = opened;
    opened.number = 0;
    write(K.REQUEST_END, 0, (p) => encode(status ?? opened.status, putNumber(number, p), null));
  };

  const putNumber = (number: number, p: number): number => {
    parts.words[p] = number;
    return p + 1;
  };

  const propagation = parts.propagate.length === 0 ? undefined : propagateTo(parts.propagate, contexts.correlation);
  const traced = (number: number, context: TraceContext | undefined): void => {
    if (context === undefined) return;
    write(K.REQUEST_TRACE, context.flags, (p) =>
      putHex(parts.words, putHex(parts.words, putNumber(number, p), context.traceId), context.parentId),
    );
  };

  const channels: Record<string, (message: Record<string, object>) => void> = {
    'http.server.request.start': ({ request, socket }) => {
      const number = start(request!, INCOMING, data(request, 'method'), text(data(request, 'url')));
      connections.incoming(number, socket);
      traced(number, propagation?.received(K.NAMED_CORRELATION_FIRST + number, request!));
    },
    'http.server.response.finish': ({ request, response }) => end(request!, data(response, 'statusCode')),
    'http.client.request.start': ({ request }) => {
      const number = start(request!, OUTGOING, data(request, 'method'), clientUrl(request!));
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
      const number = start(request!, OUTGOING, data(request, 'method'), url);
      traced(number, propagation?.fetches(request!, origin));
    },
    'undici:client:sendHeaders': ({ request, socket }) => {
      const opened = weakMapGet(open, request!);
      if (opened !== undefined && opened.number !== 0) connections.sent(opened.number, socket);
    },
    'undici:request:headers': ({ request, response }) => {
      const opened = weakMapGet(open, request!);
      if (opened !== undefined) opened.status = data(response, 'statusCode');
    },
    'undici:request:trailers': ({ request }) => end(request!, undefined),
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
