import { computed } from '@preact/signals';
import type { ProcessView, ThreadView } from '@execution-cinema/server/protocol';
import { overview } from './session.ts';
import { labelThreads } from '../model/thread-labels.ts';

const NOTHING: { threads: ThreadView[]; processes: ProcessView[] } = { threads: [], processes: [] };

const labels = computed(() => {
  const { threads, processes } = overview.value ?? NOTHING;
  return labelThreads(threads, processes);
});

/** Short, and different for threads that are different. */
export function threadLabel(thread: number): string {
  return labels.value.get(thread) ?? `thread ${thread}`;
}
