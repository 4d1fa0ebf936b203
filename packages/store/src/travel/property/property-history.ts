import { lastWhere } from '../../read/chunks.ts';
import { changesObjects } from '../../read/live-objects.ts';
import { timeOfMoment } from '../../travel/all-threads.ts';
import { ObjectsAt } from '../../read/objects-at.ts';
import type { SeekLookup } from '../../read/past.ts';
import type { Recording } from '../../read/recording.ts';
import { describeSite } from '../../read/site-text.ts';
import type { Site } from '../../read/sites.ts';
import { creationOf, partOf } from '../origin/creation.ts';
import { Tracer } from '../origin/tracer.ts';
import { ThreadSearch } from '../thread-search.ts';
import { UNKNOWN } from '../track.ts';
import type { Write } from '../types.ts';
import { isSameHeld } from './held.ts';
import type { PropertyChange } from './chunk-life.ts';
import { PropertyLife } from './property-life.ts';

interface Asked {
  thread: number;
  object: number;
  key: string;
}

/** Every value of one property, element or entry of an object, in the order of time. */
export function propertyHistory(recording: Recording, index: SeekLookup | undefined, asked: Asked): Write[] {
  const changes = new PropertyLife(recording, index, asked).all(asked.key).filter(({ held }) => held.known);
  // A method that moved the elements of a list may have put an equal one there.
  const told = changes.filter(
    ({ how, held }, i) => how !== 'moved' || i === 0 || !isSameHeld(changes[i - 1]!.held, held),
  );
  // A field that a class declares is there, and undefined, before the constructor gives it a value.
  const [first, ...later] = told;
  const isDeclared = first?.how === 'first' && first.held.value === undefined && later.length > 0;
  return writesOf(recording, index, asked, isDeclared ? later : told);
}

/** The last of them up to an event, undefined when there is none. */
export function lastPropertyWrite(
  recording: Recording,
  index: SeekLookup | undefined,
  asked: Asked,
  until: number,
): Write | undefined {
  for (const change of new PropertyLife(recording, index, asked).back(asked.key, until)) {
    if (change.held.known) return writesOf(recording, index, asked, [change])[0];
  }
  return undefined;
}

/** Where the thread stood at an event. */
interface Standing {
  call: number;
  site: Site | undefined;
}

function writesOf(
  recording: Recording,
  index: SeekLookup | undefined,
  { thread, object, key }: Asked,
  changes: readonly PropertyChange[],
): Write[] {
  const search = new ThreadSearch(recording, thread, index);
  const places = standings(search, changes);
  return changes.map((change) => {
    const { event, chunk, held } = change;
    const at = lastWhere(search.chunks, (info) => info.chunk <= chunk);
    const { call, site } = places.get(event.event) ?? { call: 0, site: undefined };
    const write: Write = {
      moment: { thread, event: event.event },
      timeNs: event.timeNs,
      call,
      function: site?.function.name ?? '',
      file: site?.file ?? '',
      line: site?.line ?? 0,
      column: site?.column ?? 0,
      operator: operatorOf(change, site),
      value: new ObjectsAt(recording, thread, at, event.event, index).value(held.value, chunk),
      note: noteOf(change),
    };
    return change.how === 'first' ? asMade(recording, index, write, { object, key }) : write;
  });
}

/** Calls and sites of the events of changes, chunk by chunk. */
function standings(search: ThreadSearch, changes: readonly PropertyChange[]): Map<number, Standing> {
  const { recording, thread, chunks } = search;
  const resolver = recording.resolver(thread);
  const found = new Map<number, Standing>();
  for (const chunk of new Set(changes.map((change) => change.chunk))) {
    const events = new Map(changes.filter((change) => change.chunk === chunk).map(({ event }) => [event.event, event]));
    search.walk(
      lastWhere(chunks, (info) => info.chunk <= chunk),
      (scanner, track) => {
        if (!events.has(scanner.event)) return false;
        const frame = track.actor ?? track.top;
        const standing = frame?.position === UNKNOWN ? frame.functionSite : frame?.position;
        const own = changesObjects(scanner.kind) ? resolver.resolve(scanner.payload) : undefined;
        const site = own ?? (standing === undefined ? undefined : resolver.resolve(standing));
        found.set(scanner.event, { call: frame?.call ?? 0, site });
        events.delete(scanner.event);
        return events.size === 0;
      },
    );
  }
  return found;
}

function operatorOf({ how }: PropertyChange, site: Site | undefined): string {
  if (how === 'first' || how === 'seen') return 'seen';
  return (site && describeSite(site).operator) ?? '=';
}

function noteOf({ how, from }: PropertyChange): string {
  if (how === 'moved') return `moved here from [${from}]`;
  if (how === 'removed') return 'taken out';
  if (how === 'first') return 'first seen with this value; how it got there was not recorded';
  return how === 'seen' ? 'seen with another value than before; how it got there was not recorded' : '';
}

/** The first sight of an object: told where the text of the program shows how it was made. */
function asMade(
  recording: Recording,
  index: SeekLookup | undefined,
  write: Write,
  { object, key }: { object: number; key: string },
): Write {
  const { moment, call } = write;
  const tracer = new Tracer(recording, index, 0);
  const made = creationOf(tracer, object, { ...moment, call });
  if (!made?.node) return write;
  const part = partOf(tracer, made, key);
  const node = part && 'node' in part ? part.node : made.node;
  const site = tracer.siteOfCall(made.at);
  const first = { thread: moment.thread, event: made.first };
  return {
    ...write,
    moment: first,
    timeNs: timeOfMoment(recording, first),
    call: made.at.call,
    function: site?.function.name ?? write.function,
    file: site?.file ?? write.file,
    line: node.loc.start.line,
    column: node.loc.start.column,
    operator: 'made',
    note: part ? '' : 'it came with what this expression gave',
  };
}
