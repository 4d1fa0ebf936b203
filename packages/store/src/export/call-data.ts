import {
  callId,
  formatCall,
  isCaptured,
  K,
  truncationOf,
  typeOfValue,
  valueToJson,
  type Json,
  type Value,
} from '@execution-cinema/format';
import type { WalkedCall } from '../facts/walk.ts';

/** A value as machine output shows it. */
interface ValueData {
  value: Json;
  type: string;
  truncated?: string;
}

function valueData(value: Value): ValueData {
  const truncated = truncationOf(value);
  return { value: valueToJson(value), type: typeOfValue(value), ...(truncated === undefined ? {} : { truncated }) };
}

/** Arguments by the names of the parameters. */
export function namedArguments({ arguments: values, frame }: WalkedCall): { name: string; value: Value }[] {
  const names = frame.site?.function.parameters;
  return (values ?? []).map((value, position) => ({ name: names?.[position] ?? `argument ${position}`, value }));
}

/** `RangeError: too much` of a thrown value. */
export function errorText(thrown: { value: Value } | undefined): string | null {
  if (!thrown) return null;
  const { value } = thrown;
  if (!isCaptured(value) || value.type !== 'error') return `${typeOfValue(value)}: ${String(valueText(value))}`;
  return `${value.name}: ${valueText(value.message)}`;
}

function valueText(value: Value): string {
  return typeof value === 'string'
    ? value
    : isCaptured(value) && value.name !== ''
      ? value.name
      : JSON.stringify(valueToJson(value));
}

/** Root of the asynchronous chain of a call: a name for it that is the same in all its calls, and unique. */
export function chainOf({ thread, frame }: WalkedCall): string {
  const { correlation } = frame;
  const named = correlation - K.NAMED_CORRELATION_FIRST;
  return named >= 0 ? `${thread}:named:${named}` : formatCall(thread, correlation || frame.call);
}

/** One call as the export `json` shows it. */
export function callRecord(call: WalkedCall): Record<string, unknown> {
  const { frame, thread } = call;
  const nameOf = (number: number): string | null => (number > 0 ? formatCall(thread, number) : null);
  return {
    call: formatCall(thread, frame.call),
    id: callId(thread, frame.call),
    thread,
    function: frame.site?.function.name ?? null,
    file: frame.site?.file ?? null,
    line: frame.site?.function.line ?? null,
    parent: nameOf(frame.parent),
    asyncParent: nameOf(frame.asyncParent),
    chain: chainOf(call),
    depth: frame.startDepth,
    startNs: frame.startNs < 0 ? null : frame.startNs,
    endNs: call.endNs,
    outcome: call.outcome,
    arguments: call.arguments ? namedArguments(call).map(({ name, value }) => ({ name, ...valueData(value) })) : null,
    result: call.outcome === 'returned' ? valueData(call.result) : null,
    error: errorText(call.thrown),
  };
}
