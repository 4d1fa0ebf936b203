/*
 * What the viewer and the server say to each other. This file and `protocol/` are the authority: types, two small codecs
 * (values, frames), no Node and no DOM, so that both sides import them.
 *
 * One WebSocket per page, `ws://HOST/ws`, subprotocol SUBPROTOCOL; the cookie of the page says who may. The server speaks
 * first: `{ hello }`. Then the client sends requests and the server answers each exactly once, in any order:
 *
 *     client                                        server
 *     { id, method, rec?, params }                  { id, result } | { id, error }     after any number of
 *                                                   { id, progress }
 *     { cancel: id }                                { id, error: CANCELLED } unless it was answered already
 *                                                   { notice } at any time
 *
 * `id` is a positive integer of the client's choice, not in use at that moment. `rec` is the id of a recording as
 * `recordings` or `open` gave it; methods of RECORDING_METHODS want it, no others. `protocol/methods.ts` lists the methods.
 *
 * Frames of the client are text (JSON, at most CLIENT_FRAME_BYTES_MAX). Frames of the server are text, or binary when the
 * message holds typed arrays (`protocol/frames.ts`); `decodeFrame` reads both.
 *
 * Times are nanoseconds since the recording began, lines are 1-based, columns 0-based, both of the original file. Fields
 * and methods are only ever added; a reader ignores fields that it does not know. A change of meaning raises
 * PROTOCOL_VERSION, and a page of another version is told to reload.
 *
 * The address of the page keeps the view in its fragment, which no server sees and a redirect does not lose: `#rec=REC`,
 * `&at=MOMENT` (text for `resolve`), and whatever else the viewer keeps there. `tracer view REC --at MOMENT` opens such an
 * address, so a copied command survives a restart. `GET /?token=...` sets the cookie and redirects to `/`.
 *
 * The same methods answer an offline page (`tracer export --format html`): there answers are made ahead
 * (`protocol/offline.ts`), and whatever was not made ahead is the error OFFLINE.
 */
import type { ErrorInfo, Progress, Span } from './protocol/basics.ts';
import type { Method, Params, Result } from './protocol/methods.ts';
import type { Notice } from './protocol/notices.ts';

export * from './protocol/basics.ts';
export * from './protocol/calls.ts';
export * from './protocol/code.ts';
export * from './protocol/facts.ts';
export * from './protocol/frames.ts';
export * from './protocol/methods.ts';
export * from './protocol/notices.ts';
export * from './protocol/offline.ts';
export * from './protocol/recordings.ts';
export * from './protocol/steps.ts';
export * from './protocol/time.ts';
export * from './protocol/values.ts';

export const PROTOCOL_VERSION = 1;
export const SUBPROTOCOL = 'execution-cinema.1';

/** A larger frame of a client ends its connection. */
export const CLIENT_FRAME_BYTES_MAX = 64 * 1024;
/** Requests of one client that may be unanswered; the next one is refused with BUSY. */
export const REQUESTS_IN_FLIGHT_MAX = 64;

export interface Request<M extends Method = Method> {
  id: number;
  method: M;
  rec?: string;
  params: Params<M>;
}

export interface Cancel {
  cancel: number;
}

export type ClientMessage = Request | Cancel;

export interface Hello {
  version: number;
  tool: string;
  /** Recording named on the command line, null for the start page. */
  rec: string | null;
  /** Moment named on the command line (`--at`), as text for `resolve`. */
  at: string | null;
  /** Milliseconds after which a connection without any frame is closed by the server; it pings by itself. */
  idleMs: number;
  /** What an exported page is about; `whole`: nothing was left out. Missing where a server speaks. */
  part?: { span: Span; whole: boolean };
}

export type ServerMessage =
  | { hello: Hello }
  | { id: number; result: Result<Method> }
  | { id: number; error: ErrorInfo }
  | { id: number; progress: Progress }
  | { notice: Notice };

/** One text for one question, whatever the order of its fields: key of caches and of answers made ahead. */
export function requestKey(method: Method, params: unknown): string {
  return `${method} ${canonical(params)}`;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
