import { formatCall } from '@execution-cinema/format';
import { SLICE_OUTCOMES } from '../detail/types.ts';
import type { ProcessRow, ThreadRow } from '../read/recording.ts';
import type { FrameFormat, StreamFrame } from './frame-stream.ts';
import { frameName, framePlace, processName, threadName } from './names.ts';
import { ProtoWriter } from './protobuf.ts';

/*
 * Perfetto's trace format: a Trace is packets, each a field 1. Names and places are interned per packet sequence, of
 * which every thread has one. Field numbers are those of perfetto's `protos/perfetto/trace`.
 */
const TRACE_PACKET = 1;
const PACKET = {
  timestamp: 8,
  sequenceId: 10,
  trackEvent: 11,
  internedData: 12,
  sequenceFlags: 13,
  trackDescriptor: 60,
} as const;
const SEQUENCE_STARTS = 1;
const SEQUENCE_NEEDS_NAMES = 2;
const TRACK = { uuid: 1, process: 3, thread: 4, parentUuid: 5 } as const;
const PROCESS = { pid: 1, commandLine: 2, name: 6 } as const;
const THREAD = { pid: 1, tid: 2, name: 5 } as const;
const EVENT = {
  debugAnnotations: 4,
  type: 9,
  nameIid: 10,
  trackUuid: 11,
  categories: 22,
  name: 23,
  sourceIid: 34,
} as const;
const EVENT_BEGIN = 1;
const EVENT_END = 2;
const EVENT_INSTANT = 3;
const ANNOTATION = { text: 6, name: 10 } as const;
const INTERNED = { eventNames: 2, sourceLocations: 4 } as const;
const NAME = { iid: 1, text: 2 } as const;
const SOURCE = { iid: 1, file: 2, function: 3, line: 4 } as const;

/** Track of a process; those of threads are their numbers. */
const PROCESS_TRACKS_FROM = 2 ** 32;

export class PerfettoFormat implements FrameFormat {
  private readonly writer = new ProtoWriter();
  private thread: ThreadRow | undefined;
  private readonly namedProcesses = new Set<number>();
  private names = new Map<string, number>();

  head(): Uint8Array {
    return new Uint8Array();
  }

  private packet(fill: (packet: ProtoWriter) => void): Uint8Array {
    return this.writer.clear().message(TRACE_PACKET, fill).written();
  }

  threadStart(thread: ThreadRow, process: ProcessRow | undefined): Uint8Array {
    this.thread = thread;
    this.names = new Map();
    const pid = process?.pid ?? thread.processId;
    const processTrack = PROCESS_TRACKS_FROM + thread.processId;
    const writer = this.writer.clear();
    if (!this.namedProcesses.has(thread.processId)) {
      this.namedProcesses.add(thread.processId);
      writer.message(TRACE_PACKET, (packet) =>
        packet.message(PACKET.trackDescriptor, (track) =>
          track.varint(TRACK.uuid, processTrack).message(TRACK.process, (descriptor) => {
            descriptor.varint(PROCESS.pid, pid);
            for (const text of process?.argv ?? []) descriptor.text(PROCESS.commandLine, text);
            descriptor.text(PROCESS.name, processName(process));
          }),
        ),
      );
    }
    return writer
      .message(TRACE_PACKET, (packet) =>
        packet
          .varint(PACKET.sequenceId, thread.id)
          .varint(PACKET.sequenceFlags, SEQUENCE_STARTS)
          .message(PACKET.trackDescriptor, (track) =>
            track
              .varint(TRACK.uuid, thread.id)
              .varint(TRACK.parentUuid, processTrack)
              .message(TRACK.thread, (descriptor) =>
                descriptor.varint(THREAD.pid, pid).varint(THREAD.tid, thread.id).text(THREAD.name, threadName(thread)),
              ),
          ),
      )
      .written();
  }

  begin(frame: StreamFrame, timeNs: number): Uint8Array {
    const name = frameName(frame);
    const { file, line } = framePlace(frame);
    const key = `${name}\n${file}:${line}`;
    let iid = this.names.get(key);
    const isNew = iid === undefined;
    if (iid === undefined) this.names.set(key, (iid = this.names.size + 1));
    return this.event(timeNs, (packet) => {
      if (isNew) {
        packet.message(PACKET.internedData, (data) =>
          data
            .message(INTERNED.eventNames, (entry) => entry.varint(NAME.iid, iid).text(NAME.text, name))
            .message(INTERNED.sourceLocations, (entry) =>
              entry
                .varint(SOURCE.iid, iid)
                .text(SOURCE.file, file)
                .text(SOURCE.function, name)
                .varint(SOURCE.line, line),
            ),
        );
      }
      packet.message(PACKET.trackEvent, (event) =>
        event
          .varint(EVENT.type, EVENT_BEGIN)
          .varint(EVENT.trackUuid, frame.thread)
          .text(EVENT.categories, 'call')
          .varint(EVENT.nameIid, iid)
          .varint(EVENT.sourceIid, iid)
          .message(EVENT.debugAnnotations, (note) =>
            note.text(ANNOTATION.name, 'call').text(ANNOTATION.text, formatCall(frame.thread, frame.call)),
          ),
      );
    });
  }

  end(frame: StreamFrame, timeNs: number, outcome: number): Uint8Array {
    const text = SLICE_OUTCOMES[outcome]!;
    return this.event(timeNs, (packet) =>
      packet.message(PACKET.trackEvent, (event) => {
        event.varint(EVENT.type, EVENT_END).varint(EVENT.trackUuid, frame.thread);
        if (text === 'returned') return;
        event.message(EVENT.debugAnnotations, (note) =>
          note.text(ANNOTATION.name, 'outcome').text(ANNOTATION.text, text),
        );
      }),
    );
  }

  instant(text: string, kind: 'log' | 'mark', timeNs: number): Uint8Array {
    return this.event(timeNs, (packet) =>
      packet.message(PACKET.trackEvent, (event) =>
        event
          .varint(EVENT.type, EVENT_INSTANT)
          .varint(EVENT.trackUuid, this.thread?.id ?? 0)
          .text(EVENT.categories, kind)
          .text(EVENT.name, text),
      ),
    );
  }

  private event(timeNs: number, fill: (packet: ProtoWriter) => void): Uint8Array {
    return this.packet((packet) => {
      packet
        .varint(PACKET.timestamp, timeNs)
        .varint(PACKET.sequenceId, this.thread?.id ?? 0)
        .varint(PACKET.sequenceFlags, SEQUENCE_NEEDS_NAMES);
      fill(packet);
    });
  }

  threadEnd(): Uint8Array {
    return new Uint8Array();
  }

  tail(): Uint8Array {
    return new Uint8Array();
  }
}
