import { MARK_KINDS, type Film, type MarkKind, type Span } from '@execution-cinema/server/protocol';
import { xOf } from '../../model/span.ts';
import { ticks, timeText } from '../../model/units.ts';
import type { Colors } from '../parts/colors.ts';
import type { Size } from '../parts/canvas.ts';

export const RULER_HEIGHT = 20;
const TICK_PIXELS = 84;
const LANE_GAP = 2;
const MARK_SIZE = 5;

export interface FilmPicture {
  film: Film | null;
  /** Threads by lane, top down. */
  lanes: readonly number[];
  laneHeight: number;
  whole: Span;
  view: Span;
  cursorThread: number | null;
}

/** What moves over it. */
export interface FilmMarks {
  whole: Span;
  cursorNs: number | null;
  hoverNs: number | null;
}

/** Lanes with what happened in them: everything but the marks, below the ruler. */
export function drawFilm(context: CanvasRenderingContext2D, size: Size, picture: FilmPicture, colors: Colors): void {
  const { film, lanes, laneHeight, whole } = picture;
  drawTicks(context, size, whole, colors);
  const laneOf = new Map(lanes.map((thread, index) => [thread, index]));
  for (const [index, thread] of lanes.entries()) {
    const top = RULER_HEIGHT + index * laneHeight;
    context.fillStyle = thread === picture.cursorThread ? colors.accentSoft : colors.lane;
    roundRect(context, 0, top, size.width, laneHeight - LANE_GAP, 3);
  }
  if (film) {
    drawDensity(context, size, film, laneOf, laneHeight, whole, colors);
    drawMarks(context, size, film, laneOf, laneHeight, whole, colors);
  }
  drawBrush(context, size, picture, colors);
}

/** The cursor and the pointer over the film, and the times along the top, which make room for the cursor's own. */
export function drawFilmMarks(
  context: CanvasRenderingContext2D,
  size: Size,
  { whole, cursorNs, hoverNs }: FilmMarks,
  colors: Colors,
): void {
  const flag = cursorNs === null ? undefined : cursorFlag(context, size, whole, cursorNs, colors);
  drawTimes(context, size, { whole, flag }, colors);
  if (hoverNs !== null) drawLine(context, size, xOf(hoverNs, whole, size.width), colors.borderStrong, 1);
  if (flag) drawCursor(context, size, flag, colors);
}

function ticksOf(whole: Span, { width }: Size): number[] {
  return ticks(whole.fromNs, whole.toNs, Math.max(1, Math.floor(width / TICK_PIXELS)));
}

function drawTicks(context: CanvasRenderingContext2D, size: Size, whole: Span, colors: Colors): void {
  context.fillStyle = colors.border;
  for (const at of ticksOf(whole, size)) {
    context.fillRect(Math.round(xOf(at, whole, size.width)) + 0.5, 0, 1, size.height);
  }
}

/** What the flag of the cursor would cover in part is left out. */
function drawTimes(
  context: CanvasRenderingContext2D,
  size: Size,
  { whole, flag }: { whole: Span; flag: Flag | undefined },
  colors: Colors,
): void {
  context.font = `11px ${colors.fontUi}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const at of ticksOf(whole, size)) {
    const x = Math.round(xOf(at, whole, size.width)) + 0.5;
    const text = timeText(at, whole.toNs - whole.fromNs);
    const end = x + 6 + context.measureText(text).width;
    if (end > size.width || (flag && end > flag.left && x < flag.left + flag.width)) continue;
    context.fillStyle = colors.text3;
    context.fillText(text, x + 5, RULER_HEIGHT / 2);
  }
}

function drawDensity(
  context: CanvasRenderingContext2D,
  size: Size,
  film: Film,
  laneOf: ReadonlyMap<number, number>,
  laneHeight: number,
  whole: Span,
  colors: Colors,
): void {
  const { columns, calls, throws, missing } = film;
  const cellNs = (film.span.toNs - film.span.fromNs) / columns;
  for (const [lane, thread] of film.lanes.entries()) {
    const index = laneOf.get(thread);
    if (index === undefined) continue;
    const base = RULER_HEIGHT + (index + 1) * laneHeight - LANE_GAP;
    const height = laneHeight - LANE_GAP - 3;
    let max = 1;
    for (let c = 0; c < columns; c++) max = Math.max(max, calls[lane * columns + c]!);
    const xs = (c: number) => xOf(film.span.fromNs + c * cellNs, whole, size.width);
    context.fillStyle = colors.accentSolid;
    for (let c = 0; c < columns; c++) {
      const count = calls[lane * columns + c]!;
      if (count <= 0) continue;
      // The logarithm keeps a single call visible beside a burst of millions.
      const share = Math.log1p(count) / Math.log1p(max);
      const bar = Math.max(1.5, share * height);
      context.globalAlpha = 0.38 + 0.57 * share;
      context.fillRect(xs(c), base - bar, Math.max(1, xs(c + 1) - xs(c)), bar);
    }
    context.globalAlpha = 1;
    context.fillStyle = colors.redSolid;
    for (let c = 0; c < columns; c++) {
      if (throws[lane * columns + c]! > 0) context.fillRect(xs(c), base - 2.5, Math.max(2, xs(c + 1) - xs(c)), 2.5);
    }
    context.globalAlpha = 0.35;
    for (let c = 0; c < columns; c++) {
      const why = missing[lane * columns + c];
      context.fillStyle = why === 2 ? colors.violetSolid : colors.amberSolid;
      if (why) context.fillRect(xs(c), base - height - 3, Math.max(1, xs(c + 1) - xs(c)), height + 3);
    }
    context.globalAlpha = 1;
  }
}

/** Marks that are drawn; the others are in the lists. */
const MARK_STYLE: Partial<Record<MarkKind, { color: keyof Colors; shape: 'dot' | 'diamond' | 'bar' }>> = {
  log: { color: 'tealSolid', shape: 'dot' },
  stderr: { color: 'amberSolid', shape: 'dot' },
  exception: { color: 'redSolid', shape: 'dot' },
  uncaught: { color: 'redSolid', shape: 'diamond' },
  request: { color: 'greenSolid', shape: 'bar' },
  snapshot: { color: 'violetSolid', shape: 'diamond' },
  mark: { color: 'violetSolid', shape: 'bar' },
};

function drawMarks(
  context: CanvasRenderingContext2D,
  size: Size,
  film: Film,
  laneOf: ReadonlyMap<number, number>,
  laneHeight: number,
  whole: Span,
  colors: Colors,
): void {
  const { timesNs, kinds, threads } = film.marks;
  for (let i = 0; i < timesNs.length; i++) {
    const style = MARK_STYLE[MARK_KINDS[kinds[i]!]!];
    const index = laneOf.get(threads[i]!);
    if (!style || index === undefined) continue;
    const x = xOf(timesNs[i]!, whole, size.width);
    const y = RULER_HEIGHT + index * laneHeight + MARK_SIZE;
    context.fillStyle = colors[style.color];
    context.strokeStyle = colors.panel;
    context.lineWidth = 1;
    context.beginPath();
    if (style.shape === 'bar') context.rect(x - 1, y - MARK_SIZE / 2, 2, MARK_SIZE + 1);
    else if (style.shape === 'dot') context.arc(x, y, MARK_SIZE / 2, 0, Math.PI * 2);
    else diamond(context, x, y, MARK_SIZE - 0.5);
    context.stroke();
    context.fill();
  }
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

/** What the timelines show, when it is not everything: the rest is veiled. */
function drawBrush(context: CanvasRenderingContext2D, size: Size, { view, whole }: FilmPicture, colors: Colors): void {
  const [from, to] = [xOf(view.fromNs, whole, size.width), xOf(view.toNs, whole, size.width)];
  if (from < 1 && to > size.width - 1) return;
  context.fillStyle = colors.panel;
  context.globalAlpha = 0.55;
  context.fillRect(0, RULER_HEIGHT, Math.max(0, from), size.height);
  context.fillRect(to, RULER_HEIGHT, size.width - to, size.height);
  context.globalAlpha = 1;
  context.fillStyle = colors.accentSolid;
  context.fillRect(from, RULER_HEIGHT - 2, Math.max(2, to - from), 2);
}

/** The time of the cursor, above its line. */
interface Flag {
  x: number;
  left: number;
  width: number;
  text: string;
}

function cursorFlag(
  context: CanvasRenderingContext2D,
  size: Size,
  whole: Span,
  cursorNs: number,
  colors: Colors,
): Flag {
  const x = xOf(cursorNs, whole, size.width);
  const text = timeText(cursorNs, whole.toNs - whole.fromNs);
  context.font = `600 11px ${colors.fontUi}`;
  const width = context.measureText(text).width + 12;
  return { x, text, width, left: Math.max(0, Math.min(size.width - width, x - width / 2)) };
}

function drawCursor(
  context: CanvasRenderingContext2D,
  size: Size,
  { x, left, width, text }: Flag,
  colors: Colors,
): void {
  context.font = `600 11px ${colors.fontUi}`;
  drawLine(context, size, x, colors.accent, 1.5);
  context.fillStyle = colors.accentSolid;
  roundRect(context, left, 1, width, RULER_HEIGHT - 4, 5);
  context.fillStyle = '#fff';
  context.textAlign = 'center';
  context.fillText(text, left + width / 2, RULER_HEIGHT / 2 - 0.5);
  context.textAlign = 'left';
}

function drawLine(context: CanvasRenderingContext2D, size: Size, x: number, color: string, width: number): void {
  context.fillStyle = color;
  context.fillRect(x - width / 2, RULER_HEIGHT - 2, width, size.height - RULER_HEIGHT + 2);
}

function roundRect(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  radius: number,
): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
}
