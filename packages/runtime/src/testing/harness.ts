import {
  decodeEvents,
  H,
  K,
  R,
  readChunkHeader,
  type ChunkHeader,
  type DecodedEvent,
  type RuntimeMessage,
} from '@execution-cinema/format';
import { createRuntime, type RegisteredModule, type RuntimeOptions } from '../runtime.ts';

/** A runtime with its ring in sight, for tests: what was written is read back by the decoder of `format`. */
export function createHarness(options: Partial<RuntimeOptions> & { slots?: number; slotWords?: number } = {}) {
  const { slots = 8, slotWords = R.SLOT_WORDS_MIN, ...rest } = options;
  const ring = R.allocateRing(slots, slotWords);
  const control = new Int32Array(ring);
  const levels = new SharedArrayBuffer(1 << 16);
  const messages: RuntimeMessage[] = [];
  const runtime = createRuntime({
    ring,
    levels,
    originHrtimeNs: process.hrtime.bigint(),
    clock: 'adaptive',
    backpressure: 'drop',
    values: { depth: 2, properties: 20, items: 20, string: 256 },
    post: (message) => void messages.push(message),
    ...rest,
  });
  let readChunk = 0;

  /** Words of a slot that may be read. */
  const wordsOf = (slot: number): Int32Array => {
    const at = R.slotControlWords(slot);
    const start = R.slotOffsetWords(slots, slotWords, slot);
    const length = Math.max(control[at + R.S_PUBLISHED]!, control[at + R.S_WRITTEN]!);
    return control.slice(start, start + length);
  };

  return {
    runtime,
    ring,
    control,
    levels: new Uint8Array(levels),
    messages,
    /** Registers a module with `sites` sites, all on, and gives its probes. */
    load: (sites = 64, secrets?: Parameters<typeof runtime.m>[2], codes = '5'.repeat(sites)): RegisteredModule =>
      runtime.m('test', codes, secrets),
    /** As the recorder: reads finished and unfinished chunks that were not read yet, and frees full slots. */
    take: (): { header: ChunkHeader; events: DecodedEvent[]; words: Int32Array }[] => {
      const chunks = [];
      for (;;) {
        const slot = readChunk % slots;
        const at = R.slotControlWords(slot);
        const state = control[at + R.S_STATE];
        if (state === R.SLOT_FREE || control[at + R.S_CHUNK] !== readChunk) break;
        const words = wordsOf(slot);
        if (words.length >= H.HEADER_FIXED_WORDS) {
          const header = readChunkHeader(words);
          chunks.push({ header, events: [...decodeEvents(words, header)], words });
        }
        if (state !== R.SLOT_FULL) break;
        control[at + R.S_STATE] = R.SLOT_FREE;
        control[R.R_PROGRESS]!++;
        readChunk++;
      }
      return chunks;
    },
    /** Ends the chunk. */
    cut: (): void => {
      runtime.pause();
      runtime.resume();
    },
    /** Moves the recorder's tick. */
    tick: () => void control[R.R_TICK]!++,
  };
}

const NAMES = new Map(
  Object.entries(K)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => [value as number, name]),
);

/** `ENTER(2) 1 "a"`-like text of an event, for readable expectations. */
export function show(event: DecodedEvent): string {
  const isEnter = event.kind >= K.ENTER_0 && event.kind < K.ENTER_MANY;
  const name = isEnter ? 'ENTER' : (NAMES.get(event.kind) ?? String(event.kind));
  const site = event.kind === K.LEAVE_SMI ? '' : ` @${event.payload}`;
  const number = event.number === 0 ? '' : ` #${event.number}`;
  const number2 = event.number2 === 0 ? '' : `<${event.number2}`;
  const values = event.values.map((value) => ` ${showValue(value)}`).join('');
  return `${name}${site}${number}${number2}${values}`;
}

function showValue(value: DecodedEvent['values'][number]): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null)
    return Object.is(value, -0) ? '-0' : (JSON.stringify(value) ?? String(value));
  return `${value.type}:${value.name}`;
}
