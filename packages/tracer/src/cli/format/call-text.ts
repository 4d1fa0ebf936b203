import type { CallInfo } from '@execution-cinema/store';
import type { Output } from '../output.ts';
import { printable, textWidth } from './text.ts';
import { previewValue } from './value-preview.ts';

export interface CallTextOptions {
  /** Columns there are; 0: no limit. */
  room: number;
  /** Leave the receiver out: in a tree the name of a method says enough. */
  withoutThis?: boolean;
}

/** The share of the room that arguments may take when a result follows. */
const ARGUMENTS_SHARE = 0.6;
const ROOM_MIN = 24;
/** Name of the function that a module's own text is. */
const MODULE_BODY = '(module)';

/** A call as one line of code with its outcome: `total(rate: 2) → 70`, `pay(limit: 50) threw RangeError: too much`. */
export function callText(call: CallInfo, output: Output, options: CallTextOptions): string {
  const name = printable(call.function);
  const outcome = outcomeOf(call);
  const values = call.arguments.filter((argument) => !(options.withoutThis && argument.name === 'this'));
  const room = options.room > 0 ? Math.max(ROOM_MIN, options.room - textWidth(name) - 2) : Infinity;
  const outcomeRoom = outcome ? Math.max(room * (1 - ARGUMENTS_SHARE), room - argumentsLength(values)) : 0;
  const shownOutcome = outcome?.text(outcomeRoom) ?? '';
  const shownArguments = argumentList(values, room - textWidth(shownOutcome));
  const colour = outcome?.failed ? output.red : output.green;
  const list = call.function === MODULE_BODY ? '' : `(${shownArguments})`;
  return `${output.bold(name)}${list}${shownOutcome === '' ? '' : colour(shownOutcome)}`;
}

interface OutcomeText {
  failed: boolean;
  text(room: number): string;
}

function outcomeOf(call: CallInfo): OutcomeText | undefined {
  const { outcome, result, exception } = call;
  if (outcome === 'returned') {
    if (result === null || result.type === 'undefined') return undefined;
    return { failed: false, text: (room) => ` → ${previewValue(result.value, Math.max(8, room - 3))}` };
  }
  if (outcome === 'threw') {
    const text = exception ? `${exception.name}: ${exception.message}` : 'an exception';
    return { failed: true, text: () => ` threw ${printable(text)}` };
  }
  return { failed: outcome === 'terminated', text: () => ` (${printable(outcome)})` };
}

function argumentsLength(values: CallInfo['arguments']): number {
  return values.reduce((sum, { name, value }) => sum + name.length + 4 + previewValue(value).length, 0);
}

/** Shares the room evenly among the arguments that need more than their part. */
function argumentList(values: CallInfo['arguments'], room: number): string {
  const texts = values.map(({ name, value }) => ({ name: printable(name), value, whole: previewValue(value) }));
  let left = room - texts.reduce((sum, { name }) => sum + name.length + 4, 0);
  let open = texts.length;
  const shares = new Map<object, number>();
  for (const text of texts.toSorted((a, b) => a.whole.length - b.whole.length)) {
    const share = Math.max(6, Math.min(text.whole.length, left / open--));
    shares.set(text, share);
    left -= share;
  }
  return texts
    .map((text) => {
      const share = Math.floor(shares.get(text)!);
      return `${text.name}: ${text.whole.length <= share ? text.whole : previewValue(text.value, share)}`;
    })
    .join(', ');
}
