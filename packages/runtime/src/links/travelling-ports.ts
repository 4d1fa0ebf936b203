import type { MessagePort } from 'node:worker_threads';
import { ownData } from '../capture/own-data.ts';
import {
  getPrototypeOf,
  isArray,
  isMap,
  isProxy,
  isSet,
  isTypedArray,
  mapForEach,
  mapGet,
  mapSet,
  objectKeys,
  setForEach,
} from '../primordials.ts';
import type { LinkMemory, PortEnd } from './link-memory.ts';
import { endOf, isTopic, setEnd } from './port-ends.ts';

/*
 * Ports that are sent along with something. The receiving thread gets new objects for them; sender and receiver number
 * them in the same way, and what they are ends of goes through the shared memory.
 */

/** Values of a message that are looked at in search of ports. */
const VISITED_MAX = 10_000;

/** What the ports travel with: a message, or the `workerData` of a worker. */
export interface Carrier {
  readonly channel: number;
  readonly sequence: number;
}

/** Ports in the value in the order in which a walk meets them, then those of `others` that it has not met. */
function portsIn(value: unknown, others: readonly unknown[], portPrototype: object): MessagePort[] {
  const found: MessagePort[] = [];
  const visited = new Map<unknown, true>();
  let count = 0;
  const visit = (item: unknown): void => {
    if (typeof item !== 'object' || item === null || count >= VISITED_MAX || mapGet(visited, item) === true) return;
    mapSet(visited, item, true);
    count++;
    if (isProxy(item) || isTypedArray(item)) return;
    if (getPrototypeOf(item) === portPrototype) found.push(item as MessagePort);
    else if (isMap(item)) {
      mapForEach(item as Map<unknown, unknown>, (mapped, key) => {
        visit(key);
        visit(mapped);
      });
    } else if (isSet(item)) setForEach(item as Set<unknown>, visit);
    else if (isArray(item)) for (let i = 0; i < item.length && i < VISITED_MAX; i++) visit(ownData(item, `${i}`));
    else for (const key of objectKeys(item)) visit(ownData(item, key));
  };
  visit(value);
  for (const item of others) {
    if (typeof item === 'object' && item !== null && getPrototypeOf(item) === portPrototype) visit(item);
  }
  return found;
}

/**
 * To be called before something is sent with this transfer list: what its ports are ends of can then be had by `arrive`.
 * Returns what undoes it, undefined where no port travels.
 */
export function depart(
  memory: LinkMemory,
  carrier: Carrier,
  value: unknown,
  transferList: unknown,
  portPrototype: object,
): (() => void) | undefined {
  if (!isArray(transferList) || transferList.length === 0) return undefined;
  const departed: [port: MessagePort, end: PortEnd][] = [];
  portsIn(value, transferList as readonly unknown[], portPrototype).forEach((port, index) => {
    const end = endOf(port);
    if (end === undefined || isTopic(end)) return;
    memory.putTransfer({ ...carrier, index }, end);
    departed.push([port, end]);
    setEnd(port, undefined);
  });
  if (departed.length === 0) return undefined;
  return () => {
    memory.takeTransfers(carrier.channel, carrier.sequence);
    for (const [port, end] of departed) setEnd(port, end);
  };
}

/** To be called before the program sees what has arrived. `ports` are those that came with it, where that is known. */
export function arrive(
  memory: LinkMemory,
  { channel, sequence }: Carrier,
  value: unknown,
  ports: readonly unknown[],
  portPrototype: object,
): void {
  const ends = memory.takeTransfers(channel, sequence);
  if (ends.length === 0) return;
  portsIn(value, ports, portPrototype).forEach((port, index) => {
    const end = ends[index];
    if (end !== undefined) setEnd(port, end);
  });
}
