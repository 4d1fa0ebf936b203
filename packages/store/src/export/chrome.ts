import { formatCall } from '@execution-cinema/format';
import { SLICE_OUTCOMES } from '../detail/types.ts';
import type { ProcessRow, ThreadRow } from '../read/recording.ts';
import type { FrameFormat, StreamFrame } from './frame-stream.ts';
import { frameName, framePlace, processName, threadName } from './names.ts';

/**
 * The Trace Event Format of chrome://tracing, which Perfetto and others read too: one JSON object, microseconds. A call
 * that ends other than by returning says so in its arguments.
 */
export class ChromeFormat implements FrameFormat {
  private pid = 0;
  private tid = 0;
  private readonly namedProcesses = new Set<number>();
  private isFirst = true;

  head(): string {
    return '{"displayTimeUnit":"ns","traceEvents":[\n';
  }

  private event(fields: Record<string, unknown>): string {
    const separator = this.isFirst ? '' : ',\n';
    this.isFirst = false;
    return separator + JSON.stringify({ pid: this.pid, tid: this.tid, ...fields });
  }

  threadStart(thread: ThreadRow, process: ProcessRow | undefined): string {
    this.pid = process?.pid ?? thread.processId;
    // The number of the thread in the recording, so that it is found again: T of `T:N`.
    this.tid = thread.id;
    let text = '';
    if (!this.namedProcesses.has(thread.processId)) {
      this.namedProcesses.add(thread.processId);
      text += this.event({ ph: 'M', name: 'process_name', args: { name: processName(process) } });
    }
    return text + this.event({ ph: 'M', name: 'thread_name', args: { name: threadName(thread) } });
  }

  begin(frame: StreamFrame, timeNs: number): string {
    const { file, line } = framePlace(frame);
    const args = { call: formatCall(frame.thread, frame.call), place: `${file}:${line}` };
    return this.event({ ph: 'B', cat: 'call', name: frameName(frame), ts: timeNs / 1000, args });
  }

  end(frame: StreamFrame, timeNs: number, outcome: number): string {
    const text = SLICE_OUTCOMES[outcome]!;
    const args = text === 'returned' ? {} : { args: { outcome: text } };
    // The format pairs ends with beginnings by order alone, but the engine of Chrome's DevTools wants their names.
    return this.event({ ph: 'E', cat: 'call', name: frameName(frame), ts: timeNs / 1000, ...args });
  }

  instant(text: string, kind: 'log' | 'mark', timeNs: number): string {
    return this.event({ ph: 'i', s: 't', cat: kind, name: text, ts: timeNs / 1000 });
  }

  threadEnd(): string {
    return '';
  }

  tail(): string {
    return '\n]}\n';
  }
}
