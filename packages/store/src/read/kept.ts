import type { ChunkInfo } from './chunks.ts';

/** As many as there are moments that are asked for in turns: where the cursor is, where it was, what is compared. */
const KEPT = 4;

/** What has gone through a chunk up to an event, and can go on from there. */
export interface GoesOn {
  /** Number of the last event that it has taken in. */
  readonly event: number;
}

/**
 * What can go on to a later event of its chunk: the next moment that somebody asks for mostly lies just behind the last
 * one, and going through a chunk from its beginning is most of what a moment takes.
 */
export class Kept<Item extends GoesOn> {
  private readonly items: { chunk: string; item: Item }[] = [];

  /** Hands over what has gone furthest in this chunk, but not beyond the event. It is not kept any longer. */
  take(thread: number, info: ChunkInfo, event: number): Item | undefined {
    const chunk = nameOf(thread, info);
    let best = -1;
    let furthest = -1;
    this.items.forEach((own, i) => {
      if (own.chunk !== chunk || own.item.event > event || own.item.event < furthest) return;
      best = i;
      furthest = own.item.event;
    });
    return best < 0 ? undefined : this.items.splice(best, 1)[0]!.item;
  }

  /** Keeps what nobody else uses any more. */
  keep(thread: number, info: ChunkInfo, item: Item): void {
    this.items.push({ chunk: nameOf(thread, info), item });
    if (this.items.length > KEPT) this.items.shift();
  }
}

/** Kept as long as its owner: what is known without an index may be known better with one. */
export function keptBy<Owner extends object, Item extends GoesOn>(): (owner: Owner) => Kept<Item> {
  const all = new WeakMap<Owner, Kept<Item>>();
  return (owner) => {
    let kept = all.get(owner);
    if (!kept) all.set(owner, (kept = new Kept()));
    return kept;
  };
}

/** A chunk that has grown is another one. */
function nameOf(thread: number, { chunk, words }: ChunkInfo): string {
  return `${thread}/${chunk}/${words}`;
}
