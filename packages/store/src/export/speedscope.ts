import type { Recording, ThreadRow } from '../read/recording.ts';
import type { FrameFormat, StreamFrame } from './frame-stream.ts';
import { frameName, framePlace, threadName } from './names.ts';

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';

/**
 * speedscope's own file format: one evented profile per thread, nanoseconds. It has no marks, so lines of output are
 * left out. The table of frames stands at the end, when all are known.
 */
export class SpeedscopeFormat implements FrameFormat {
  private readonly name: string;
  private readonly frames = new Map<string, number>();
  private readonly table: string[] = [];
  private isFirstThread = true;
  private isFirstEvent = true;
  private startNs = 0;
  private thread: ThreadRow | undefined;

  constructor(recording: Recording) {
    this.name = recording.processes()[0]?.argv.join(' ') ?? 'recording';
  }

  head(): string {
    return `{"$schema":"${SCHEMA}","exporter":"execution-cinema","name":${JSON.stringify(this.name)},"profiles":[`;
  }

  threadStart(thread: ThreadRow): string {
    this.thread = thread;
    this.isFirstEvent = true;
    const separator = this.isFirstThread ? '\n' : ',\n';
    this.isFirstThread = false;
    return `${separator}{"type":"evented","name":${JSON.stringify(threadName(thread))},"unit":"nanoseconds","events":[`;
  }

  begin(frame: StreamFrame, timeNs: number): string {
    return this.event('O', frame, timeNs);
  }

  end(frame: StreamFrame, timeNs: number): string {
    return this.event('C', frame, timeNs);
  }

  private event(type: 'O' | 'C', frame: StreamFrame, timeNs: number): string {
    const separator = this.isFirstEvent ? '\n' : ',\n';
    if (this.isFirstEvent) this.startNs = timeNs;
    this.isFirstEvent = false;
    return `${separator}{"type":"${type}","frame":${this.frameIndex(frame)},"at":${timeNs}}`;
  }

  private frameIndex(frame: StreamFrame): number {
    // Threads have site ids of their own for one function.
    const key = frame.site ? `${frame.site.module.id}/${frame.site.functionIndex}` : '';
    let index = this.frames.get(key);
    if (index === undefined) {
      index = this.table.length;
      this.frames.set(key, index);
      const { file, line, column } = framePlace(frame);
      this.table.push(JSON.stringify({ name: frameName(frame), file, line, col: column + 1 }));
    }
    return index;
  }

  instant(): string {
    return '';
  }

  threadEnd(timeNs: number): string {
    const startNs = this.isFirstEvent ? (this.thread?.startNs ?? 0) : this.startNs;
    return `],"startValue":${startNs},"endValue":${Math.max(startNs, timeNs)}}`;
  }

  tail(): string {
    return `],"shared":{"frames":[\n${this.table.join(',\n')}]}}\n`;
  }
}
