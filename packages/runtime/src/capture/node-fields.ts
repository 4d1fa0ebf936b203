import { EventEmitter } from 'node:events';
import { charCodeAt, getPrototypeOf, isProxy } from '../primordials.ts';
import { functionName, ownData } from './own-data.ts';

/*
 * What Node's own classes keep in string-named properties for themselves: listeners, the state of streams, flags of HTTP
 * messages. A server makes these anew for every request and hands them to every function, so that taking them costs more
 * than taking what the program looks at. Names as in Node 20 to 26, lib/events.js, lib/internal/streams/*.js, lib/net.js,
 * lib/_http_*.js. Names that libraries put on such objects (`req._startTime`, `req._body`) are not among them, and what a
 * class of the program names so is left out only where it stands for the field of a class of Node's that it extends.
 */

/** Names that are left out, as keys. */
export type NodeFields = Readonly<Record<string, true>>;

/** All of them begin with `_`, and looking at a character is cheaper than looking a name up. */
const CODE_UNDERSCORE = 95;

/** Whether Node keeps a property of this name for itself. */
export function isNodeField(name: string, fields: NodeFields): boolean {
  return charCodeAt(name, 0) === CODE_UNDERSCORE && name in fields;
}

interface NodeClass {
  module: string;
  /** Those of its ancestors not included. */
  fields: readonly string[];
}

const nodeClass = (module: string, fields: string): NodeClass => ({ module, fields: fields.split(' ') });

const EMITTER_FIELDS = ['_events', '_eventsCount', '_maxListeners'];
const CLASSES: Readonly<Record<string, NodeClass>> = Object.assign(Object.create(null) as Record<string, NodeClass>, {
  Readable: nodeClass('node:stream', '_readableState'),
  Writable: nodeClass('node:stream', '_writableState'),
  Duplex: nodeClass('node:stream', '_readableState _writableState'),
  Socket: nodeClass(
    'node:net',
    '_hadError _parent _host _pendingData _pendingEncoding _server _sockname _httpMessage _paused',
  ),
  Server: nodeClass('node:net', '_connections _usingWorkers _workers _unref _listeningId _connectionKey'),
  IncomingMessage: nodeClass('node:http', '_consuming _dumped'),
  OutgoingMessage: nodeClass(
    'node:http',
    '_closed _contentLength _defaultKeepAlive _expect_continue _hasBody _headerSent _keepAliveTimeout _last ' +
      '_maxRequestsPerSocket _onPendingData _removedConnection _removedContLen _removedTE _sent100 _trailer',
  ),
  ClientRequest: nodeClass('node:http', '_ended'),
});

const emitter: object = EventEmitter.prototype;
const { getBuiltinModule } = process;
const ANCESTORS_MAX = 16;

/**
 * What Node keeps for itself in instances of this prototype; undefined when they are no event emitters of Node's. To be
 * asked once per prototype.
 */
export function nodeFieldsOf(prototype: object): NodeFields | undefined {
  const found = Object.create(null) as Record<string, true>;
  let at: object | null = prototype;
  for (let i = 0; at !== null && i < ANCESTORS_MAX && !isProxy(at); i++) {
    const fields = at === emitter ? EMITTER_FIELDS : fieldsOf(at);
    for (let n = 0; n < fields.length; n++) found[fields[n]!] = true;
    if (at === emitter) return found;
    at = getPrototypeOf(at);
  }
  return undefined;
}

/** The module is asked for only where a class is called as Node's is: that has loaded it then. */
function fieldsOf(prototype: object): readonly string[] {
  const made = ownData(prototype, 'constructor');
  const name = typeof made === 'function' ? functionName(made) : '';
  const known = CLASSES[name];
  if (known === undefined) return [];
  const exported = getBuiltinModule(known.module) as unknown as object;
  return !isProxy(exported) && ownData(exported, name) === made ? known.fields : [];
}
