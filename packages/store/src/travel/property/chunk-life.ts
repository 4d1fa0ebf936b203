import { isCaptured, K, type Captured, type Value } from '@execution-cinema/format';
import type { ChunkView, LazyEvent } from '../../read/chunk-view.ts';
import { applyChange, changesObjects } from '../../read/live-objects.ts';
import type { Recording } from '../../read/recording.ts';
import { ABSENT, heldIn, holds, isSameHeld, keyText, positionOf, UNKNOWN_HELD, type Held } from './held.ts';

/**
 * | how | what happened at the event |
 * |---|---|
 * | assigned | the program wrote it |
 * | deleted | `delete` |
 * | added | a method put it there: `argument` of its call |
 * | moved | a method moved it there, from the element `from` |
 * | removed | a method took it out |
 * | content | a method left other content; what it did is told by `before` and the text of the call |
 * | first | the object was seen for the first time, and held this |
 * | seen | the object was looked at again and held something else: code that is not recorded was at work |
 */
export type How = 'assigned' | 'deleted' | 'added' | 'moved' | 'removed' | 'content' | 'first' | 'seen';

/** One event that gave a property, an element or an entry its value. */
export interface PropertyChange {
  how: How;
  event: LazyEvent;
  /** Number of the chunk of the event. */
  chunk: number;
  /** What was held from then on. Objects are told by identity; not known where the content that was taken ends before it. */
  held: Held;
  argument: number;
  from: string;
  /** Of `content`: what the container held before and after, as far as known; its length before, -1 where that is not. */
  before: readonly Value[];
  lengthBefore: number;
  after: readonly Value[];
}

/** What one chunk tells. */
export interface ChunkLife {
  changes: PropertyChange[];
  /** The first look at the object in the chunk, where no write hides what it held before. */
  look: PropertyChange | undefined;
  /** What it holds in the end. */
  held: Held;
  node: Captured | undefined;
}

/** Goes through what one chunk knows of an object. */
export class LifeReader implements ChunkLife {
  readonly changes: PropertyChange[] = [];
  look: PropertyChange | undefined;
  held: Held = UNKNOWN_HELD;
  node: Captured | undefined;
  private begun = false;
  private readonly view: ChunkView;
  private readonly chunk: number;
  private readonly recording: Recording;
  private readonly thread: number;
  private readonly object: number;
  private readonly key: string;
  private readonly captured: ReadonlySet<number>;

  constructor(
    view: ChunkView,
    chunk: number,
    { recording, thread, object, key }: { recording: Recording; thread: number; object: number; key: string },
  ) {
    this.view = view;
    this.chunk = chunk;
    this.recording = recording;
    this.thread = thread;
    this.object = object;
    this.key = key;
    this.captured = new Set(view.eventsThatCapture(object));
  }

  take(number: number): void {
    const { view, object, key } = this;
    const event = view.event(number - view.firstEvent);
    const isFirst = !this.begun;
    this.begun = true;
    const isContent = event.kind === K.MUTATION && (event.number & 0xff) === K.MUTATE_CONTENT;
    const before = isContent ? [...(this.node?.items ?? [])] : [];
    const lengthBefore = this.node?.length ?? -1;
    const isChange = changesObjects(event.kind) && idOf(event.values[0]) === object;
    const isLook = this.captured.has(number);
    if (isLook) this.node = view.object(object, number)?.node;
    else if (isChange && this.node && isContainer(this.node)) applyChange(this.node, event, this.site(event));
    const after = this.node ? heldIn(this.node, key) : UNKNOWN_HELD;
    const found = isChange ? this.change(event, after) : undefined;
    if (found?.how === 'content') {
      Object.assign(found, { before, lengthBefore, after: this.node?.items ?? [] });
      if (isFirst) this.look = found;
      else this.add(contentChange(found, this.held));
      this.held = after;
    } else if (found) {
      this.add(found);
      this.held = found.held;
    } else if (isLook) this.looked(event, after, isFirst);
  }

  private add(change: PropertyChange | undefined): void {
    if (change) this.changes.push(change);
  }

  /** The content was taken. */
  private looked(event: LazyEvent, after: Held, isFirst: boolean): void {
    if (!after.known) return;
    const last = this.changes.at(-1);
    if (isFirst) this.look = this.made('first', event, after);
    else if (!this.held.known && last && !last.held.known) last.held = after;
    else if (!this.held.known && after.has) this.add(this.made('seen', event, after));
    else if (this.held.known && !isSameHeld(this.held, after)) this.add(this.made('seen', event, after));
    this.held = after;
  }

  private made(how: How, event: LazyEvent, held: Held): PropertyChange {
    return { how, event, chunk: this.chunk, held, argument: 0, from: '', before: [], lengthBefore: -1, after: [] };
  }

  /** What an event that changes the object did to the key; undefined when nothing. */
  private change(event: LazyEvent, after: Held): PropertyChange | undefined {
    const { kind, values } = event;
    if (kind === K.MUTATION) return this.mutation(event, after);
    const name = kind === K.PROPERTY ? this.nameIn(event) : keyText(values[1]);
    if (name !== this.key) {
      const isCut = name === 'length' && this.node?.type === 'array' && after.known && !after.has && this.held.has;
      return isCut ? this.made('removed', event, ABSENT) : undefined;
    }
    if (kind === K.PROPERTY_DELETE) return this.made('deleted', event, ABSENT);
    return this.made('assigned', event, holds(values.at(-1)));
  }

  private mutation(event: LazyEvent, after: Held): PropertyChange | undefined {
    const { key, node } = this;
    const operation = event.number & 0xff;
    const count = event.number >>> 8;
    const length = event.number2;
    const at = positionOf(key);
    const given = (argument: number): PropertyChange => ({
      ...this.made('added', event, holds(event.values[1 + argument])),
      argument,
    });
    const moved = (by: number): PropertyChange => ({ ...this.made('moved', event, after), from: String(at + by) });
    const isPlace = at >= 0 && node?.type !== 'map';
    if (node?.type === 'array' && at < 0) return key === 'length' ? this.made('content', event, after) : undefined;
    switch (operation) {
      case K.MUTATE_PUSH: {
        const argument = at - (length - count);
        return isPlace && argument >= 0 && argument < count ? given(argument) : undefined;
      }
      case K.MUTATE_UNSHIFT:
        if (!isPlace || at >= length) return undefined;
        return at < count ? given(at) : moved(-count);
      case K.MUTATE_SHIFT:
        if (!isPlace || at > length) return undefined;
        return at < length ? moved(1) : this.made('removed', event, ABSENT);
      case K.MUTATE_POP:
        return isPlace && at === length ? this.made('removed', event, ABSENT) : undefined;
      case K.MUTATE_SET:
        return keyText(event.values[1]) === key ? given(1) : undefined;
      case K.MUTATE_ADD:
        return isPlace && after.has && !isSameHeld(this.held, after) ? given(0) : undefined;
      case K.MUTATE_DELETE:
        return this.deletion(event, after);
      default:
        return this.made('content', event, after);
    }
  }

  private deletion(event: LazyEvent, after: Held): PropertyChange | undefined {
    const { key, node, held } = this;
    if (node?.type !== 'set') return keyText(event.values[1]) === key ? this.made('removed', event, ABSENT) : undefined;
    if (isSameHeld(held, after)) return undefined;
    if (!after.known || after.has) return { ...this.made('moved', event, after), from: String(positionOf(key) + 1) };
    return held.has ? this.made('removed', event, ABSENT) : undefined;
  }

  private nameIn(event: LazyEvent): string | undefined {
    const site = this.site(event);
    return site?.table.names[site.a];
  }

  private site(event: LazyEvent): ReturnType<ReturnType<Recording['resolver']>['resolve']> {
    return this.recording.resolver(this.thread).resolve(event.payload);
  }
}

/** What a method did that is told by the content it left: nothing to this key, took it out, or something. */
export function contentChange(change: PropertyChange, earlier: Held): PropertyChange | undefined {
  const { held } = change;
  if (isSameHeld(earlier, held)) return undefined;
  if (held.known && !held.has) return earlier.known ? { ...change, how: 'removed' } : undefined;
  return change;
}

function isContainer({ type }: Captured): boolean {
  return type === 'array' || type === 'set' || type === 'map';
}

function idOf(value: Value): number {
  return isCaptured(value) ? value.id : 0;
}
