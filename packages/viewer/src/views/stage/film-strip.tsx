import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Film, Span, ThreadView } from '@execution-cinema/server/protocol';
import { cursor, goToTime, stayHere } from '../../app/cursor.ts';
import { askAheadOfClick } from '../../app/near.ts';
import { ask, generation, overview } from '../../app/session.ts';
import { filmSpan, setSpan, showAll, viewSpan } from '../../app/timeline.ts';
import { sizes } from '../../app/panels.ts';
import { timeOf } from '../../model/span.ts';
import { countText, durationText, timeText } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { prepare, useBackground, useSize } from '../parts/canvas.ts';
import { colors } from '../parts/colors.ts';
import { drawFilm, drawFilmMarks, RULER_HEIGHT } from './draw-film.ts';
import { threadLabel } from './thread-label.ts';

const LANE_MIN = 14;
const LANE_MAX = 30;
const COLUMNS_MAX = 2_000;

/** What so many lanes need when each is as high as makes sense. */
export function heightOfLanes(count: number): number {
  return RULER_HEIGHT + Math.max(1, count) * LANE_MAX + 6;
}

/** The whole run: a lane per thread, density of calls, throws, marks, the cursor. Drag scrubs, Shift+drag selects. */
export function FilmStrip() {
  const [box, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const background = useBackground();
  const [film, setFilm] = useState<Film | null>(null);
  const [hoverNs, setHover] = useState<number | null>(null);
  const latest = useRef(new Latest()).current;

  const threads = overview.value?.threads ?? [];
  const whole = filmSpan.value;
  const available = sizes.stageHeight.value - 38 - RULER_HEIGHT - 6;
  const laneHeight = Math.max(LANE_MIN, Math.min(LANE_MAX, Math.floor(available / Math.max(1, threads.length))));
  const height = RULER_HEIGHT + threads.length * laneHeight;
  const columns = Math.min(COLUMNS_MAX, Math.max(1, Math.floor(size.width / 2)));
  const { value: round } = generation;

  useEffect(() => {
    if (size.width === 0) return;
    const load = async (): Promise<void> => {
      const answer = await latest
        .run((signal) => ask('film', { span: whole, columns }, { signal }))
        .catch(() => undefined);
      if (!answer) return;
      setFilm(answer);
      if (!answer.exact) again = setTimeout(() => void load(), 700);
    };
    let again: ReturnType<typeof setTimeout> | undefined;
    void load();
    return () => clearTimeout(again);
  }, [whole.fromNs, whole.toNs, columns, round]);

  const at = cursor.value;
  const palette = colors.value;
  const view = viewSpan.value;
  const lanes = useMemo(() => threads.map(({ id }) => id), [threads]);
  const cursorThread = at?.thread ?? null;
  // Before the browser paints: in the same picture as everything else that the cursor has changed.
  useLayoutEffect(() => {
    const shape = { width: size.width, height };
    if (size.width === 0) return;
    const image = background(shape, [film, lanes, laneHeight, whole, view, cursorThread, palette], (context) =>
      drawFilm(context, shape, { film, lanes, laneHeight, whole, view, cursorThread }, palette),
    );
    const context = prepare(canvas.current!, shape);
    context.drawImage(image, 0, 0, shape.width, shape.height);
    drawFilmMarks(context, shape, { whole, cursorNs: at?.timeNs ?? null, hoverNs }, palette);
  }, [film, size.width, height, lanes, laneHeight, whole, view, at, hoverNs, palette]);

  const spotOf = (event: PointerEvent): { timeNs: number; thread: ThreadView | undefined } => {
    const bounds = canvas.current!.getBoundingClientRect();
    const timeNs = Math.max(
      whole.fromNs,
      Math.min(whole.toNs, timeOf(event.clientX - bounds.left, whole, bounds.width)),
    );
    const lane = Math.floor((event.clientY - bounds.top - RULER_HEIGHT) / laneHeight);
    return { timeNs, thread: lane >= 0 ? threads[lane] : undefined };
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    const start = spotOf(event);
    const thread = start.thread?.id ?? at?.thread ?? null;
    const selects = event.shiftKey;
    let sought = start.timeNs;
    const drag = (moved: PointerEvent) => {
      const { timeNs } = spotOf(moved);
      if (selects) return setSpan(ordered(start.timeNs, timeNs));
      if (timeNs === sought) return;
      sought = timeNs;
      void goToTime(timeNs, thread, true);
    };
    const end = (moved: PointerEvent) => {
      element.removeEventListener('pointermove', drag);
      element.removeEventListener('pointerup', end);
      if (selects) return;
      drag(moved);
      stayHere();
    };
    element.addEventListener('pointermove', drag);
    element.addEventListener('pointerup', end);
    if (!selects) void goToTime(start.timeNs, thread, true);
  };
  return (
    <div class="film">
      <div class="film-labels" style={{ paddingTop: `${RULER_HEIGHT}px` }}>
        {threads.map((thread) => (
          <button
            key={thread.id}
            type="button"
            class={`film-label${thread.id === at?.thread ? ' current' : ''}`}
            style={{ height: `${laneHeight}px` }}
            title={threadTitle(thread)}
            onClick={() => void goToTime(at?.timeNs ?? 0, thread.id)}
          >
            <span class="film-label-text">{threadLabel(thread.id)}</span>
            {thread.throws > 0 && <span class="dot red" title={`${thread.throws} thrown`} />}
          </button>
        ))}
      </div>
      <div
        ref={box}
        class="film-canvas"
        role="slider"
        tabIndex={0}
        aria-label="Moment in the run"
        aria-valuemin={Math.round(whole.fromNs / 1000)}
        aria-valuemax={Math.round(whole.toNs / 1000)}
        aria-valuenow={Math.round((at?.timeNs ?? 0) / 1000)}
        aria-valuetext={at ? `${timeText(at.timeNs, whole.toNs)} in thread ${at.thread}` : 'no moment'}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => {
          const spot = spotOf(event);
          setHover(spot.timeNs);
          askAheadOfClick(spot.timeNs, spot.thread?.id ?? at?.thread ?? null);
        }}
        onPointerLeave={() => setHover(null)}
        onDblClick={showAll}
      >
        <canvas ref={canvas} style={{ width: '100%', height: `${height}px` }} aria-hidden="true" />
      </div>
    </div>
  );
}

function ordered(a: number, b: number): Span {
  return { fromNs: Math.min(a, b), toNs: Math.max(a, b) };
}

function threadTitle(thread: ThreadView): string {
  const length = thread.first && thread.last ? `, ${durationText(thread.last.timeNs - thread.first.timeNs)}` : '';
  const lost =
    thread.dropped + thread.pruned > 0
      ? `, ${countText(thread.dropped)} dropped, ${countText(thread.pruned)} pruned`
      : '';
  return `Thread ${thread.id}: ${countText(thread.calls)} ${thread.calls === 1 ? 'call' : 'calls'}, ${countText(thread.throws)} thrown${length}${lost}`;
}
