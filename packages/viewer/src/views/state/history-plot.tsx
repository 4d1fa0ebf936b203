import { useEffect, useRef } from 'preact/hooks';
import type { History } from '@execution-cinema/server/protocol';
import { cursor, goToTime } from '../../app/cursor.ts';
import { colors } from '../parts/colors.ts';
import { useSize } from '../parts/canvas.ts';

const HEIGHT = 72;
const NS_PER_MS = 1_000_000;

/** Numbers over time. The library is fetched when the first plot is shown. */
export function HistoryPlot({ plot }: { plot: NonNullable<History['plot']> }) {
  const [box, { width }] = useSize<HTMLDivElement>();
  const canvas = useRef<{ destroy: () => void } | null>(null);
  const palette = colors.value;
  const at = cursor.value;
  useEffect(() => {
    if (width === 0) return;
    let isGone = false;
    void import('./plot.ts').then(({ drawPlot }) => {
      if (isGone || !box.current) return;
      canvas.current?.destroy();
      canvas.current = drawPlot({
        element: box.current,
        width,
        height: HEIGHT,
        times: [...plot.timesNs].map((ns) => ns / NS_PER_MS),
        values: [...plot.values],
        nowMs: at ? at.timeNs / NS_PER_MS : null,
        colors: palette,
        onPick: (ms) => void goToTime(ms * NS_PER_MS, at?.thread ?? null),
      });
    });
    return () => {
      isGone = true;
      canvas.current?.destroy();
      canvas.current = null;
    };
  }, [plot, width, palette, at?.timeNs]);
  return (
    <div
      ref={box}
      class="plot"
      style={{ height: `${HEIGHT}px` }}
      role="img"
      aria-label={`Plot of ${plot.values.length} numbers over time`}
    />
  );
}
