/* The call whose tree is shown alone. */
import { signal } from '@preact/signals';
import type { CallName } from '@execution-cinema/server/protocol';
import { dock } from './panels.ts';

/** Null: the tree of the whole recording. */
export const treeRoot = signal<CallName | null>(null);

/** Shows what a call led to, and nothing else. */
export function showTreeOf(call: CallName): void {
  treeRoot.value = call;
  dock.value = 'tree';
}
