import uPlot from 'uplot';
import type { Colors } from '../parts/colors.ts';

export interface PlotOptions {
  element: HTMLElement;
  width: number;
  height: number;
  /** Milliseconds since the recording began, rising. */
  times: number[];
  values: number[];
  nowMs: number | null;
  colors: Colors;
  onPick: (ms: number) => void;
}

/** A stepped line, since a value holds until the next write; the moment as a line across. */
export function drawPlot({ element, width, height, times, values, nowMs, colors, onPick }: PlotOptions): uPlot {
  const axis = {
    stroke: colors.text3,
    font: `11px ${colors.fontUi}`,
    grid: { stroke: colors.border, width: 1 },
    ticks: { show: false },
  };
  const plot = new uPlot(
    {
      width,
      height,
      legend: { show: false },
      padding: [8, 10, 2, 0],
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      scales: { x: { time: false } },
      axes: [{ show: false }, { ...axis, size: 52, values: (_plot, splits) => splits.map(shortNumber) }],
      series: [
        {},
        {
          stroke: colors.accentSolid,
          width: 1.5,
          paths: uPlot.paths.stepped!({ align: 1 }),
          points: { show: times.length < 80, size: 5, fill: colors.panel, stroke: colors.accentSolid },
        },
      ],
      hooks: {
        draw: [
          (drawn) => {
            if (nowMs === null) return;
            const x = drawn.valToPos(nowMs, 'x', true);
            const { ctx, bbox } = drawn;
            ctx.fillStyle = colors.accent;
            if (x >= bbox.left && x <= bbox.left + bbox.width)
              ctx.fillRect(x, bbox.top, 1.5 * devicePixelRatio, bbox.height);
          },
        ],
      },
    },
    [times, values],
    element,
  );
  plot.over.addEventListener('click', () => {
    const index = plot.cursor.idx;
    const time = index === null || index === undefined ? undefined : times[index];
    if (time !== undefined) onPick(time);
  });
  return plot;
}

function shortNumber(value: number | null): string {
  if (value === null) return '';
  const abs = Math.abs(value);
  if (abs >= 1e9 || (abs > 0 && abs < 1e-3)) return value.toExponential(1);
  if (abs >= 1e6) return `${(value / 1e6).toFixed(1)}M`;
  if (abs >= 1e4) return `${(value / 1e3).toFixed(0)}k`;
  return value.toLocaleString('en', { maximumFractionDigits: 3 });
}
