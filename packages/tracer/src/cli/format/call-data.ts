import { formatCall, splitCallId } from '@execution-cinema/format';
import type { CallInfo } from '@execution-cinema/store';

/** A call in `--json`: calls are named `T:N` throughout, the id of SQL stands beside. */
export function callData(call: CallInfo): Record<string, unknown> {
  const { id, name, parent, asyncParent, correlation, correlationName, ...rest } = call;
  return {
    call: name,
    id,
    ...rest,
    parent: nameOf(parent),
    asyncParent: nameOf(asyncParent),
    correlation:
      correlationName ?? (correlation !== null && correlation < 0 ? String(correlation) : nameOf(correlation)),
  };
}

function nameOf(id: number | null): string | null {
  if (id === null) return null;
  const { thread, call } = splitCallId(id);
  return formatCall(thread, call);
}
