import { Socket } from 'node:net';
import { resolve } from 'node:path';
import { ownData } from '../capture/own-data.ts';
import type { KnownText } from '../capture/strings.ts';
import { apply, getOwnPropertyDescriptor, isProxy } from '../primordials.ts';
import { Returned } from '../returned.ts';

/*
 * By which connection a request went: its two addresses, and how many requests went before it. Client and server say the
 * same of it, each for itself, so that a request in one process can be found again in another without a header. A Unix
 * socket or pipe has one address only, the server's.
 */

/** Requests whose connection is not known yet; past it the oldest is given up. */
const WAITING_MAX = 1_000;

export interface Connections {
  /** A request has come in. */
  incoming(number: number, socket: unknown): void;
  /** A request goes out; its connection may still have to be made. `request` holds it in its property `socket`. */
  outgoing(number: number, request: object): void;
  /** A request goes out by this connection. */
  sent(number: number, socket: unknown): void;
  /** Looks which connections have been made meanwhile. */
  settle(): void;
}

/** The two addresses of a connection. */
interface Ends {
  readonly client: KnownText;
  readonly server: KnownText;
}

/** What stays the same over all requests of a socket, and how many there were. */
interface Connection extends Ends {
  requests: number;
}

/** The connection of a socket, in a private field like identity in capture/identity.ts. */
class Connected extends Returned {
  #connection: Connection;

  constructor(socket: Socket, connection: Connection) {
    super(socket);
    this.#connection = connection;
  }

  static of(socket: object): Connection | undefined {
    return #connection in socket ? socket.#connection : undefined;
  }
}

export interface ConnectionParts {
  know(text: string): KnownText;
  /** `before`: requests that went by this connection before; `hasJustBegun`: nothing has happened since the request began. */
  put(number: number, before: number, ends: Ends, hasJustBegun: boolean): void;
}

export function createConnections({ know, put }: ConnectionParts): Connections {
  let waiting: { number: number; request: object }[] = [];

  /** Undefined: the socket has no address, or none any more. */
  const newConnection = (socket: Socket, isServer: boolean, pipe?: unknown): Connection | undefined => {
    const ends = endsOf(socket, isServer, pipe);
    if (ends === undefined) return undefined;
    const connection = { requests: 0, client: know(ends.client), server: know(ends.server) };
    // oxlint-disable-next-line no-new -- the constructor's effect is the field
    new Connected(socket, connection);
    return connection;
  };

  /** False: not yet. */
  const sent = (number: number, socket: unknown, pipe?: unknown): boolean => {
    if (!isSocket(socket)) return true;
    if (ownData(socket, 'connecting') === true) return false;
    const connection = Connected.of(socket) ?? newConnection(socket, false, pipe);
    if (connection === undefined) return socket.destroyed;
    put(number, connection.requests++, connection, false);
    return true;
  };

  const settle = (): void => {
    if (waiting.length === 0) return;
    const asked = waiting;
    waiting = [];
    for (const entry of asked) {
      const socket = socketOf(entry.request);
      const pipe = ownData(entry.request, 'socketPath');
      if (socket === null || socket === undefined || !sent(entry.number, socket, pipe)) waiting.push(entry);
    }
  };

  return {
    incoming(number, socket) {
      if (typeof socket !== 'object' || socket === null) return;
      // What has the field is a socket, and no proxy.
      const connection = Connected.of(socket) ?? (isSocket(socket) ? newConnection(socket, true) : undefined);
      if (connection !== undefined) put(number, connection.requests++, connection, true);
    },
    outgoing(number, request) {
      if (waiting.length >= WAITING_MAX) waiting.shift();
      waiting.push({ number, request });
      settle();
    },
    sent,
    settle,
  };
}

function endsOf(socket: Socket, isServer: boolean, pipe: unknown): { client: string; server: string } | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localPort === undefined || remotePort === undefined) {
    const path = isServer ? pipeOf(socket) : pipe;
    return typeof path === 'string' ? { client: '', server: resolve(path) } : undefined;
  }
  const here = addressText(localAddress, localPort);
  const there = addressText(remoteAddress, remotePort);
  return { client: isServer ? there : here, server: isServer ? here : there };
}

function isSocket(value: unknown): value is Socket {
  return typeof value === 'object' && value !== null && !isProxy(value) && value instanceof Socket;
}

let socketGetter: (() => unknown) | undefined;

/** From Node 22 on it is behind an accessor of Node's own: https://github.com/nodejs/node/blob/v22.x/lib/_http_outgoing.js */
function socketOf(request: object): unknown {
  const own = ownData(request, 'socket');
  if (own !== undefined) return own;
  const { prototype } = process.getBuiltinModule('node:http').OutgoingMessage;
  socketGetter ??= getOwnPropertyDescriptor(prototype, 'socket')?.get;
  return socketGetter === undefined ? undefined : apply(socketGetter, request, []);
}

/** Path on which the server listens from which this connection comes. */
function pipeOf(socket: Socket): unknown {
  const server = ownData(socket, 'server');
  return typeof server === 'object' && server !== null && !isProxy(server) ? ownData(server, '_pipeName') : undefined;
}

/** An IPv4 address looks the same from a socket that listens for both kinds. */
function addressText(address: string | undefined, port: number): string {
  return `${(address ?? '').replace(/^::ffff:/, '')}:${port}`;
}
