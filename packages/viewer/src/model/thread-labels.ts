import type { ProcessView, ThreadView } from '@execution-cinema/server/protocol';

/**
 * Names of threads for people: the script of a main thread, the name of a worker. Where two would be called the same, the
 * folder is added; where that does not tell them apart, the process or the thread.
 */
export function labelThreads(
  threads: readonly Pick<ThreadView, 'id' | 'processId' | 'kind' | 'name'>[],
  processes: readonly Pick<ProcessView, 'id' | 'pid' | 'argv'>[],
): Map<number, string> {
  const byId = new Map(processes.map((process) => [process.id, process]));
  const variants = threads.map((thread) => {
    const process = byId.get(thread.processId);
    const own = thread.kind === 'main' ? script(process?.argv ?? []) : thread.name;
    const parts = own.split(/[\\/]/);
    const name = parts.at(-1) || thread.kind;
    const inFolder = parts.length > 1 ? parts.slice(-2).join('/') : name;
    const apart =
      thread.kind === 'main' ? `${inFolder} ${process?.pid ?? thread.processId}` : `${inFolder} (${thread.id})`;
    return { id: thread.id, texts: [name, inFolder, apart] };
  });
  const labels = new Map<number, string>();
  for (const { id, texts } of variants) {
    const unique = texts.find((text, i) => variants.filter((other) => other.texts[i] === text).length === 1);
    labels.set(id, unique ?? texts.at(-1)!);
  }
  return labels;
}

function script(argv: readonly string[]): string {
  return argv.slice(1).find((part) => !part.startsWith('-')) ?? argv[0] ?? '';
}

/** A command line as it was typed, without the folders of node and of the script. */
export function commandText(argv: readonly string[]): string {
  return argv.map((part, index) => (index < 2 ? (part.split(/[\\/]/).at(-1) ?? part) : part)).join(' ');
}
