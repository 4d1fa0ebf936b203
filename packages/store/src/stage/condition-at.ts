import { parseExpressionText, SourceSyntaxError } from '@execution-cinema/codemap';
import { storeError } from '../errors.ts';
import type { Moment } from '../read/moments.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadAt } from '../read/thread-at.ts';
import { evaluate, isTruthy, Unknown } from '../travel/evaluate.ts';
import { scopeOf } from '../travel/logpoint.ts';
import { eventAt } from './event-at.ts';

/** Whether an expression holds at a moment, over what the call there sees. What is not recorded does not hold. */
export function conditionHolds(
  recording: Recording,
  index: SeekLookup | undefined,
  { thread, event }: Moment,
  condition: string,
): boolean {
  const expression = parsed(condition);
  const call = eventAt(recording, thread, event, index)?.call ?? 0;
  try {
    return isTruthy(evaluate(expression, scopeOf(new ThreadAt(recording, thread, event, index), call)));
  } catch (error) {
    if (error instanceof Unknown) return false;
    throw error;
  }
}

function parsed(text: string): ReturnType<typeof parseExpressionText> {
  try {
    return parseExpressionText(text);
  } catch (error) {
    if (!(error instanceof SourceSyntaxError)) throw error;
    throw storeError('BAD_EXPRESSION', `${text} (${error.message})`);
  }
}
