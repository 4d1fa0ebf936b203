import { createBoundedMap } from '../bounded-map.ts';
import { ownData } from '../capture/own-data.ts';
import { replaceProperty } from '../links/replace.ts';
import { apply, charCodeAt, indexOf, isArray, slice, toLowerCase, trim } from '../primordials.ts';
import { createHostMatcher, splitHost } from './named-hosts.ts';
import {
  formatTraceparent,
  newParentId,
  newTraceId,
  parseTraceparent,
  SAMPLED,
  type TraceContext,
} from './trace-context.ts';

/*
 * `traceparent` headers on requests to the hosts that the user names, and what such headers say of requests that came in.
 * A header that the program has set itself stays, and serves as well. Requests of the `http` module get theirs in the text
 * that Node has made of the headers, in front of its being sent: the program's own view of them does not change.
 */

/** Chains whose trace is remembered; past it the oldest begins a new one. */
const TRACES_MAX = 10_000;
/** A longer `tracestate` is not handed on: the specification asks for no more. */
const STATE_CHARS_MAX = 512;

/** Sampled, random trace id: what else there may be is not handed on. */
const KNOWN_FLAGS = 3;

const TRACEPARENT = 'traceparent';
const TRACESTATE = 'tracestate';

interface Trace {
  readonly traceId: string;
  readonly flags: number;
  /** The `tracestate` it came with, or nothing. */
  readonly state: string;
}

export interface Propagation {
  /** An incoming request has begun this correlation; what its header says. */
  received(correlation: number, request: object): TraceContext | undefined;
  /** What the header of this request of the `http` module says. */
  sent(request: object): TraceContext | undefined;
  /** Adds a header to a request of `fetch` that is about to be sent, if it goes to a named host; what it says then. */
  fetches(request: object, origin: string): TraceContext | undefined;
  stop(): void;
}

/** @param correlation the one in force, 0 when none is known */
export function propagateTo(hosts: readonly string[], correlation: () => number): Propagation {
  const isNamed = createHostMatcher(hosts);
  const traces = createBoundedMap<number, Trace>(TRACES_MAX);

  const remember = (chain: number, trace: Trace): void => {
    if (chain === 0) return;
    traces.set(chain, trace);
  };

  const traceInForce = (): Trace => {
    const chain = correlation();
    const known = traces.get(chain);
    if (known !== undefined) return known;
    const trace = { traceId: newTraceId(), flags: SAMPLED, state: '' };
    remember(chain, trace);
    return trace;
  };

  const addToHeader = (request: object): void => {
    const header = ownData(request, '_header');
    if (typeof header !== 'string' || ownData(request, '_headerSent') === true) return;
    if (headerIn(header, TRACEPARENT) !== undefined || !isNamed(...destination(request, header))) return;
    const { traceId, flags, state } = traceInForce();
    const line = `${TRACEPARENT}: ${formatTraceparent({ traceId, parentId: newParentId(), flags })}\r\n`;
    const more = state === '' || headerIn(header, TRACESTATE) !== undefined ? '' : `${TRACESTATE}: ${state}\r\n`;
    (request as { _header: string })._header = `${slice(header, 0, -2)}${line}${more}\r\n`;
  };

  // Not imported: programs that make no requests shall not load it.
  const { prototype } = process.getBuiltinModule('node:http').ClientRequest;
  const { _send: send } = prototype as unknown as { _send?: (...args: unknown[]) => unknown };
  const sends =
    typeof send !== 'function'
      ? undefined
      : new Proxy(send, {
          apply(target, request: object, args: unknown[]) {
            try {
              addToHeader(request);
            } catch {
              // The request goes out as it is.
            }
            return apply(target, request, args);
          },
        });

  return {
    received(chain, request) {
      const headers = ownData(request, 'rawHeaders');
      const context = contextIn(headers);
      if (context === undefined) return undefined;
      const state = inList(headers, TRACESTATE) ?? '';
      const { traceId, flags } = context;
      remember(chain, { traceId, flags: flags & KNOWN_FLAGS, state: canBeSent(state) ? state : '' });
      return context;
    },
    sent(request) {
      const header = ownData(request, '_header');
      const value = typeof header === 'string' ? headerIn(header, TRACEPARENT) : undefined;
      return value === undefined ? undefined : parseTraceparent(value);
    },
    fetches(request, origin) {
      const headers = ownData(request, 'headers');
      const present =
        typeof headers === 'string' ? headerIn(`\r\n${headers}`, TRACEPARENT) : inList(headers, TRACEPARENT);
      if (present !== undefined) return parseTraceparent(present);
      const { addHeader } = request as { addHeader?: (name: string, value: string) => unknown };
      if (typeof addHeader !== 'function' || !isNamed(...hostOf(origin))) return undefined;
      const { traceId, flags, state } = traceInForce();
      const context: TraceContext = { traceId, parentId: newParentId(), flags };
      apply(addHeader, request, [TRACEPARENT, formatTraceparent(context)]);
      if (state !== '' && inList(headers, TRACESTATE) === undefined) apply(addHeader, request, [TRACESTATE, state]);
      return context;
    },
    stop: sends === undefined ? () => undefined : replaceProperty(prototype, '_send', sends),
  };
}

/** Short enough, and nothing but printable ASCII: a lenient parser lets more in than may go out. */
function canBeSent(state: string): boolean {
  if (state.length > STATE_CHARS_MAX) return false;
  for (let i = 0; i < state.length; i++) {
    const code = charCodeAt(state, i);
    if (code < 32 || code > 126) return false;
  }
  return true;
}

function contextIn(headers: unknown): TraceContext | undefined {
  const value = inList(headers, TRACEPARENT);
  return value === undefined ? undefined : parseTraceparent(value);
}

/** The first value of a header in `[name, value, name, value, ...]`. */
function inList(headers: unknown, name: string): string | undefined {
  if (!isArray(headers)) return undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [key, value] = [headers[i] as unknown, headers[i + 1] as unknown];
    if (typeof key === 'string' && typeof value === 'string' && toLowerCase(key) === name) return trim(value);
  }
  return undefined;
}

/** The first value of a header in the text of a request. */
function headerIn(text: string, name: string): string | undefined {
  const at = indexOf(toLowerCase(text), `\r\n${name}:`);
  if (at < 0) return undefined;
  const from = at + name.length + 3;
  const end = indexOf(text, '\r\n', from);
  return trim(slice(text, from, end < 0 ? undefined : end));
}

/** To whom a request of the `http` module is sent: the name that was looked up, and the port. */
function destination(request: object, header: string): [host: string, port: string] {
  const named = splitHost(headerIn(header, 'host') ?? '');
  const host = ownData(request, 'host');
  const { protocol } = request as { protocol?: unknown };
  const port = named.port === '' ? (protocol === 'https:' ? '443' : '80') : named.port;
  return [typeof host === 'string' ? host : named.host, port];
}

/** Of `http://name:port`. */
function hostOf(origin: string): [host: string, port: string] {
  const { host, port } = splitHost(slice(origin, indexOf(origin, '//') + 2));
  return [host, port === '' ? (slice(origin, 0, 6) === 'https:' ? '443' : '80') : port];
}
