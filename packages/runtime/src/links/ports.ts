import workerThreads, { type MessagePort } from 'node:worker_threads';
import { apply, construct, isArray } from '../primordials.ts';
import type { LinkMemory, PortEnd } from './link-memory.ts';
import type { Links } from './links.ts';
import { endOf, isTopic, setEnd, type End, type TopicEnd } from './port-ends.ts';
import { replaceProperty } from './replace.ts';
import { arrive, depart } from './travelling-ports.ts';

/*
 * Messages of MessagePorts and BroadcastChannels. All of them are sent by `MessagePort.prototype.postMessage`, that of
 * the handle inside a BroadcastChannel and inside a Worker too, and arrive through `receiveMessageOnPort` or a method
 * that Node's own code calls on the port by this symbol (lib/internal/per_context/messageport.js).
 */
const DISPATCH = Symbol.for('nodejs.internal.kHybridDispatch');
const PORTS = Symbol.for('nodejs.internal.kCurrentlyReceivingPorts');

type Dispatch = (this: object, data: unknown, type: string, fromTarget?: unknown) => unknown;

export interface PortParts {
  links: Links;
  memory: LinkMemory;
}

/** Follows ports made from here on. Returns what ends that. */
export function watchPorts({ links, memory }: PortParts): () => void {
  const portPrototype = workerThreads.MessagePort.prototype as unknown as Record<PropertyKey, unknown>;

  /** Posts by `post`; what throws has not been sent. */
  const send = (end: End, args: readonly unknown[], post: () => unknown): unknown => {
    if (isTopic(end)) return sendToTopic(end, post);
    const channel = end.base + 2 + end.side;
    const { sent: sequence } = end;
    links.sendMessage(channel, sequence);
    const undo = quietly(() => depart(memory, { channel, sequence }, args[0], transferListOf(args[1]), portPrototype));
    try {
      const result = post();
      end.sent = sequence + 1;
      return result;
    } catch (error) {
      undo?.();
      throw error;
    }
  };

  const sendToTopic = (end: TopicEnd, post: () => unknown): unknown => {
    let isPosted = false;
    let result: unknown;
    memory.withTopic(end.topic, (topic) => {
      links.sendMessage(topic.channel, topic.next);
      isPosted = true;
      result = post();
      end.own.push(topic.next);
      topic.advance();
    });
    return isPosted ? result : post();
  };

  const received = (end: End, data: unknown, ports: unknown): void => {
    if (isTopic(end)) {
      while (end.own[0] === end.next) {
        end.own.shift();
        end.next++;
      }
      links.receiveMessage(end.channel, end.next++);
      return;
    }
    const channel = end.base + 3 - end.side;
    const sequence = end.received++;
    arrive(memory, { channel, sequence }, data, isArray(ports) ? ports : [], portPrototype);
    links.receiveMessage(channel, sequence);
  };

  const posts = new Proxy(portPrototype['postMessage'] as (...args: unknown[]) => unknown, {
    apply(target, port: MessagePort, args: unknown[]) {
      const end = isObject(port) ? endOf(port) : undefined;
      const post = (): unknown => apply(target, port, args);
      return end === undefined ? post() : send(end, args, post);
    },
  });
  const dispatch = portPrototype[DISPATCH] as Dispatch;
  const dispatches: Dispatch = function dispatchMessage(data, type, fromTarget) {
    const end = type === 'message' || type === 'messageerror' ? endOf(this) : undefined;
    if (end !== undefined) quietly(() => received(end, data, (this as Record<PropertyKey, unknown>)[PORTS]));
    return apply(dispatch, this, [data, type, fromTarget]);
  };
  const receives = new Proxy(workerThreads.receiveMessageOnPort, {
    apply(target, self: unknown, args: [MessagePort]) {
      const result = apply(target, self, args) as { message: unknown } | undefined;
      const port = isObject(args[0]) ? handleOf(args[0]) : undefined;
      const end = port === undefined || result === undefined ? undefined : endOf(port);
      if (end !== undefined) quietly(() => received(end, result!.message, undefined));
      return result;
    },
  });
  const channels = new Proxy(workerThreads.MessageChannel, {
    construct(target, args: unknown[], newTarget: NewableFunction) {
      const channel = construct(target, args, newTarget) as { port1: MessagePort; port2: MessagePort };
      const base = links.newChannel();
      setEnd(channel.port1, newEnd(base, 0));
      setEnd(channel.port2, newEnd(base, 1));
      return channel;
    },
  });
  const topics = new Proxy(workerThreads.BroadcastChannel, {
    construct(target, args: unknown[], newTarget: NewableFunction) {
      const make = (): object => construct(target, args, newTarget) as object;
      let made: object | undefined;
      // Node takes any value for a name, and refuses symbols.
      if (typeof args[0] === 'string') {
        const topic = args[0];
        memory.withTopic(topic, ({ channel, next }) => {
          made = make();
          const handle = handleOf(made);
          if (handle !== made) setEnd(handle, { topic, channel, next, own: [] });
        });
      }
      return made ?? make();
    },
  });
  const undo = [
    replaceProperty(portPrototype, 'postMessage', posts),
    replaceProperty(portPrototype, DISPATCH, dispatches),
    replaceProperty(workerThreads, 'receiveMessageOnPort', receives),
    replaceProperty(workerThreads, 'MessageChannel', channels),
    replaceProperty(globalThis, 'MessageChannel', channels),
    replaceProperty(workerThreads, 'BroadcastChannel', topics),
    replaceProperty(globalThis, 'BroadcastChannel', topics),
  ];
  return () => {
    for (const step of undo) step();
  };
}

export function newEnd(base: number, side: number): PortEnd {
  return { base, side, sent: 0, received: 0 };
}

/** `postMessage(value, list)` or `postMessage(value, { transfer: list })`; a getter is left alone. */
function transferListOf(options: unknown): unknown {
  if (isArray(options) || !isObject(options)) return options;
  return Object.getOwnPropertyDescriptor(options, 'transfer')?.value as unknown;
}

/** The port inside a BroadcastChannel; a port itself is its own. */
function handleOf(holder: object): object {
  return privatePort(holder, 'kHandle') ?? holder;
}

/** A port that Node's own objects keep under a symbol of this description. */
export function privatePort(holder: object, description: string): MessagePort | undefined {
  for (const key of Object.getOwnPropertySymbols(holder)) {
    if (key.description !== description) continue;
    const { value } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
    if (value instanceof workerThreads.MessagePort) return value;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What goes wrong here costs an edge, nothing else. */
function quietly<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
