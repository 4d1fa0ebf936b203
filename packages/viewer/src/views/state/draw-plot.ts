import type { History } from '@execution-cinema/server/protocol';
import { lowerBoundIn } from '../../model/boxes.ts';
import { shortNumber } from '../../model/units.ts';
import type { Colors } from '../parts/colors.ts';
import type { Size } from '../parts/canvas.ts';

export type Plot = NonNullable<History['plot']>;

const PAD = { left: 8, right: 10, top: 8, bottom: 8 };
const LABEL_WIDTH = 46;
const POINTS_MAX = 80;

/** Where a plot lies in its box. */
export interface PlotScale {
  x: (ns: number) => number;
  y: (value: number) => number;
  /** Index of the value that holds at a place across. */
  indexAt: (x: number) => number;
}

export function scaleOf({ timesNs, values }: Plot, { width, height }: Size): PlotScale {
  const [from, to] = [timesNs[0]!, Math.max(timesNs.at(-1)!, timesNs[0]! + 1)];
  const finite = [...values].filter((value) => Number.isFinite(value));
  const [least, most] = [Math.min(...finite), Math.max(...finite)];
  const left = PAD.left + LABEL_WIDTH;
  const across = Math.max(1, width - left - PAD.right);
  const down = Math.max(1, height - PAD.top - PAD.bottom);
  const range = most - least || 1;
  const x = (ns: number) => left + ((ns - from) / (to - from)) * across;
  return {
    x,
    y: (value) => PAD.top + (most === least ? 0.5 : (most - value) / range) * down,
    indexAt: (at) => Math.max(0, lowerBoundIn(0, timesNs.length, (i) => x(timesNs[i]!) > at + 3) - 1),
  };
}

/** A stepped line, since a value holds until the next write; what is no number is a gap with a red mark. */
export function drawPlot(
  context: CanvasRenderingContext2D,
  size: Size,
  plot: Plot,
  nowNs: number | null,
  hover: number | null,
  colors: Colors,
): void {
  const { timesNs, values } = plot;
  const { x, y } = scaleOf(plot, size);
  const finite = [...values].filter((value) => Number.isFinite(value));
  context.font = `11px ${colors.fontUi}`;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of new Set([Math.min(...finite), Math.max(...finite)])) {
    context.fillStyle = colors.border;
    context.fillRect(PAD.left + LABEL_WIDTH, Math.round(y(value)), size.width, 1);
    context.fillStyle = colors.text3;
    context.fillText(shortNumber(value), PAD.left + LABEL_WIDTH - 6, y(value));
  }
  context.strokeStyle = colors.accentSolid;
  context.lineWidth = 1.5;
  context.beginPath();
  let isDown = false;
  for (let i = 0; i < timesNs.length; i++) {
    const [left, top] = [x(timesNs[i]!), y(values[i]!)];
    if (!Number.isFinite(values[i]!)) {
      isDown = false;
      continue;
    }
    if (isDown) context.lineTo(left, top);
    else context.moveTo(left, top);
    context.lineTo(x(timesNs[i + 1] ?? timesNs[i]!), top);
    isDown = true;
  }
  context.stroke();
  for (let i = 0; i < timesNs.length; i++) {
    const isNumber = Number.isFinite(values[i]!);
    if (isNumber && timesNs.length > POINTS_MAX && i !== hover) continue;
    context.fillStyle = !isNumber ? colors.redSolid : i === hover ? colors.text : colors.accentSolid;
    context.beginPath();
    context.arc(
      x(timesNs[i]!),
      isNumber ? y(values[i]!) : size.height - PAD.bottom,
      i === hover ? 4 : 2.5,
      0,
      Math.PI * 2,
    );
    context.fill();
  }
  if (nowNs === null || nowNs < timesNs[0]!) return;
  context.fillStyle = colors.accent;
  context.fillRect(Math.min(x(nowNs), size.width - PAD.right), 2, 1.5, size.height - 4);
}
