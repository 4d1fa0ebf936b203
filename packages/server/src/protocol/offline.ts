/*
 * A page that carries its answers (`tracer export --format html`). They stand on shelves: each is a frame (`frames.ts`) of
 * a `Shelf`, deflated, as base64. The page opens the shelves that it needs.
 *
 * Questions are made ahead in a plain form, from which the page works out what was really asked: states without `since`,
 * moves and values of lines of the innermost frame, whole lists instead of pages, pictures in a few widths.
 */
import type { CallName, ErrorInfo, Moment, Span } from './basics.ts';
import type { VariableName } from './time.ts';

/** Answers by `requestKey` of the plain question. */
export type Shelf = Record<string, { result: unknown } | { error: ErrorInfo }>;

/** What is answered at a moment stands together, for so many events. */
const EVENTS_PER_SHELF = 64;
const CALLS_PER_SHELF = 64;

export const COMMON_SHELF = 'common';

export function momentShelf({ thread, event }: Moment): string {
  return `moments ${thread} ${Math.floor(event / EVENTS_PER_SHELF)}`;
}

export function callShelf(call: CallName): string {
  const [thread, number] = call.split(':');
  return `calls ${thread} ${Math.floor(Number(number) / CALLS_PER_SHELF)}`;
}

/** Where the history of a variable or property stands. */
export function historyShelf(of: VariableName): string {
  return callShelf(of.kind === 'variable' ? of.call : `${of.thread}:${of.object}`);
}

export function fileShelf(file: string): string {
  return `file ${file}`;
}

export function flameShelf(thread: number, level: number): string {
  return `flame ${thread} ${level}`;
}

/** The events of a thread that the page holds, and when they were. */
export interface ThreadMoments {
  thread: number;
  events: Float64Array;
  timesNs: Float64Array;
}

/** Key of `{ result: ThreadMoments[] }` on the common shelf. */
export const MOMENTS_KEY = 'moments';

/** Columns in which the film is made ahead: what is drawn are powers of two anyway. */
export const FILM_COLUMNS_AHEAD = [2_000, 1_000, 500, 250, 125] as const;
export const FLAME_COLUMNS_AHEAD = 4_096;
/** Each level is made of pieces this many times shorter than the part; they begin at every half of their length. */
export const FLAME_LEVELS_AHEAD = [1, 8, 64] as const;

/** Piece `index` of a level of flames. */
export function flamePiece(part: Span, level: number, index: number): Span {
  const length = (part.toNs - part.fromNs) / level;
  const fromNs = part.fromNs + (index * length) / 2;
  return { fromNs, toNs: Math.min(part.toNs, fromNs + length) };
}

export function flamePieces(level: number): number {
  return level * 2 - 1;
}
