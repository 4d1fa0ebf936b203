import type { Value } from '../../packages/format/src/index.ts';
import { readRecording } from '../../packages/store/src/index.ts';

export interface StringCounts {
  strings: number;
  /** Strings that are a redaction token or hold one. */
  redacted: number;
  /** Redacted ones by the name they stood under and their token, for whoever looks for the reason. */
  examples: Map<string, number>;
}

const TOKEN = '<redacted ';

/** Counts the string values of a recording, inside objects too, up to `eventsMax` events per thread. */
export function countStrings(recording: string, eventsMax: number): StringCounts {
  const counts: StringCounts = { strings: 0, redacted: 0, examples: new Map() };
  const opened = readRecording(recording);
  try {
    for (const thread of opened.threads()) {
      let left = eventsMax;
      for (const chunkInfo of opened.chunks(thread.id)) {
        const chunk = opened.tryChunk(thread.id, chunkInfo);
        if (typeof chunk === 'string' || left <= 0) break;
        left -= chunkInfo.events;
        const seen = new Set<object>();
        for (const { values } of chunk.events()) for (const value of values) count(value, '', counts, seen);
      }
    }
  } finally {
    opened.close();
  }
  return counts;
}

/** `seen`: an object that is referred to again is not counted again. */
function count(value: Value, name: string, counts: StringCounts, seen: Set<object>): void {
  if (typeof value === 'string') return note(value, name, counts);
  if (typeof value !== 'object' || value === null || seen.has(value)) return;
  seen.add(value);
  if (value.type === 'redacted' || value.type === 'cut string') return note(value.name, name, counts);
  value.items.forEach((item, i) => {
    const key = value.keys[i];
    count(item, typeof key === 'string' ? key : name, counts, seen);
  });
  count(value.message, 'message', counts, seen);
  count(value.stack, 'stack', counts, seen);
}

function note(text: string, name: string, counts: StringCounts): void {
  counts.strings++;
  const at = text.indexOf(TOKEN);
  if (at < 0) return;
  counts.redacted++;
  const example = `${name}: ${text.slice(at, at + 60)}`;
  counts.examples.set(example, (counts.examples.get(example) ?? 0) + 1);
}
