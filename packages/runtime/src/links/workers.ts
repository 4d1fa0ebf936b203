import workerThreads from 'node:worker_threads';
import type { LinkMemory } from './link-memory.ts';
import { WORKER, type Links } from './links.ts';
import { setEnd } from './port-ends.ts';
import { newEnd, privatePort } from './ports.ts';
import { arrive, depart } from './travelling-ports.ts';

/*
 * The start of a worker thread, seen from both sides. What is told of it beforehand is one number; the messages between
 * `worker` and `parentPort` have its channels.
 */

/** No message has this sequence: `workerData` travels with it. */
const WORKER_DATA = 2 ** 32;

export interface WorkerLinks {
  /** A worker is about to be made with these options. Returns its number. */
  starts(options: unknown): number;
  /** The worker has been made. */
  started(worker: object, channel: number): void;
  /** In the worker, before the program: it was started under this number. */
  startedBy(channel: number): void;
}

export function createWorkerLinks(links: Links, memory: LinkMemory): WorkerLinks {
  const portPrototype = workerThreads.MessagePort.prototype as object;
  const carrier = (channel: number): { channel: number; sequence: number } => ({
    channel: channel + 2,
    sequence: WORKER_DATA,
  });
  return {
    starts(options) {
      const channel = links.newChannel();
      links.starts(WORKER, channel);
      try {
        const { workerData, transferList } = (options ?? {}) as { workerData?: unknown; transferList?: unknown };
        depart(memory, carrier(channel), workerData, transferList, portPrototype);
      } catch {
        // Ports in there are not followed.
      }
      return channel;
    },
    started(worker, channel) {
      const port = privatePort(worker, 'kPublicPort');
      if (port !== undefined) setEnd(port, newEnd(channel, 0));
    },
    startedBy(channel) {
      links.startedBy(WORKER, channel);
      const { parentPort, workerData } = workerThreads;
      if (parentPort !== null) setEnd(parentPort, newEnd(channel, 1));
      try {
        arrive(memory, carrier(channel), workerData, [], portPrototype);
      } catch {
        // As above.
      }
    },
  };
}
