import type { CallInfo } from '@execution-cinema/store';
import type { CallView, Outcome } from '../../protocol.ts';
import { atOrNull, callNameOrNull } from './basics.ts';
import { wireOfJson } from './wire-json.ts';

/** A call as rows of the index know it. */
export function callView(call: CallInfo & { functionId?: number | null }): CallView {
  const { thread, result, exception } = call;
  return {
    call: call.name,
    thread,
    functionId: call.functionId ?? 0,
    function: call.function,
    file: call.file,
    line: call.line,
    callLine: call.callLine,
    parent: callNameOrNull(call.parent),
    asyncParent: callNameOrNull(call.asyncParent),
    correlation: call.correlation === null ? null : String(call.correlation),
    correlationName: call.correlationName,
    depth: call.depth ?? 0,
    start: atOrNull(thread, call.startEvent, call.startNs),
    end: atOrNull(thread, call.endEvent, call.endNs),
    outcome: call.outcome as Outcome,
    arguments: call.arguments.map(({ name, value, type, truncated }) => ({
      name,
      value: wireOfJson(value),
      type,
      truncated,
    })),
    result: result && { value: wireOfJson(result.value), type: result.type, truncated: result.truncated },
    exception: exception && {
      name: exception.name,
      message: exception.message,
      stack: exception.stack,
      caught: exception.caught,
    },
  };
}
