import { EventEmitter } from 'node:events';
import { charCodeAt, getPrototypeOf, isProxy } from '../primordials.ts';

/*
 * What Node's own classes keep in string-named properties for themselves: listeners, the state of streams, flags of HTTP
 * messages. A server makes these anew for every request and hands them to every function, so that taking them costs more
 * than taking what the program looks at. Names as in lib/events.js, lib/internal/streams/*.js, lib/net.js,
 * lib/_http_incoming.js, lib/_http_outgoing.js and lib/_http_server.js of Node 20 to 26. Names that libraries put on such
 * objects (`req._startTime`, `req._body`) are not among them.
 */
const NAMES: Readonly<Record<string, true>> = Object.assign(Object.create(null) as Record<string, true>, {
  _events: true,
  _eventsCount: true,
  _maxListeners: true,
  _readableState: true,
  _writableState: true,
  _closed: true,
  _connectionKey: true,
  _connections: true,
  _consuming: true,
  _contentLength: true,
  _defaultKeepAlive: true,
  _dumped: true,
  _ended: true,
  _expect_continue: true,
  _hadError: true,
  _hasBody: true,
  _headerSent: true,
  _httpMessage: true,
  _keepAliveTimeout: true,
  _last: true,
  _listeningId: true,
  _maxRequestsPerSocket: true,
  _onPendingData: true,
  _parent: true,
  _paused: true,
  _pendingData: true,
  _pendingEncoding: true,
  _removedConnection: true,
  _removedContLen: true,
  _removedTE: true,
  _sent100: true,
  _server: true,
  _sockname: true,
  _trailer: true,
  _unref: true,
  _usingWorkers: true,
  _workers: true,
});

const emitter: object = EventEmitter.prototype;
const ANCESTORS_MAX = 16;
const UNDERSCORE = 95;

/** Whether instances of this prototype are event emitters of Node's: only theirs are left out. */
export function isEmitterPrototype(prototype: object): boolean {
  let at: object | null = prototype;
  for (let i = 0; at !== null && i < ANCESTORS_MAX && !isProxy(at); i++) {
    if (at === emitter) return true;
    at = getPrototypeOf(at);
  }
  return false;
}

/** Whether Node keeps something for itself under this name in its event emitters, streams, sockets and HTTP messages. */
export function isNodeField(name: string): boolean {
  return charCodeAt(name, 0) === UNDERSCORE && name in NAMES;
}
