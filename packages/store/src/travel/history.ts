import { isCaptured, K, SITE_CATCH, SITE_WRITE } from '@execution-cinema/format';
import { chunkView, type ChunkView, type LazyEvent } from '../read/chunk-view.ts';
import { chunkOfEvent } from '../read/chunks.ts';
import { textIn } from '@execution-cinema/codemap';
import { storeError } from '../errors.ts';
import type { CallName, Moment } from '../read/moments.ts';
import { ObjectsAt } from '../read/objects-at.ts';
import type { SeekLookup } from '../read/past.ts';
import type { Recording } from '../read/recording.ts';
import { describeSite } from '../read/site-text.ts';
import { ThreadAt } from '../read/thread-at.ts';
import { parsePath, placeAt, placeIn } from './origin/asked.ts';
import { Tracer } from './origin/tracer.ts';
import { lastPropertyWrite, propertyHistory } from './property/property-history.ts';
import { sitesWhere } from './targets.ts';
import { ThreadSearch } from './thread-search.ts';
import type { HistoryTarget, Write } from './types.ts';

/**
 * Every value that a variable, as the call on top sees it at a moment, or a property of an object of the thread got, in
 * the order of time: of a variable that closures share the writes of its scope instance, of others those of the call; of a
 * property, an element or an entry also what methods put there, what the object was made with, and what it was seen with.
 * With `object` all changes of an object. Empty when nothing of that is recorded. Throws RangeError.
 */
export function history(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: HistoryTarget,
): Write[] {
  if (target.kind === 'property') return propertyHistory(recording, index, { ...target, thread: moment.thread });
  return [...writes(recording, index, moment, target, 1)];
}

/**
 * The history of a variable or path (`cart.items[0]`) as the call on top sees it at a moment, or in a call at its end; see
 * `history`. Throws BAD_EXPRESSION, NO_SUCH_VALUE, NOT_STORED, RangeError.
 */
export function pathHistory(
  recording: Recording,
  index: SeekLookup | undefined,
  at: Moment | CallName,
  path: string,
): Write[] {
  const tracer = new Tracer(recording, index, 0);
  const place = 'call' in at ? placeIn(tracer, at) : placeAt(tracer, at);
  const node = parsePath(path);
  if (node.type === 'Identifier') {
    return history(recording, index, place, { kind: 'variable', name: textIn(node, 'name')! });
  }
  const property = tracer.propertyOf(node, place);
  if (!property) throw storeError('NO_SUCH_VALUE', path);
  return propertyHistory(recording, index, { ...property, thread: place.thread });
}

/** The last write up to a moment, undefined when there is none; see `history`. */
export function lastWrite(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: HistoryTarget,
): Write | undefined {
  if (target.kind === 'property') {
    return lastPropertyWrite(recording, index, { ...target, thread: moment.thread }, moment.event);
  }
  for (const write of writes(recording, index, moment, target, -1)) {
    if (write.moment.event <= moment.event) return write;
  }
  return undefined;
}

function* writes(
  recording: Recording,
  index: SeekLookup | undefined,
  moment: Moment,
  target: Exclude<HistoryTarget, { kind: 'property' }>,
  step: 1 | -1,
): Generator<Write> {
  const { thread } = moment;
  const found =
    target.kind === 'variable' ? ofVariable(recording, index, moment, target.name) : ofObject(target.object);
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
        note: '',
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
  // A parameter that is never written again.
  if (sites.length === 0) return undefined;
  return {
    sites,
    ids: new Set(sites),
    kinds: new Set(scope > 0 ? [K.WRITE_SCOPED] : [K.WRITE, K.CATCH]),
    mayHold: () => true,
    concerns: (event, by) => (scope > 0 ? event.number === scope : by === call),
  };
}

function ofObject(object: number): Sought {
  return {
    sites: [],
    ids: new Set(),
    kinds: new Set([K.PROPERTY, K.PROPERTY_COMPUTED, K.PROPERTY_DELETE, K.MUTATION]),
    mayHold: (view) => view.eventsAbout(object).length > 0,
    concerns: ({ values: [owner] }) => isCaptured(owner) && owner.id === object,
  };
}
