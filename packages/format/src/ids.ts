/*
 * Names of calls and moments. A call is `T:N`: call number N of thread T. A moment is `T@E`: just after event E of
 * thread T. In SQL a call's id is one integer, thread * 2^40 + number.
 */
const CALLS_PER_THREAD = 2 ** 40;

export function callId(thread: number, call: number): number {
  return thread * CALLS_PER_THREAD + call;
}

export function splitCallId(id: number): { thread: number; call: number } {
  const thread = Math.floor(id / CALLS_PER_THREAD);
  return { thread, call: id - thread * CALLS_PER_THREAD };
}

export function formatCall(thread: number, call: number): string {
  return `${thread}:${call}`;
}

export function formatMoment(thread: number, event: number): string {
  return `${thread}@${event}`;
}

/** Reads `T:N`, or the integer of SQL. Returns undefined for anything else. */
export function parseCall(text: string): { thread: number; call: number } | undefined {
  const match = /^(\d+):(\d+)$/.exec(text);
  if (match) return { thread: Number(match[1]), call: Number(match[2]) };
  return /^\d+$/.test(text) ? splitCallId(Number(text)) : undefined;
}

/** Reads `T@E`. Returns undefined for anything else. */
export function parseMoment(text: string): { thread: number; event: number } | undefined {
  const match = /^(\d+)@(\d+)$/.exec(text);
  return match ? { thread: Number(match[1]), event: Number(match[2]) } : undefined;
}
