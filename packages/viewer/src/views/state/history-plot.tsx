import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { cursor, goToTime } from '../../app/cursor.ts';
import { wholeSpan } from '../../app/session.ts';
import { shortNumber, timeText } from '../../model/units.ts';
import { prepare, useSize } from '../parts/canvas.ts';
import { colors } from '../parts/colors.ts';
import { drawPlot, scaleOf, type Plot } from './draw-plot.ts';

const HEIGHT = 72;

/** Numbers over time; a click goes to the write under the pointer. */
export function HistoryPlot({ plot }: { plot: Plot }) {
  const [box, { width }] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hover, setHover] = useState<number | null>(null);
  const palette = colors.value;
  const at = cursor.value;
  const size = { width, height: HEIGHT };
  useLayoutEffect(() => {
    if (width > 0) drawPlot(prepare(canvas.current!, size), size, plot, at?.timeNs ?? null, hover, palette);
  }, [plot, width, palette, at?.timeNs, hover]);
  const indexOf = (event: MouseEvent) =>
    scaleOf(plot, size).indexAt(event.clientX - box.current!.getBoundingClientRect().left);
  return (
    <div
      ref={box}
      class="plot"
      style={{ height: `${HEIGHT}px` }}
      role="img"
      aria-label={`Plot of ${plot.values.length} numbers over time`}
      title={
        hover === null
          ? undefined
          : `${shortNumber(plot.values[hover]!)} at ${timeText(plot.timesNs[hover]!, wholeSpan.value.toNs / 4)}`
      }
      onPointerMove={(event) => setHover(indexOf(event))}
      onPointerLeave={() => setHover(null)}
      onClick={(event) => void goToTime(plot.timesNs[indexOf(event)]!, at?.thread ?? null)}
    >
      <canvas ref={canvas} style={{ width: '100%', height: `${HEIGHT}px` }} aria-hidden="true" />
    </div>
  );
}
