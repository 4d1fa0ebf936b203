/* What can wait until the cursor rests: nobody sees it in the picture that a move has made. */
import { effect } from '@preact/signals';
import { cursor, state } from './cursor.ts';

/** Longer than it takes to make the next of several steps. */
const REST_MS = 300;

const waiting = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Runs once the cursor has rested for a while. The function that this returns takes it back. */
export function whenRested(work: () => void): () => void {
  waiting.add(work);
  timer ??= setTimeout(runAll, REST_MS);
  return () => waiting.delete(work);
}

function runAll(): void {
  timer = undefined;
  const due = [...waiting];
  waiting.clear();
  for (const work of due) work();
}

/** Starts following the cursor. */
export function followRest(): void {
  effect(() => {
    void [cursor.value, state.value];
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(runAll, REST_MS);
  });
}
