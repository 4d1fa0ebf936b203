import type { Recording } from '@execution-cinema/store';
import { printable } from './format/text.ts';

/** Lines of the sources that a recording holds, by original file and line. */
export class SourceLines {
  private readonly recording: Recording;
  private files: Map<string, () => string | null> | undefined;
  private readonly lines = new Map<string, readonly string[]>();

  constructor(recording: Recording) {
    this.recording = recording;
  }

  /** The text of a line (1-based) without its indentation, or undefined when it is not in the recording. */
  at(file: string, line: number): string | undefined {
    const text = this.linesOf(file)[line - 1]?.trim();
    return text === undefined || text === '' ? undefined : printable(text);
  }

  private linesOf(file: string): readonly string[] {
    let lines = this.lines.get(file);
    if (!lines) {
      this.files ??= this.sources();
      lines =
        this.files
          .get(file)?.()
          ?.split(/\r\n|\n|\r/) ?? [];
      this.lines.set(file, lines);
    }
    return lines;
  }

  private sources(): Map<string, () => string | null> {
    const modules = this.recording.moduleIds().map((id) => this.recording.module(id)!);
    return new Map(
      modules.flatMap((module) =>
        (module.sites?.sources ?? [module.file]).map((file, source) => [file, () => module.textOf(source)] as const),
      ),
    );
  }
}
