import { atomics, charCodeAt, imul } from '../primordials.ts';

/*
 * Memory that all threads of a process share, beside their rings: what a thread that receives something must know of the
 * thread that sent it, and could not be told without changing what is sent.
 *
 *     HEAD_WORDS                           transfer cursor, OWN_THREADS_MAX ids of threads that are not the program's, seed, ports travelling
 *     TOPICS x TOPIC_WORDS                 per name of a BroadcastChannel: hash (two words), messages so far, lock
 *     TRANSFERS x TRANSFER_WORDS           a port on its way: state; its key and its end lie behind all states, as float64
 */

/** Names of BroadcastChannels that are followed; messages of further ones are not connected. */
const TOPICS = 512;
const TOPIC_WORDS = 4;
/** Ports that may be on their way at once; past it the oldest is forgotten, and what passes it is not connected. */
const TRANSFERS = 1024;
const TRANSFER_NUMBERS = 8;
/** Threads of ours that are remembered; past it the ids of the program's later threads are too high. */
const OWN_THREADS_MAX = 255;
const SEED_AT = OWN_THREADS_MAX + 1;
/** Ports on their way now. */
const TRAVELLING_AT = SEED_AT + 1;
/** Even, so that the numbers lie on eight bytes. */
const HEAD_WORDS = TRAVELLING_AT + 1;
const TOPICS_AT = HEAD_WORDS;
const STATES_AT = TOPICS_AT + TOPICS * TOPIC_WORDS;
const NUMBERS_AT = STATES_AT + TRANSFERS;
const BYTES = NUMBERS_AT * 4 + TRANSFERS * TRANSFER_NUMBERS * 8;

/** A holder of the lock that was terminated gives it up after so long. */
const LOCK_MS_MAX = 20;

/** One end of a channel of two ends. */
export interface PortEnd {
  /** Of the channel: what side 0 sends has channel `base + 2`, the rest `base + 3`. */
  readonly base: number;
  readonly side: number;
  /** Messages so far. */
  sent: number;
  received: number;
}

/** Which message a port travels with, and its place in it. */
interface TransferKey {
  readonly channel: number;
  readonly sequence: number;
  readonly index: number;
}

export interface LinkMemory {
  putTransfer(key: TransferKey, end: PortEnd): void;
  /** The ends of all ports that travel with this message. */
  takeTransfers(channel: number, sequence: number): PortEnd[];
  /** Runs `run` while no other thread sends under this name; `next` counts messages. Undefined: no room for the name. */
  withTopic<Result>(name: string, run: (topic: Topic) => Result): Result | undefined;
  /** The thread of this id is one of ours. */
  hideThread(threadId: number): void;
  /** The id that a thread would have without ours. */
  shownThreadId(threadId: number): number;
  /** The other way round. */
  realThreadId(shownId: number): number;
}

interface Topic {
  readonly channel: number;
  /** Sequence of the next message. */
  readonly next: number;
  /** One message has been sent. */
  advance(): void;
}

/** @param seed a random number of 32 bits: channels of the same name in different processes are different */
export function allocateLinkMemory(seed: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(BYTES);
  new Int32Array(buffer)[SEED_AT] = seed;
  return buffer;
}

export function openLinkMemory(buffer: SharedArrayBuffer): LinkMemory {
  const words = new Int32Array(buffer);
  const numbers = new Float64Array(buffer, NUMBERS_AT * 4);

  /** First word of the entry of this name; 0 when all are taken. */
  const topicAt = (low: number, high: number): number => {
    for (let i = 0; i < TOPICS; i++) {
      const at = TOPICS_AT + (((low >>> 0) + i) % TOPICS) * TOPIC_WORDS;
      const found = atomics.compareExchange(words, at, 0, low);
      if (found !== 0 && found !== low) continue;
      const foundHigh = atomics.compareExchange(words, at + 1, 0, high);
      if (foundHigh === 0 || foundHigh === high) return at;
    }
    return 0;
  };

  /** How many of our threads there are of this kind. */
  const ownThreads = (is: (threadId: number) => boolean): number => {
    let count = 0;
    for (let i = 1; i <= OWN_THREADS_MAX && words[i] !== 0; i++) if (is(words[i]!)) count++;
    return count;
  };

  const lock = (at: number): void => {
    while (atomics.compareExchange(words, at, 0, 1) !== 0) {
      if (atomics.wait(words, at, 1, LOCK_MS_MAX) === 'timed-out') return;
    }
  };

  const unlock = (at: number): void => {
    atomics.store(words, at, 0);
    atomics.notify(words, at, 1);
  };

  return {
    putTransfer(key, end) {
      const slot = (atomics.add(words, 0, 1) >>> 0) % TRANSFERS;
      if (atomics.exchange(words, STATES_AT + slot, 0) === 0) atomics.add(words, TRAVELLING_AT, 1);
      const at = slot * TRANSFER_NUMBERS;
      numbers[at] = key.channel;
      numbers[at + 1] = key.sequence;
      numbers[at + 2] = key.index;
      numbers[at + 3] = end.base;
      numbers[at + 4] = end.side;
      numbers[at + 5] = end.sent;
      numbers[at + 6] = end.received;
      atomics.store(words, STATES_AT + slot, 1);
    },
    takeTransfers(channel, sequence) {
      const ends: PortEnd[] = [];
      if (atomics.load(words, TRAVELLING_AT) === 0) return ends;
      for (let slot = 0; slot < TRANSFERS; slot++) {
        const at = slot * TRANSFER_NUMBERS;
        if (numbers[at] !== channel || numbers[at + 1] !== sequence) continue;
        if (atomics.compareExchange(words, STATES_AT + slot, 1, 0) !== 1) continue;
        atomics.add(words, TRAVELLING_AT, -1);
        ends[numbers[at + 2]!] = {
          base: numbers[at + 3]!,
          side: numbers[at + 4]!,
          sent: numbers[at + 5]!,
          received: numbers[at + 6]!,
        };
      }
      return ends;
    },
    withTopic(name, run) {
      const low = hashOf(name, 0x811c9dc5);
      const high = hashOf(name, words[SEED_AT]!);
      const at = topicAt(low, high);
      if (at === 0) return undefined;
      lock(at + 3);
      try {
        return run({
          // Unlike any number that `newChannel` gives out: those are multiples of four, and their sum with 2 or 3.
          channel: ((high >>> 0) & 0x3ffff) * 2 ** 34 + (low >>> 0) * 4 + 1,
          next: words[at + 2]!,
          advance: () => void atomics.add(words, at + 2, 1),
        });
      } finally {
        unlock(at + 3);
      }
    },
    hideThread(threadId) {
      for (let i = 1; i <= OWN_THREADS_MAX; i++) {
        if (atomics.compareExchange(words, i, 0, threadId) === 0) return;
      }
    },
    shownThreadId: (threadId) => threadId - ownThreads((own) => own < threadId),
    realThreadId(shownId) {
      let realId = shownId;
      for (;;) {
        const next = shownId + ownThreads((own) => own <= realId);
        if (next === realId) return realId;
        realId = next;
      }
    },
  };
}

/** FNV-1a over the units of the text; never 0, which stands for a free entry. */
function hashOf(text: string, seed: number): number {
  let hash = seed | 0;
  for (let i = 0; i < text.length; i++) hash = imul(hash ^ charCodeAt(text, i), 0x01000193);
  return hash === 0 ? 1 : hash;
}
