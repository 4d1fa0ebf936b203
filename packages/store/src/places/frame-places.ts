import type { ChunkView } from '../read/chunk-view.ts';
import type { Frame } from '../read/replay.ts';
import type { Site, SiteResolver } from '../read/sites.ts';
import { CallPlaces, type CallPlace } from './call-places.ts';
import type { FunctionFlow } from './function-flow.ts';
import { nextOwnEvents, sinceOwnEvents, type RecentCall } from './recent-calls.ts';
import { flowOf, type FlowFinder } from './source-flows.ts';

export interface FramePlaces {
  /** By place from the innermost frame; undefined where nothing better is known than its last own event. */
  found: (CallPlace | undefined)[];
  /** Some cannot be told yet: a text is still being looked through. */
  isPartial: boolean;
}

/**
 * Tells where the frames on the stack (innermost first) stand just after `event`, beyond what their last own events tell.
 * Readers that show no lines do without: it brings a parser along.
 */
export type FramePlacer = (
  view: ChunkView,
  resolver: SiteResolver,
  event: number,
  frames: readonly Frame[],
) => FramePlaces;

export function framePlacer(find: FlowFinder): FramePlacer {
  return (view, resolver, event, frames) => framePlaces(view, resolver, event, frames, find);
}

function framePlaces(
  view: ChunkView,
  resolver: SiteResolver,
  event: number,
  frames: readonly Frame[],
  find: FlowFinder,
): FramePlaces {
  const places = new CallPlaces(resolver, find);
  const since = sinceOwnEvents(view, resolver, event, frames);
  const result: FramePlaces = { found: [], isPartial: false };
  const open: { place: number; flow: FunctionFlow; position: Site; calls: RecentCall[] }[] = [];
  for (const [place, frame] of frames.entries()) {
    const { site, calls } = since[place] ?? { site: undefined, calls: callOf(frames[place - 1]!) };
    const position = site === undefined ? frame.position : resolver.resolve(site);
    if (!position || !frame.site || calls.length === 0) continue;
    const flow = flowOf(position, find);
    if (flow === undefined) result.isPartial = true;
    if (!flow) continue;
    const { found, isSure } = places.find(flow, position, calls, undefined);
    result.found[place] = found;
    if (!isSure) open.push({ place, flow, position, calls });
  }
  if (open.length === 0) return result;
  // What the frame does next leads through few of the places that are possible.
  const next = nextOwnEvents(
    view,
    resolver,
    event,
    frames,
    open.map(({ place }) => place),
  );
  for (const { place, flow, position, calls } of open) {
    const following = next[place];
    if (following !== undefined) result.found[place] = places.find(flow, position, calls, following).found;
  }
  return result;
}

/** The call that has led to a frame, where no more is known. */
function callOf({ siteId }: Frame): RecentCall[] {
  return [{ kind: 'call', site: siteId }];
}
