import type { Recording } from '../read/recording.ts';
import { ChromeFormat } from './chrome.ts';
import { streamFrames, type ExportOptions } from './frame-stream.ts';
import { exportJson } from './json.ts';
import { exportMermaid } from './mermaid.ts';
import { exportOtlp } from './otlp.ts';
import { PerfettoFormat } from './perfetto.ts';
import { SpeedscopeFormat } from './speedscope.ts';

export const EXPORT_FORMATS = ['perfetto', 'chrome', 'speedscope', 'otlp', 'mermaid', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The whole of an export in pieces, in order; the memory that it takes follows what is open, not how much there is. */
export function exportRecording(
  recording: Recording,
  format: ExportFormat,
  options: ExportOptions = {},
): Generator<(string | Uint8Array)[]> {
  switch (format) {
    case 'perfetto':
      return streamFrames(recording, new PerfettoFormat(), options);
    case 'chrome':
      return streamFrames(recording, new ChromeFormat(), options);
    case 'speedscope':
      return streamFrames(recording, new SpeedscopeFormat(recording), options);
    case 'otlp':
      return exportOtlp(recording, options);
    case 'mermaid':
      return exportMermaid(recording, options);
    case 'json':
      return exportJson(recording, options);
  }
}
