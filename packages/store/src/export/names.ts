import { basename } from 'node:path';
import type { ProcessRow, ThreadRow } from '../read/recording.ts';
import type { StreamFrame } from './frame-stream.ts';

const MODULE_BODY = '(module)';

/** What a frame is called: the file for a module's own text. */
export function frameName({ site }: StreamFrame): string {
  if (!site) return '(unknown)';
  return site.function.name === MODULE_BODY ? `(module) ${basename(site.file)}` : site.function.name;
}

export function framePlace({ site }: StreamFrame): { file: string; line: number; column: number } {
  return { file: site?.file ?? '', line: site?.function.line ?? 0, column: site?.function.column ?? 0 };
}

export function processName(process: ProcessRow | undefined): string {
  const [program, ...rest] = process?.argv ?? [];
  return program === undefined ? 'node' : [basename(program), ...rest.map((text) => basename(text))].join(' ');
}

export function threadName(thread: ThreadRow): string {
  return thread.name === '' ? `${thread.kind} (thread ${thread.id})` : `${thread.name} (thread ${thread.id})`;
}
