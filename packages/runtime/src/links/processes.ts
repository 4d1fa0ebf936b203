import { apply } from '../primordials.ts';
import type { Links } from './links.ts';
import { replaceProperty } from './replace.ts';

/*
 * Messages between a process and the one that has forked it: both ends count what `send` takes and what comes out as
 * `message`. What Node itself sends there (cluster, handles) has a `cmd` that begins with NODE_ and passes neither.
 */

type Method = (...args: unknown[]) => unknown;

interface Sender {
  send?: Method;
}

const INTERNAL = /^NODE_./;

/** One end of the channel between two processes. */
export interface ProcessEnd {
  /** A `message` is about to be emitted. */
  received(): void;
}

/** @param side 0 for the parent, whose object is the child process; 1 for the child, whose object is `process` */
export function followProcess(links: Links, object: object, base: number, side: 0 | 1): ProcessEnd {
  const { send } = object as Sender;
  let sent = 0;
  let receivedCount = 0;
  if (typeof send === 'function') {
    const sends = new Proxy(send, {
      apply(target, self: unknown, args: unknown[]) {
        if (isInternal(args[0])) return apply(target, self, args);
        links.sendMessage(base + 2 + side, sent);
        const result = apply(target, self, args);
        if (!isClosed(self)) sent++;
        return result;
      },
    });
    replaceProperty(object, 'send', sends);
  }
  return { received: () => links.receiveMessage(base + 3 - side, receivedCount++) };
}

function isInternal(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const command = Object.getOwnPropertyDescriptor(message, 'cmd')?.value as unknown;
  return typeof command === 'string' && INTERNAL.test(command);
}

/** What is sent when nobody is connected is lost. */
function isClosed(self: unknown): boolean {
  return (self as { connected?: boolean } | undefined)?.connected === false;
}
