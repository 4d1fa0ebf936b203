/* The call whose tree is shown alone. */
import { signal } from '@preact/signals';
import type { CallName, RequestView } from '@execution-cinema/server/protocol';
import { dock } from './panels.ts';

export interface TreeRoot {
  call: CallName;
  /** The request that it handles; null for a call that was chosen as such. */
  request: string | null;
}

/** Null: the tree of the whole recording. */
export const treeRoot = signal<TreeRoot | null>(null);

/** Shows what a request led to, and nothing else. */
export function showTreeOf(request: RequestView): void {
  setRequest(request);
  dock.value = 'tree';
}

/** Who looks at the tree of one request and chooses another one sees the tree of that. */
export function followRequest(request: RequestView): void {
  if (treeRoot.peek()?.request != null) setRequest(request);
}

function setRequest({ handler, method, url }: RequestView): void {
  if (handler) treeRoot.value = { call: handler.call, request: `${method} ${url}` };
}
