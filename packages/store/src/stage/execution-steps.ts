import { K } from '@execution-cinema/format';
import { chunkView } from '../read/chunk-view.ts';
import { chunkOfEvent } from '../read/chunks.ts';
import { siteOfEvent } from '../read/event-list.ts';
import type { Recording } from '../read/recording.ts';
import type { Site } from '../read/sites.ts';
import { ownStep, type CallStep } from './call-steps.ts';

/** Steps of one execution that are kept, and events that are gone through for them: calls may lie between. */
const STEPS_MAX = 8;
const EVENTS_MAX = 50_000;

export interface ExecutionSteps {
  /** Site of the function. */
  site: Site | undefined;
  /** What the call did on the line, from the event on. */
  steps: CallStep[];
}

/** What a call did on a line in the execution that began with `event`, as far as it lies in the chunk of that. */
export function executionSteps(recording: Recording, thread: number, event: number, line: number): ExecutionSteps {
  const result: ExecutionSteps = { site: undefined, steps: [] };
  const chunks = recording.chunks(thread);
  const info = chunks[chunkOfEvent(chunks, event)];
  const again = () => info && chunkView(recording, thread, info);
  const view = again();
  if (!view) return result;
  const resolver = recording.resolver(thread);
  const end = Math.min(view.endEvent, event + EVENTS_MAX);
  /** Calls above the one that is looked at. */
  let above = 0;
  let pending: number | undefined;
  for (let at = event; at < end && result.steps.length < STEPS_MAX; at++) {
    const { kind, payload } = view.event(at - view.firstEvent);
    if (at > event && (kind <= K.ENTER_MANY || kind === K.RESUME)) {
      above++;
      continue;
    }
    const leaves = kind > K.ENTER_MANY && kind <= K.SUSPEND_VALUE && kind !== K.RETURN_VALUE;
    if (above > 0) {
      if (leaves) above -= kind === K.UNWIND ? payload : 1;
      if (above < 0) break;
      continue;
    }
    const site = siteOfEvent(kind, payload, resolver);
    if (site) result.site ??= site;
    if (kind === K.RETURN_VALUE) pending = at;
    const standing = { site: result.site, position: result.site };
    const step = ownStep({ view, again }, { event: at, standing, site, returned: pending });
    if (step.line !== line) break;
    result.steps.push(step);
    if (leaves) break;
  }
  return result;
}
