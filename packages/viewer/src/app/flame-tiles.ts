/* Boxes of the timeline, tile by tile: what is shown is answered from tiles that are there, while finer ones come. */
import { signal } from '@preact/signals';
import type { EdgeView, Flame, Span } from '@execution-cinema/server/protocol';
import { Lru } from '../model/lru.ts';
import { contains, lengthOf, tileOf } from '../model/span.ts';
import { Latest } from '../transport/latest.ts';
import { ask, wholeSpan } from './session.ts';

interface Tile {
  thread: number;
  flame: Flame;
  /** What was asked for. */
  span: Span;
  /** Nanoseconds of one column. */
  grain: number;
  exact: boolean;
}

const TILES_MAX = 96;
const AGAIN_MS = 600;
const DEPTH_ASKED = 256;
const COLUMNS_MAX = 4_096;

const tiles = new Lru<Tile>(TILES_MAX);
const asking = new Map<number, { key: string; latest: Latest }>();
/** Raised whenever a tile has come: the picture is drawn again. */
export const tilesVersion = signal(0);
export const crossings = signal<readonly EdgeView[]>([]);
export const flameError = signal<unknown>(null);

export function forgetTiles(): void {
  tiles.clear();
  asking.clear();
  tilesVersion.value += 1;
}

/** The best picture there is of a thread in a span; asks for a better one where it is not good enough. */
export function tileFor(thread: number, span: Span, width: number): Flame | undefined {
  const grain = lengthOf(span) / Math.max(1, width);
  let best: Tile | undefined;
  let good = false;
  tiles.find((tile) => {
    if (tile.thread !== thread || !contains(tile.span, span)) return false;
    if (!best || Math.abs(Math.log(tile.grain / grain)) < Math.abs(Math.log(best.grain / grain))) best = tile;
    good = best.grain <= grain * 1.6 && best.grain >= grain / 8 && best.exact;
    return good;
  });
  if (!good) void load(thread, span, grain);
  return best?.flame ?? tiles.find((tile) => tile.thread === thread)?.flame;
}

/** Goes through the functions that boxes stand for, box by box. */
export function forEachBox(look: (functionId: number) => void): void {
  for (const { flame } of tiles.values()) flame.functions.forEach((id) => look(id));
}

async function load(thread: number, span: Span, grain: number): Promise<void> {
  const tile = tileOf(span, wholeSpan.peek());
  const columns = Math.max(64, Math.min(COLUMNS_MAX, Math.ceil(lengthOf(tile) / grain / 64) * 64));
  const key = `${thread} ${tile.fromNs} ${tile.toNs} ${columns}`;
  let own = asking.get(thread);
  if (own?.key === key || tiles.get(key)?.exact) return;
  own = { key, latest: own?.latest ?? new Latest() };
  asking.set(thread, own);
  try {
    const flame = await own.latest.run((cancel) =>
      ask('flame', { thread, span: tile, columns, depth: DEPTH_ASKED }, { signal: cancel }),
    );
    if (!flame) return;
    tiles.set(key, { thread, flame, span: tile, grain: lengthOf(tile) / columns, exact: flame.exact });
    flameError.value = null;
    if (flame.exact) asking.delete(thread);
    else
      setTimeout(() => asking.get(thread)?.key === key && (asking.delete(thread), (tilesVersion.value += 1)), AGAIN_MS);
    tilesVersion.value += 1;
  } catch (error) {
    flameError.value = error;
  }
}

const CROSSINGS_MAX = 400;
const crossingsLatest = new Latest();

export async function loadCrossings(span: Span): Promise<void> {
  try {
    const answer = await crossingsLatest.run((cancel) =>
      ask('edges', { span, acrossThreads: true, limit: CROSSINGS_MAX }, { signal: cancel }),
    );
    if (answer) crossings.value = answer.items;
  } catch {
    crossings.value = []; // arrows are an addition; the list of causes says what is wrong
  }
}
