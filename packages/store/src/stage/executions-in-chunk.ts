import { chunkOfEvent } from '../read/chunks.ts';
import { siteOfEvent } from '../read/event-list.ts';
import { LiveObjects } from '../read/live-objects.ts';
import type { Recording } from '../read/recording.ts';
import { ThreadReplay } from '../read/replay.ts';
import type { Site } from '../read/sites.ts';
import { ownStep, type CallStep } from './call-steps.ts';

/** Steps of one execution that are kept. */
const STEPS_MAX = 8;

export interface ExecutionSteps {
  /** Site of the function. */
  site: Site | undefined;
  /** What the call did on the line, from the asked event on. */
  steps: CallStep[];
}

/** What calls did on a line, by the first event of each execution, for those that lie in one chunk with `event`. */
export function executionsInChunk(
  recording: Recording,
  thread: number,
  event: number,
  line: number,
  wanted: ReadonlySet<number>,
): Map<number, ExecutionSteps> {
  const found = new Map<number, ExecutionSteps>();
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfEvent(chunks, event)];
  const chunk = info && recording.tryChunk(thread, info);
  if (!chunk || typeof chunk === 'string') return found;
  const replay = new ThreadReplay(recording.resolver(thread));
  replay.beginChunk(chunk.header);
  const objects = new LiveObjects();
  /** Executions that go on, by call. */
  const open = new Map<number, ExecutionSteps>();
  for (const item of chunk.events()) {
    objects.begin(item);
    const frame = replay.step(item);
    const site = siteOfEvent(item.kind, item.payload, replay.resolver);
    if (frame) {
      if (wanted.has(item.event)) {
        const execution = { site: frame.site, steps: [] };
        found.set(item.event, execution);
        open.set(frame.call, execution);
      }
      const execution = open.get(frame.call);
      if (execution) {
        const step = ownStep(item, frame, site, replay.ended.at(-1)?.value);
        if (step.line === line && execution.steps.length < STEPS_MAX) execution.steps.push(step);
        else open.delete(frame.call);
      }
    }
    objects.end(item, site);
    if (open.size === 0 && found.size === wanted.size) break;
  }
  return found;
}
