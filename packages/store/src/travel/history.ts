import { isCaptured, K, SITE_CATCH, SITE_WRITE, type Value } from '@execution-cinema/format';
import { chunkView, type ChunkView, type LazyEvent } from '../read/chunk-view.ts';
import { chunkOfEvent } from '../read/chunks.ts';
import type { Moment } from '../read/moments.ts';
import { ObjectsAt } from '../read/objects-at.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { describeSite } from '../read/site-text.ts';
import { ThreadAt } from '../read/thread-at.ts';
import { sitesWhere } from './targets.ts';
import { ThreadSearch } from './thread-search.ts';
import type { HistoryTarget, Write } from './types.ts';

/**
 * Every value that a variable, as the call on top sees it at a moment, or a property of an object of the thread got, in
 * the order of time: of a variable that closures share the writes of its scope instance, of others those of the call.
 * With `object` all changes of an object. Empty when nothing of that is recorded. Throws RangeError.
 */
export function history(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: HistoryTarget,
): Write[] {
  return [...writes(recording, index, moment, target, 1)];
}

/** The last write up to a moment, undefined when there is none; see `history`. */
export function lastWrite(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: HistoryTarget,
): Write | undefined {
  for (const write of writes(recording, index, moment, target, -1)) {
    if (write.moment.event <= moment.event) return write;
  }
  return undefined;
}

function* writes(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: HistoryTarget,
  step: 1 | -1,
): Generator<Write> {
  const { thread } = moment;
  const found =
    target.kind === 'variable'
      ? ofVariable(recording, index, moment, target.name)
      : ofObject(recording, thread, target);
  if (!found) return;
  const search = new ThreadSearch(recording, thread, index);
  const everyChunk = step > 0 ? search.nextChunk : search.chunkBefore;
  const next = found.sites.length > 0 ? search.mentioning(found.sites, step) : everyChunk;
  const last = chunkOfEvent(search.chunks, moment.event);
  for (let at = next(step > 0 ? -1 : last + 1); at >= 0; at = next(at)) {
    const view = chunkView(recording, thread, search.chunks[at]!);
    if (!view || !found.mayHold(view)) continue;
    const events: Write[] = [];
    search.walk(at, (scanner, track) => {
      const { kind, payload, event } = scanner;
      if (!found.kinds.has(kind) || (found.sites.length > 0 && !found.ids.has(payload))) return false;
      const lazy = view.event(event - view.firstEvent);
      const call = track.actor?.call ?? 0;
      if (!found.concerns(lazy, call)) return false;
      const site = recording.resolver(thread).resolve(payload);
      const objects = new ObjectsAt(recording, thread, at, event, index);
      const isMutation = kind === K.MUTATION;
      const raw = kind === K.PROPERTY_DELETE || isMutation ? undefined : lazy.values.at(-1);
      events.push({
        moment: { thread, event },
        timeNs: lazy.timeNs,
        call,
        function: site?.function.name ?? '',
        file: site?.file ?? '',
        line: site?.line ?? 0,
        column: site?.column ?? 0,
        operator: (site && describeSite(site).operator) ?? '=',
        value: objects.value(isMutation ? lazy.values[0] : raw, search.chunks[at]!.chunk),
      });
      return false;
    });
    yield* step > 0 ? events : events.reverse();
  }
}

interface Sought {
  /** Sites of the writes, ascending; empty where only the object tells. */
  sites: number[];
  ids: ReadonlySet<number>;
  kinds: ReadonlySet<number>;
  mayHold(view: ChunkView): boolean;
  concerns(event: LazyEvent, call: number): boolean;
}

function ofVariable(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  name: string,
): Sought | undefined {
  const at = new ThreadAt(recording, moment.thread, moment.event, index);
  const frame = at.frame();
  const variable = frame && at.variableOf(frame, name);
  if (!frame?.site || !variable) return undefined;
  const { module } = frame.site;
  const { scope } = variable;
  const { call } = frame;
  const sites = sitesWhere(recording, moment.thread, (site) => {
    return (
      (site.kind === SITE_WRITE || site.kind === SITE_CATCH) && site.module === module && site.a === variable.index
    );
  });
  return {
    sites,
    ids: new Set(sites),
    kinds: new Set(scope > 0 ? [K.WRITE_SCOPED] : [K.WRITE, K.CATCH]),
    mayHold: () => true,
    concerns: (event, by) => (scope > 0 ? event.number === scope : by === call),
  };
}

function ofObject(recording: Recording, thread: number, target: Exclude<HistoryTarget, { kind: 'variable' }>): Sought {
  const key = target.kind === 'property' ? target.key : undefined;
  const nameOf = (event: LazyEvent): string | undefined => {
    const site = recording.resolver(thread).resolve(event.payload);
    return site?.table.names[site.a];
  };
  return {
    sites: [],
    ids: new Set(),
    kinds: new Set([K.PROPERTY, K.PROPERTY_COMPUTED, K.PROPERTY_DELETE, ...(key === undefined ? [K.MUTATION] : [])]),
    mayHold: (view) => view.eventsAbout(target.object).length > 0,
    concerns: (event) => {
      const [owner, second] = event.values;
      if (!isCaptured(owner) || owner.id !== target.object) return false;
      if (key === undefined) return true;
      const named = event.kind === K.PROPERTY ? nameOf(event) : keyText(second);
      return named === key;
    },
  };
}

function keyText(key: Value): string {
  return String(isCaptured(key) ? key.name : key);
}
