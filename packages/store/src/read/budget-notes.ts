/* What a budget did to functions while they ran: the notes that say so, written and read. */
import type { Recording } from './recording.ts';

/** As `Degradation` counts: recorded, without its inside, counted, off. */
const STATES: readonly string[] = [
  'is recorded',
  'is recorded without what happens inside it',
  'is counted instead of recorded',
  'is neither recorded nor counted',
];
const COUNTED = 2;
const OFF = 3;
/** Of what comes back. */
const AGAIN: readonly string[] = [STATES[0]!, STATES[1]!, 'is counted'];

/** `place` is `total (cart.js:12)`. */
export function degradedNote(place: string, state: number, share: number): string {
  return `${place} ${STATES[state]}: it exceeds the budget of ${share * 100}%`;
}

export function againNote(place: string, state: number, why: string): string {
  return `${place} ${AGAIN[state]} again: ${why}`;
}

/** A stretch in which a function was not recorded whole. */
export interface DegradedSpan {
  process: number;
  function: string;
  file: string;
  line: number;
  fromNs: number;
  /** Infinity where it did not come back. */
  toNs: number;
  /** Its calls were not recorded, but counted. */
  isCounted: boolean;
  /** They were not even counted. */
  isOff: boolean;
}

/** Functions that a budget has degraded while they ran, each stretch of it, in the order in which they began. */
export function degradedSpans(recording: Recording): DegradedSpan[] {
  const spans: DegradedSpan[] = [];
  const open = new Map<string, DegradedSpan>();
  for (const { processId, timeNs, kind, text } of recording.notes()) {
    const [, name, file, line, said] = /^(.*) \((.+):(\d+)\) (is .*)$/.exec(text) ?? [];
    const state = kind === 'budget' && said !== undefined ? stateOf(said) : -1;
    if (state < 0) continue;
    const key = `${processId} ${name} ${file}:${line}`;
    const before = open.get(key);
    if (before) before.toNs = timeNs;
    open.delete(key);
    if (state === 0) continue;
    const span = { process: processId, function: name!, file: file!, line: Number(line), fromNs: timeNs };
    const own: DegradedSpan = { ...span, toNs: Infinity, isCounted: state === COUNTED, isOff: state === OFF };
    open.set(key, own);
    spans.push(own);
  }
  return spans;
}

function stateOf(said: string): number {
  const again = AGAIN.findIndex((text) => said.startsWith(`${text} again:`));
  return again >= 0 ? again : STATES.findIndex((text) => said.startsWith(`${text}:`));
}
