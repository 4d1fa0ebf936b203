import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { formatCall, parseCall } from '@execution-cinema/format';
import type { Flame } from '@execution-cinema/server/protocol';
import { cursor, frame, goToText, goToTime } from '../../app/cursor.ts';
import { crossings, flameError, loadCrossings, tileFor, tilesVersion } from '../../app/flame-tiles.ts';
import { dock, isDark } from '../../app/panels.ts';
import { ask, code, functionById, generation, overview, wholeSpan } from '../../app/session.ts';
import { panBy, setSpan, showAll, viewSpan, zoomBy } from '../../app/timeline.ts';
import { boxAt, isMerged } from '../../model/boxes.ts';
import { around, lengthOf, timeOf } from '../../model/span.ts';
import { layTracks, trackAt, TRACK_HEAD, visibleTracks } from '../../model/tracks.ts';
import { countText, durationText } from '../../model/units.ts';
import { Button } from '../parts/button.tsx';
import { prepare, useBackground, useSize } from '../parts/canvas.ts';
import { colors } from '../parts/colors.ts';
import { Icon } from '../parts/icon.tsx';
import { ErrorMessage } from '../parts/message.tsx';
import { threadLabel } from '../../app/thread-label.ts';
import { drawFlame, drawFlameMarks, FLAME_RULER } from './draw-flame.ts';

interface Hover {
  thread: number;
  index: number;
  flame: Flame;
  x: number;
  y: number;
}

const ZOOM_STEP = 1.4;
const PAN_STEP = 0.2;
const DRAG_SLACK = 4;

/** Who ran when, in every thread: zoom, pan, select; arrows lead from thread to thread. */
export function FlamePanel() {
  const [box, size] = useSize<HTMLDivElement>();
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const background = useBackground();
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [scrollTop, setScrollTop] = useState(0);
  const [hover, setHover] = useState<Hover | null>(null);
  const [text, setText] = useState('');

  const threads = overview.value?.threads ?? [];
  const span = viewSpan.value;
  const { tracks, height } = useMemo(() => layTracks(threads, closed), [threads, closed]);
  const places = useMemo(() => new Map(tracks.map((track) => [track.thread, track])), [tracks]);
  const found = useMemo(() => foundFunctions(text), [text, code.value]);
  const at = cursor.value;
  const palette = colors.value;
  const version = tilesVersion.value;
  const edges = crossings.value;
  const current = frame.value ? (parseCall(frame.value.call) ?? null) : null;
  const bodyHeight = Math.max(0, size.height - FLAME_RULER);

  // Before the browser paints: in the same picture as everything else that the cursor has changed.
  useLayoutEffect(() => {
    if (size.width === 0) return;
    const shown = visibleTracks(tracks, scrollTop, scrollTop + bodyHeight);
    const pictures = shown.map((track) => ({
      track,
      flame: track.open ? tileFor(track.thread, span, size.width) : undefined,
    }));
    const functions = functionById.peek();
    const picture = {
      span,
      tracks: pictures,
      places,
      scrollTop,
      functions,
      found,
      crossings: edges,
      isDark: isDark.peek(),
    };
    const image = background(
      size,
      [span, tracks, scrollTop, found, edges, palette, functions, ...pictures.map(({ flame }) => flame)],
      (context) => drawFlame(context, size, picture, palette),
    );
    const context = prepare(canvas.current!, size);
    context.drawImage(image, 0, 0, size.width, size.height);
    drawFlameMarks(context, size, picture, { cursorNs: at?.timeNs ?? null, current, hover }, palette);
  }, [size, span, tracks, scrollTop, at, current?.call, hover, found, version, edges, palette, code.value]);

  useEffect(() => {
    const timer = setTimeout(() => void loadCrossings(span), 120);
    return () => clearTimeout(timer);
  }, [span, generation.value]);

  // The thread of the cursor comes into view when it is another one.
  useEffect(() => {
    const track = at && places.get(at.thread);
    const element = scroller.current;
    if (!track || !element) return;
    if (track.top < element.scrollTop || track.top + TRACK_HEAD * 3 > element.scrollTop + element.clientHeight) {
      element.scrollTop = Math.max(0, track.top - 8);
    }
  }, [at?.thread, places]);

  useTimelineKeys();

  const spotOf = (event: MouseEvent) => {
    const bounds = scroller.current!.getBoundingClientRect();
    const x = event.clientX - bounds.left;
    const y = event.clientY - bounds.top + scroller.current!.scrollTop;
    return { x, y, timeNs: timeOf(x, span, size.width), place: trackAt(tracks, y) };
  };
  const hitOf = (event: MouseEvent): Hover | null => {
    const { x, y, timeNs, place } = spotOf(event);
    if (!place || place.row < 0) return null;
    const flame = tileFor(place.track.thread, span, size.width);
    const index = flame ? boxAt(flame, place.row, timeNs, (lengthOf(span) / size.width) * 1.5) : -1;
    return flame && index >= 0
      ? { thread: place.track.thread, index, flame, x, y: y - scroller.current!.scrollTop }
      : null;
  };
  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || (event.target as Element).closest('button')) return;
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    const [startX, startSpan] = [event.clientX, viewSpan.peek()];
    const startNs = spotOf(event).timeNs;
    let dragged = false;
    const drag = (moved: PointerEvent) => {
      if (Math.abs(moved.clientX - startX) > DRAG_SLACK) dragged = true;
      if (!dragged) return;
      if (event.shiftKey) return;
      const by = ((startX - moved.clientX) / size.width) * lengthOf(startSpan);
      setSpan({ fromNs: startSpan.fromNs + by, toNs: startSpan.toNs + by });
    };
    const end = (moved: PointerEvent) => {
      element.removeEventListener('pointermove', drag);
      element.removeEventListener('pointerup', end);
      if (dragged && event.shiftKey) {
        const endNs = spotOf(moved).timeNs;
        setSpan({ fromNs: Math.min(startNs, endNs), toNs: Math.max(startNs, endNs) });
      } else if (!dragged) pick(moved);
    };
    element.addEventListener('pointermove', drag);
    element.addEventListener('pointerup', end);
  };
  const pick = (event: MouseEvent) => {
    const hit = hitOf(event);
    const { timeNs, place } = spotOf(event);
    if (hit) void goToText(formatCall(hit.thread, hit.flame.calls[hit.index]!));
    else if (place) void goToTime(timeNs, place.track.thread);
  };
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoomBy(Math.exp(event.deltaY * 0.003), spotOf(event).timeNs);
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      panBy((event.deltaX || event.deltaY) / Math.max(1, size.width));
    }
  };
  return (
    <div class="flame">
      <div class="dock-tools">
        <input
          class="field"
          type="search"
          aria-label="Mark functions"
          placeholder="Mark functions"
          value={text}
          spellcheck={false}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {found !== null && <span class="faint">{countText(found.size)} found</span>}
        <span class="space" />
        <span class="faint tools-span">{durationText(lengthOf(span))}</span>
        <Button icon="plus" label="Zoom in" keys="W" onClick={() => zoomBy(1 / ZOOM_STEP)} />
        <Button icon="fit" label="Fit the current call, or everything" keys="F" onClick={fit} />
        <Button icon="film" label="Show everything" onClick={showAll} />
      </div>
      {flameError.value !== null && <ErrorMessage error={flameError.value} />}
      <div ref={box} class="flame-box">
        <canvas ref={canvas} class="flame-canvas" aria-hidden="true" />
        <div
          ref={scroller}
          class="flame-scroll"
          style={{ top: `${FLAME_RULER}px` }}
          tabIndex={0}
          role="application"
          aria-label={`Timeline of calls, ${durationText(lengthOf(span))} of ${durationText(lengthOf(wholeSpan.value))}. W and S zoom, A and D move, F fits the current call. The call tree shows the same as text.`}
          onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
          onPointerDown={onPointerDown}
          onPointerMove={(event) => setHover(hitOf(event))}
          onPointerLeave={() => setHover(null)}
          onDblClick={(event) => {
            const hit = hitOf(event);
            if (hit) setSpan(around(hit.flame.startsNs[hit.index]!, hit.flame.endsNs[hit.index]!, wholeSpan.peek()));
            else showAll();
          }}
          onWheel={onWheel}
        >
          <div style={{ height: `${height}px`, position: 'relative' }}>
            {tracks.map((track) => (
              <TrackHead
                key={track.thread}
                top={track.top}
                label={threadLabel(track.thread)}
                open={track.open}
                isCurrent={track.thread === at?.thread}
                onToggle={() => {
                  const next = new Set(closed);
                  if (!next.delete(track.thread)) next.add(track.thread);
                  setClosed(next);
                }}
              />
            ))}
          </div>
        </div>
        {hover && <Tooltip hover={hover} width={size.width} />}
      </div>
    </div>
  );
}

interface HeadProperties {
  top: number;
  label: string;
  open: boolean;
  isCurrent: boolean;
  onToggle: () => void;
}

function TrackHead({ top, label, open, isCurrent, onToggle }: HeadProperties) {
  return (
    <button
      type="button"
      class={`track-head${isCurrent ? ' current' : ''}`}
      style={{ top: `${top}px`, height: `${TRACK_HEAD}px` }}
      aria-expanded={open}
      onClick={onToggle}
    >
      <Icon name={open ? 'down' : 'chevron'} size={12} />
      {label}
    </button>
  );
}

function Tooltip({ hover: { flame, index, x, y }, width }: { hover: Hover; width: number }) {
  const entry = functionById.value.get(flame.functions[index]!);
  const duration = flame.endsNs[index]! - flame.startsNs[index]!;
  const merged = isMerged(flame, index);
  return (
    <div class="tooltip" style={{ left: `${Math.min(x + 12, width - 260)}px`, top: `${y + FLAME_RULER + 14}px` }}>
      <strong>{entry?.name ?? '(unknown)'}</strong>
      <span>
        {merged
          ? `${flame.counts[index]!.toLocaleString('en')} calls in ${durationText(duration)}`
          : durationText(duration)}
      </span>
      {entry && (
        <span class="faint">
          {entry.file}:{entry.line}
        </span>
      )}
    </div>
  );
}

function foundFunctions(text: string): ReadonlySet<number> | null {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return null;
  return new Set(
    code
      .peek()
      .functions.filter(({ name, file }) => `${name} ${file}`.toLowerCase().includes(wanted))
      .map(({ id }) => id),
  );
}

/** The call of the frame; when it fills the picture already, everything. */
async function fitCurrent(): Promise<void> {
  const own = frame.peek();
  if (!own) return showAll();
  const { call } = await ask('call', { call: own.call, limit: 1 });
  const whole = wholeSpan.peek();
  if (!call.start) return showAll();
  const target = around(call.start.timeNs, call.end?.timeNs ?? whole.toNs, whole);
  const span = viewSpan.peek();
  const isThere = Math.abs(target.fromNs - span.fromNs) < 2 && Math.abs(target.toNs - span.toNs) < 2;
  if (isThere) showAll();
  else setSpan(target);
}

function fit(): void {
  fitCurrent().catch(showAll);
}

/** WASD and F, as in Chrome and Perfetto, while the timeline is shown. */
function useTimelineKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (dock.peek() !== 'timeline' || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      if ((event.target as Element).matches?.('input, textarea, select') || document.querySelector('dialog[open]'))
        return;
      if (event.key === 'w') zoomBy(1 / ZOOM_STEP);
      else if (event.key === 's') zoomBy(ZOOM_STEP);
      else if (event.key === 'a') panBy(-PAN_STEP);
      else if (event.key === 'd') panBy(PAN_STEP);
      else if (event.key === 'f') fit();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
