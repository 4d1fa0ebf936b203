import * as K from '@execution-cinema/format/event-kinds';
import type { Contexts } from '../async/contexts.ts';
import { BASE_DEPTH, type Core } from '../core.ts';
import { imul } from '../primordials.ts';
import type { WriteFact } from '../probes/fact-writer.ts';
import { putPair } from '../ring/chunk-header.ts';

/*
 * What leaves this thread for another thread or process, and what arrives. Both sides name it by the same channel and
 * sequence: they count, since channels keep the order. Nothing is added to what is sent.
 */

const CHANNELS_PER_SEED = 2 ** 18;

const kindOf = (name: K.LinkKind): number => K.LINK_KINDS.indexOf(name);
const MESSAGE = kindOf('message');
export const WORKER: number = kindOf('worker');
export const PROCESS: number = kindOf('process');

export interface Links {
  /**
   * A number that no other thread of the recording has: it names the start of a worker or process; with 2 and 3 added,
   * the two directions of a channel of messages.
   */
  newChannel(): number;
  /** A worker (WORKER) or a process (PROCESS) is about to be started. */
  starts(kind: number, channel: number): void;
  /** This thread was started by that. */
  startedBy(kind: number, channel: number): void;
  sendMessage(channel: number, sequence: number): void;
  /** A message has arrived. To be called before the program sees it. */
  receiveMessage(channel: number, sequence: number): void;
}

export interface LinkParts {
  write: WriteFact;
  contexts: Contexts;
  /** A random number of 32 bits. */
  seed: number;
}

export function createLinks(core: Core, { write, contexts, seed }: LinkParts): Links {
  const { words, registers, state } = core;
  let currentSeed = seed >>> 0;
  let channels = 0;

  const send = (kind: number, channel: number, sequence: number): void => {
    const put = (p: number): number => putLink(p, channel, sequence);
    write(K.SEND, kind, put, contexts.onBehalf());
  };

  const receive = (kind: number, channel: number, sequence: number, number: number): void => {
    write(K.RECEIVE, kind, (p) => {
      const end = putLink(p, channel, sequence);
      words[end] = number;
      return end + 1;
    });
  };

  const putLink = (p: number, channel: number, sequence: number): number => {
    putPair(words, p, channel);
    putPair(words, p + 2, sequence);
    return p + 4;
  };

  return {
    newChannel() {
      if (channels === CHANNELS_PER_SEED) {
        channels = 0;
        currentSeed = (imul(currentSeed, 1664525) + 1013904223) >>> 0;
      }
      return (currentSeed * CHANNELS_PER_SEED + channels++) * 4;
    },
    starts: (kind, channel) => send(kind, channel, 0),
    startedBy: (kind, channel) => receive(kind, channel, 0, 0),
    sendMessage: (channel, sequence) => send(MESSAGE, channel, sequence),
    receiveMessage(channel, sequence) {
      const isTaken = state.d > registers[BASE_DEPTH]!;
      receive(MESSAGE, channel, sequence, isTaken ? 0 : contexts.startReceipt());
    },
  };
}
