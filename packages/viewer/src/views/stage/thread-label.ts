import type { Overview, ThreadView } from '@execution-cinema/server/protocol';

/** `main.ts`, `worker 2 · worker.ts`: short, and different for threads that are different. */
export function threadLabel(thread: ThreadView, overview: Overview | null): string {
  const process = overview?.processes.find(({ id }) => id === thread.processId);
  const script = scriptOf(process?.argv ?? []);
  if (thread.kind === 'main') return script || `process ${process?.pid ?? thread.processId}`;
  const name = thread.name.split('/').at(-1) || 'worker';
  return `${name} #${thread.id}`;
}

/** The script in a command line, without its folders. */
export function scriptOf(argv: readonly string[]): string {
  const script = argv.slice(1).find((part) => !part.startsWith('-')) ?? argv[0] ?? '';
  return script.split(/[\\/]/).at(-1) ?? '';
}

/** A command line as it was typed, without the folders of node and of the script. */
export function commandText(argv: readonly string[]): string {
  return argv.map((part, index) => (index < 2 ? (part.split(/[\\/]/).at(-1) ?? part) : part)).join(' ');
}
