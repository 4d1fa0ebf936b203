import {
  FLAME_ASLEEP,
  FLAME_OPEN_END,
  FLAME_THREW,
  type EdgeView,
  type Flame,
  type FunctionView,
  type Span,
} from '@execution-cinema/server/protocol';
import { hueOf, isMerged, lowerBoundIn } from '../../model/boxes.ts';
import { nameAlone } from '../../model/function-name.ts';
import { xOf } from '../../model/span.ts';
import { ROW_HEIGHT, TRACK_HEAD, type Track } from '../../model/tracks.ts';
import { ticks, timeText } from '../../model/units.ts';
import type { Colors } from '../parts/colors.ts';
import type { Size } from '../parts/canvas.ts';

export interface FlamePicture {
  span: Span;
  tracks: readonly { track: Track; flame: Flame | undefined }[];
  /** Tracks by thread, those off the screen as well: arrows lead there. */
  places: ReadonlyMap<number, Track>;
  scrollTop: number;
  functions: ReadonlyMap<number, FunctionView>;
  /** Functions that a search has found; null without a search. */
  found: ReadonlySet<number> | null;
  crossings: readonly EdgeView[];
  isDark: boolean;
}

/** What moves over the boxes. */
export interface FlameMarks {
  cursorNs: number | null;
  /** Call of the frame that is looked at. */
  current: { thread: number; call: number } | null;
  hover: { thread: number; index: number } | null;
}

export const FLAME_RULER = 20;
const TICK_PIXELS = 84;
const TEXT_MIN = 26;
const GAP = 1;

/** Fill and text by hue of the file; the light ones carry dark text. */
const LIGHT = ['#c9c7f7', '#bfe3f2', '#c6ead6', '#f3dfb2', '#f2cfe3', '#d9cdf5', '#cfe0b4', '#f5cfc2'];
const DARK = ['#3f3d7d', '#1f566b', '#22583d', '#62491a', '#642f4f', '#4b3875', '#40551f', '#693727'];

/** Boxes with their names, arrows, times: everything but the marks. */
export function drawFlame(context: CanvasRenderingContext2D, size: Size, picture: FlamePicture, colors: Colors): void {
  const { span, scrollTop } = picture;
  context.save();
  enterBoxes(context, size, scrollTop);
  for (const { track, flame } of picture.tracks) {
    context.fillStyle = colors.sunken;
    context.fillRect(0, track.top, size.width, TRACK_HEAD);
    if (flame && track.open) drawBoxes(context, size, picture, track, flame, colors);
  }
  drawCrossings(context, size, picture, colors);
  context.restore();
  drawRuler(context, size, span, colors);
}

/** Outlines of the call that is looked at and of the box under the pointer, and the line of the cursor. */
export function drawFlameMarks(
  context: CanvasRenderingContext2D,
  size: Size,
  { span, scrollTop, tracks }: Pick<FlamePicture, 'span' | 'scrollTop' | 'tracks'>,
  { cursorNs, current, hover }: FlameMarks,
  colors: Colors,
): void {
  context.save();
  enterBoxes(context, size, scrollTop);
  for (const { track, flame } of tracks) {
    if (!flame || !track.open) continue;
    const shape = geometryOf(flame, track, span, size);
    if (current?.thread === track.thread)
      outline(context, flame, (i) => flame.calls[i] === current.call, shape, colors.accent, 1.5);
    if (hover?.thread === track.thread) outline(context, flame, (i) => i === hover.index, shape, colors.text2, 1);
  }
  context.restore();
  if (cursorNs === null) return;
  context.fillStyle = colors.accent;
  context.fillRect(xOf(cursorNs, span, size.width) - 0.75, FLAME_RULER - 4, 1.5, size.height);
}

/** Draws below the ruler from here on, in coordinates of the tracks. */
function enterBoxes(context: CanvasRenderingContext2D, size: Size, scrollTop: number): void {
  context.beginPath();
  context.rect(0, FLAME_RULER, size.width, size.height - FLAME_RULER);
  context.clip();
  context.translate(0, FLAME_RULER - scrollTop);
}

function drawBoxes(
  context: CanvasRenderingContext2D,
  size: Size,
  picture: FlamePicture,
  track: Track,
  flame: Flame,
  colors: Colors,
): void {
  const { span, functions, found } = picture;
  const { startsNs, endsNs, depths, flags } = flame;
  const fills = picture.isDark ? DARK : LIGHT;
  const scale = size.width / Math.max(1, span.toNs - span.fromNs);
  const texts: number[] = [];
  const threw: number[] = [];
  const byFill: number[][] = fills.map(() => []);
  const pale: number[] = [];
  // Depth by depth only what the span shows: boxes of a row follow each other.
  const count = depths.length;
  for (let row = 0; row < track.rows; row++) {
    const begin = lowerBoundIn(0, count, (i) => depths[i]! >= row);
    const end = lowerBoundIn(begin, count, (i) => depths[i]! > row);
    for (
      let i = lowerBoundIn(begin, end, (k) => endsNs[k]! >= span.fromNs);
      i < end && startsNs[i]! <= span.toNs;
      i++
    ) {
      const entry = functions.get(flame.functions[i]!);
      const isPale = (flags[i]! & FLAME_ASLEEP) !== 0 || (found !== null && !found.has(flame.functions[i]!));
      if (isPale) pale.push(i);
      else byFill[hueOf(entry?.file ?? '')]!.push(i);
      const width = (endsNs[i]! - startsNs[i]!) * scale;
      if (width >= TEXT_MIN) texts.push(i);
      if ((flags[i]! & FLAME_THREW) !== 0) threw.push(i);
    }
  }
  const { left, right, top } = geometryOf(flame, track, span, size);
  const fill = (indexes: readonly number[]) => {
    for (const i of indexes) {
      const x = left(i);
      context.fillRect(x, top(i), Math.max(1, right(i) - x - (right(i) - x > 3 ? GAP : 0)), ROW_HEIGHT - GAP);
    }
  };
  for (const [hue, indexes] of byFill.entries()) {
    context.fillStyle = fills[hue]!;
    fill(indexes);
  }
  context.fillStyle = colors.lane;
  fill(pale);
  context.fillStyle = colors.redSolid;
  for (const i of threw)
    context.fillRect(left(i), top(i) + ROW_HEIGHT - GAP - 2, Math.max(2, right(i) - left(i) - GAP), 2);
  drawNames(context, picture, flame, texts, { left, right, top }, colors);
  for (const i of texts) if ((flags[i]! & FLAME_OPEN_END) !== 0) drawFade(context, right(i), top(i), colors);
}

interface Geometry {
  left: (i: number) => number;
  right: (i: number) => number;
  top: (i: number) => number;
}

function geometryOf({ startsNs, endsNs, depths }: Flame, track: Track, span: Span, { width }: Size): Geometry {
  const scale = width / Math.max(1, span.toNs - span.fromNs);
  return {
    left: (i) => Math.max(-2, (startsNs[i]! - span.fromNs) * scale),
    right: (i) => Math.min(width + 2, (endsNs[i]! - span.fromNs) * scale),
    top: (i) => track.rowsTop + depths[i]! * ROW_HEIGHT,
  };
}

function drawNames(
  context: CanvasRenderingContext2D,
  { functions }: FlamePicture,
  flame: Flame,
  texts: readonly number[],
  { left, right, top }: Geometry,
  colors: Colors,
): void {
  context.font = `11px ${colors.fontUi}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillStyle = colors.text;
  for (const i of texts) {
    const x = Math.max(0, left(i)) + 5;
    const room = right(i) - x - 4;
    if (room < 14) continue;
    const name = nameAlone(functions.get(flame.functions[i]!));
    const text = isMerged(flame, i) ? `${flame.counts[i]!.toLocaleString('en')} × ${name}` : name;
    const shown = fit(context, text, room);
    if (shown !== '') context.fillText(shown, x, top(i) + ROW_HEIGHT / 2);
  }
}

/** Widths of texts that were measured before: measuring is what costs. */
const widths = new Map<string, number>();
const WIDTHS_MAX = 5_000;

function fit(context: CanvasRenderingContext2D, text: string, room: number): string {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > WIDTHS_MAX) widths.clear();
    widths.set(text, (width = context.measureText(text).width));
  }
  if (width <= room) return text;
  const letters = Math.floor((text.length * room) / width) - 1;
  return letters < 2 ? '' : `${text.slice(0, letters)}…`;
}

function drawFade(context: CanvasRenderingContext2D, x: number, y: number, colors: Colors): void {
  context.fillStyle = colors.panel;
  for (let i = 0; i < 3; i++) context.fillRect(x - 3 - i * 4, y, 1.5, ROW_HEIGHT - GAP);
}

function outline(
  context: CanvasRenderingContext2D,
  flame: Flame,
  isWanted: (i: number) => boolean,
  { left, right, top }: Geometry,
  color: string,
  width: number,
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  for (let i = 0; i < flame.depths.length; i++) {
    if (isWanted(i) && right(i) >= 0)
      context.strokeRect(left(i) + 0.5, top(i) + 0.5, Math.max(2, right(i) - left(i) - 2), ROW_HEIGHT - 2);
  }
}

/** Arrows between threads: what was sent, and where it arrived. */
function drawCrossings(
  context: CanvasRenderingContext2D,
  size: Size,
  { crossings, places, span }: FlamePicture,
  colors: Colors,
): void {
  context.strokeStyle = colors.violetSolid;
  context.fillStyle = colors.violetSolid;
  context.lineWidth = 1.25;
  context.globalAlpha = 0.75;
  for (const { from, to } of crossings) {
    const [a, b] = [from && places.get(from.thread), to && places.get(to.thread)];
    if (!a || !b || !from || !to) continue;
    const [x1, x2] = [xOf(from.timeNs, span, size.width), xOf(to.timeNs, span, size.width)];
    if (Math.max(x1, x2) < 0 || Math.min(x1, x2) > size.width) continue;
    const down = b.top > a.top;
    const y1 = a.rowsTop + (down ? ROW_HEIGHT : 0);
    const y2 = b.rowsTop + (down ? 0 : ROW_HEIGHT / 2);
    const bend = Math.min(60, Math.abs(y2 - y1) / 2);
    context.beginPath();
    context.moveTo(x1, y1);
    context.bezierCurveTo(x1, y1 + (down ? bend : -bend), x2, y2 - (down ? bend : -bend), x2, y2);
    context.stroke();
    context.beginPath();
    context.arc(x2, y2, 2.5, 0, Math.PI * 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

function drawRuler(context: CanvasRenderingContext2D, size: Size, span: Span, colors: Colors): void {
  context.fillStyle = colors.panel;
  context.fillRect(0, 0, size.width, FLAME_RULER);
  context.font = `11px ${colors.fontUi}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (const at of ticks(span.fromNs, span.toNs, Math.max(1, Math.floor(size.width / TICK_PIXELS)))) {
    const x = Math.round(xOf(at, span, size.width)) + 0.5;
    context.fillStyle = colors.border;
    context.fillRect(x, 0, 1, FLAME_RULER);
    const text = timeText(at, span.toNs - span.fromNs);
    if (x + 6 + context.measureText(text).width > size.width) continue;
    context.fillStyle = colors.text3;
    context.fillText(text, x + 5, FLAME_RULER / 2);
  }
  context.fillStyle = colors.border;
  context.fillRect(0, FLAME_RULER - 1, size.width, 1);
}
