import type { MessagePort } from 'node:worker_threads';
import type { LeftOut } from '../budget/left-out.ts';
import type { TracerConfig } from '../config/index.ts';
import type { LoadedScript } from '../positions/loaded-scripts.ts';
import type { FileCount } from './file-counts.ts';

/** What the hooks thread starts with. The ports are transferred. */
export interface HooksThreadData {
  readonly config: TracerConfig;
  readonly leftOut: LeftOut;
  readonly redactionKey: string;
  readonly ownFolders: readonly string[];
  readonly transformBundle: string;
  /** Leads to the recorder thread; null: nothing is instrumented, TypeScript is compiled. */
  readonly recorderPort: MessagePort | null;
  /** BroadcastChannel that leads there too, for hooks of a worker thread, which has no port to give. */
  readonly recorderChannel: string | null;
  /** Others have registered hooks: what they make of a file goes first. */
  readonly isForeign: boolean;
  /** Leads to the program's thread, which reads it only when it must. */
  readonly programPort: MessagePort;
  /** One word: the hooks thread's id, told as soon as it is known. */
  readonly threadId: SharedArrayBuffer;
}

/** What the hooks thread tells the program's thread. */
export type HooksMessage =
  | { readonly type: 'script'; readonly script: LoadedScript }
  /** Its text is in the transform cache under this key. */
  | { readonly type: 'cached script'; readonly name: string; readonly file: string; readonly key: string }
  | { readonly type: 'count'; readonly count: FileCount }
  | { readonly type: 'tell'; readonly text: string };
