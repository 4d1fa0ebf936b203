import { EventScanner, K } from '@execution-cinema/format';
import { chunkView, nextEvent } from '../read/chunk-view.ts';
import type { Recording } from '../read/recording.ts';
import type { Noise } from './noise.ts';
import { RunStack } from './run-stack.ts';
import { functionKey, Turns } from './turns.ts';

/** Calls of a thread that are told apart by their path; later ones have no counterpart. 28 bytes each. */
const CALLS_MAX = 8_000_000;
const ROOM_AT_FIRST = 65_536;
/** Events between two reports of progress. */
const PROGRESS_EVENTS = 50_000;

/**
 * Where every call of a thread stands in its run, in words that another run shares: which function it is, and which of
 * the calls of that function by its caller. What the event loop called first is known by the name of its turn.
 */
export class CallPaths {
  private parents = new Uint32Array(ROOM_AT_FIRST);
  private functions = new Uint32Array(ROOM_AT_FIRST);
  private visits = new Uint32Array(ROOM_AT_FIRST);
  /** Call numbers, found by what `slotOf` says: open addressing, 0 is free. */
  private table = new Uint32Array(0);
  private readonly rootsByName = new Map<string, number>();
  private readonly rootsByCause = new Map<string, number>();
  private readonly names = new Map<number, { name: string; cause: string }>();
  private count = 0;

  /** Reads the whole thread once. `onEvent` may throw to end it. */
  constructor(recording: Recording, thread: number, noise: Noise, onEvent: (event: number) => void) {
    const replay = new RunStack(recording.resolver(thread));
    const turns = new Turns(new Map());
    const keys = new Map<unknown, number>();
    const visitsOf = new Map<number, Map<number, number>>();
    const causes = new Map<string, number>();
    let untilReport = PROGRESS_EVENTS;
    for (const info of recording.chunks(thread)) {
      const view = chunkView(recording, thread, info);
      if (!view) continue;
      replay.beginChunk(view);
      const scanner = new EventScanner(view.chunk.words, view.chunk.header);
      while (nextEvent(scanner)) {
        const wasEmpty = replay.stack.length === 0;
        const frame = replay.step(scanner, view);
        const isTurn = wasEmpty && replay.stack.length > 0;
        const turn = isTurn ? turns.begin(scanner, view, replay, noise) : undefined;
        if (frame && scanner.kind <= K.ENTER_MANY && frame.call < CALLS_MAX) {
          const { call, site } = frame;
          const parent = replay.stack.at(-2)?.call ?? 0;
          let key = keys.get(site?.function);
          if (key === undefined) keys.set(site?.function, (key = hashOf(site ? functionKey(site) : '?')));
          if (turn) {
            const visit = next(causes, turn.base);
            const cause = `${turn.base}#${visit}`;
            this.rootsByName.set(turn.exact, call);
            this.rootsByCause.set(cause, call);
            this.names.set(call, { name: turn.exact, cause });
            this.add(call, { parent: 0, key, visit });
          } else {
            let own = visitsOf.get(parent);
            if (!own) visitsOf.set(parent, (own = new Map()));
            this.add(call, { parent, key, visit: next(own, key) });
          }
        }
        if (replay.outcome !== undefined && replay.ended) visitsOf.delete(replay.ended.call);
        if (--untilReport > 0) continue;
        untilReport = PROGRESS_EVENTS;
        onEvent(scanner.event);
      }
    }
    this.fillTable();
  }

  private add(call: number, { parent, key, visit }: { parent: number; key: number; visit: number }): void {
    if (call >= this.parents.length) {
      const room = Math.min(CALLS_MAX, Math.max(call + 1, this.parents.length * 2));
      this.parents = grown(this.parents, room);
      this.functions = grown(this.functions, room);
      this.visits = grown(this.visits, room);
    }
    this.parents[call] = Math.max(0, parent);
    this.functions[call] = key;
    this.visits[call] = visit;
    this.count = Math.max(this.count, call + 1);
  }

  private fillTable(): void {
    this.table = new Uint32Array(2 ** Math.ceil(Math.log2(this.count * 2 + 2)));
    const mask = this.table.length - 1;
    for (let call = 1; call < this.count; call++) {
      if (this.visits[call] === 0) continue;
      let slot = slotOf(this.parents[call]!, this.functions[call]!, this.visits[call]!) & mask;
      while (this.table[slot] !== 0) slot = (slot + 1) & mask;
      this.table[slot] = call;
    }
  }

  /** A call and its callers, the outermost first; empty when it is not known. */
  chain(call: number): number[] {
    const chain: number[] = [];
    for (let at = call; at > 0 && at < this.count && this.visits[at] !== 0; at = this.parents[at]!) chain.unshift(at);
    return chain;
  }

  /** The call of this run that stands where `call` stands in the other; 0 none. `parent` is the caller's counterpart. */
  find(other: CallPaths, call: number, parent: number): number {
    const name = other.names.get(call);
    if (name) return this.rootsByName.get(name.name) ?? this.rootsByCause.get(name.cause) ?? 0;
    const [key, visit] = [other.functions[call]!, other.visits[call]!];
    const mask = this.table.length - 1;
    for (let slot = slotOf(parent, key, visit) & mask; this.table[slot] !== 0; slot = (slot + 1) & mask) {
      const found = this.table[slot]!;
      if (this.parents[found] === parent && this.functions[found] === key && this.visits[found] === visit) return found;
    }
    return 0;
  }
}

function next<Key>(counts: Map<Key, number>, key: Key): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

function grown(array: Uint32Array<ArrayBuffer>, room: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(room);
  larger.set(array);
  return larger;
}

function slotOf(parent: number, key: number, visit: number): number {
  let hash = Math.imul(parent ^ (key >>> 3), 0x9e3779b1) ^ Math.imul(visit + key, 0x85ebca6b);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 4;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
