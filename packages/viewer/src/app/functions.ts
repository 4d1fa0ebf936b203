/* The function whose calls are shown in the table. */
import { signal } from '@preact/signals';
import type { FunctionView } from '@execution-cinema/server/protocol';
import { dock } from './panels.ts';
import { functionById } from './session.ts';
import { openFile } from './source.ts';

export const shownFunction = signal<FunctionView | null>(null);

/** Opens its source and the table of its calls. */
export function showFunction(entry: FunctionView): void {
  shownFunction.value = entry;
  dock.value = 'functions';
  openFile(entry.file, entry.line);
}

export function showFunctionId(id: number): void {
  const entry = functionById.peek().get(id);
  if (entry) showFunction(entry);
}
