import type { SourceView } from '@execution-cinema/server/protocol';
import type { Token } from './highlight.ts';

/** A file as it is shown: its text, in coloured pieces. */
export interface ShownFile {
  view: SourceView;
  lines: readonly Token[][];
}
