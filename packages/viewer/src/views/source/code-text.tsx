import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { whenRested } from '../../app/rest.ts';
import type { ShownFile } from '../../model/shown-file.ts';
import type { FactsByLine } from '../../model/line-facts.ts';
import { CodeLine, type LineActions } from './code-line.tsx';

export const LINE_HEIGHT = 20;
/** Lines drawn above and below what is in view: after a jump, and once the cursor rests there. */
const NEAR_LINES = 2;
const FAR_LINES = 12;
/** Lines kept free above and below the current one when it is brought into view. */
const MARGIN_LINES = 4;
/** Pixels of the gutter (those of the style sheet) without the digits of its numbers, of each of them, and of the one at the right. */
const GUTTER = 66;
const DIGIT = 7.3;
const VALUES_GUTTER = 34;

interface Properties {
  box: RefObject<HTMLDivElement>;
  file: ShownFile;
  facts: FactsByLine;
  /** Brought into view; null: stays where it is. */
  reveals: number | null;
  /** Where the code stands. */
  current: number | null;
  threw: boolean;
  isStale: boolean;
  label: string;
  selected?: number | null;
  stops?: ReadonlySet<number>;
  actions?: LineActions;
  onKeyDown?: (event: KeyboardEvent) => void;
  /** What lies over the lines. */
  children?: ComponentChildren;
}

/** The text of a file with what happened on its lines. Only lines on screen are in the page. */
export function CodeText(properties: Properties) {
  const { box, file, facts, reveals, current, threw, isStale, label, selected, stops, actions, onKeyDown } = properties;
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const seen = useRef<View>({ top: 0, height: 600, width: 600 });
  const look = () => {
    // A text that has just scrolled tells so when another may stand in its place already.
    if (!box.current) return;
    const next = viewOf(box.current);
    const { top, height, width } = seen.current;
    seen.current = next;
    if (next.top !== top || next.height !== height || next.width !== width) redraw(undefined);
  };
  // Lines are drawn where they will be in view, not first where the text stood and then again.
  const revealed = useRef<{ file: ShownFile; line: number | null }>();
  let scrollsTo: number | undefined;
  if (revealed.current?.file !== file || revealed.current.line !== reveals) {
    revealed.current = { file, line: reveals };
    if (reveals !== null) {
      const top = topShowing(seen.current, reveals, file.lines.length);
      if (top !== seen.current.top) scrollsTo = top;
      seen.current = { ...seen.current, top };
    }
  }
  const view = seen.current;
  // Where the text rests with lines around it, it may be scrolled; what is far from there has to be drawn at once.
  const rests = useRef(NaN);
  const isNear = Math.abs(rests.current - view.top) < FAR_LINES * LINE_HEIGHT + view.height;
  const overscan = isNear ? FAR_LINES : NEAR_LINES;
  useEffect(() => {
    if (isNear) rests.current = view.top;
    else {
      return whenRested(() => {
        rests.current = seen.current.top;
        redraw(undefined);
      });
    }
    return undefined;
  }, [view.top, isNear]);
  const letter = useRef(7.2);

  useLayoutEffect(() => {
    const observer = new ResizeObserver(look);
    observer.observe(box.current!);
    letter.current = letterOf(box.current!);
    // How much is in view is known only now.
    seen.current = viewOf(box.current!);
    revealed.current = undefined;
    redraw(undefined);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (scrollsTo === undefined) return;
    // After the other panels have changed, so that the browser lays all of it out once.
    queueMicrotask(() => {
      if (box.current) box.current.scrollTop = scrollsTo;
    });
  });

  const count = file.lines.length;
  const width = view.width - GUTTER - String(count).length * DIGIT - VALUES_GUTTER;
  const first = Math.max(0, Math.floor(view.top / LINE_HEIGHT) - overscan);
  const last = Math.min(count, Math.ceil((view.top + view.height) / LINE_HEIGHT) + overscan);
  // A line that leaves the window gives its elements to one that comes in. Where all lines are other ones, in their order:
  // nothing has to change places.
  const slots = Math.ceil(view.height / LINE_HEIGHT) + 2 * FAR_LINES + 1;
  const drawn = useRef({ base: 0, first: 0, last: 0 });
  const isElsewhere = first >= drawn.current.last || last <= drawn.current.first;
  const base = isElsewhere ? first : drawn.current.base;
  drawn.current = { base, first, last };
  const rows = [];
  for (let i = first; i < last; i++) {
    const line = i + 1;
    rows.push(
      <CodeLine
        key={(((i - base) % slots) + slots) % slots}
        line={line}
        top={i * LINE_HEIGHT}
        tokens={file.lines[i]!}
        facts={facts.get(line)}
        isCurrent={line === current}
        threw={threw && line === current}
        isSelected={line === selected}
        isStop={stops?.has(line) ?? false}
        width={width}
        letter={letter.current}
        actions={actions}
      />,
    );
  }
  return (
    <div
      ref={box}
      class={`code${isStale ? ' stale' : ''}`}
      tabIndex={0}
      role="region"
      aria-label={label}
      onKeyDown={onKeyDown}
      onScroll={look}
    >
      <div class="code-space" style={{ height: `${heightOf(count)}px`, '--digits': String(String(count).length) }}>
        {rows}
        {properties.children}
      </div>
    </div>
  );
}

/** Pixels: what of the text is in view. */
interface View {
  top: number;
  height: number;
  width: number;
}

function viewOf({ scrollTop, clientHeight, clientWidth }: HTMLDivElement): View {
  return { top: scrollTop, height: clientHeight, width: clientWidth };
}

/** Where the view begins once a line is in it, with a few around it. */
function topShowing({ top, height }: View, line: number, count: number): number {
  const at = (line - 1) * LINE_HEIGHT;
  const margin = Math.min(MARGIN_LINES * LINE_HEIGHT, height / 3);
  if (at - margin >= top && at + LINE_HEIGHT + margin <= top + height) return top;
  const last = Math.max(0, heightOf(count) - height);
  return Math.round(Math.max(0, Math.min(last, at - height * 0.4)));
}

/** Pixels of the whole text. */
function heightOf(lines: number): number {
  return lines * LINE_HEIGHT + 40;
}

export function revealLine(box: HTMLDivElement, line: number, count: number): void {
  box.scrollTop = topShowing(viewOf(box), line, count);
}

const LETTERS = '0'.repeat(64);

/** Pixels of one letter of the code: it has one width for all of them. */
function letterOf(box: HTMLDivElement): number {
  const probe = document.createElement('span');
  probe.textContent = LETTERS;
  probe.style.position = 'absolute';
  box.append(probe);
  const { width } = probe.getBoundingClientRect();
  probe.remove();
  return width / LETTERS.length;
}
