import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AsyncGraph } from '@execution-cinema/server/protocol';
import { frame, goTo, state } from '../../app/cursor.ts';
import { askLong } from '../../app/session.ts';
import { viewSpan } from '../../app/timeline.ts';
import { LABEL_WIDTH, layAsync, LANE_HEIGHT, NODE_HEIGHT } from '../../model/async-layout.ts';
import { nameOf } from '../../model/function-name.ts';
import { durationText, plural } from '../../model/units.ts';
import { Latest } from '../../transport/latest.ts';
import { ErrorMessage, Message, Waiting } from '../parts/message.tsx';
import { threadLabel } from '../stage/thread-label.ts';
import { labelOf } from './label.ts';

const LIMIT = 400;

/** What led to what across turns of the event loop, threads and processes. */
export function AsyncPanel() {
  const [scope, setScope] = useState<'chain' | 'span'>('chain');
  const [graph, setGraph] = useState<AsyncGraph | null>(null);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef(new Latest()).current;
  const scroller = useRef<HTMLDivElement>(null);
  const call = frame.value?.call ?? state.value?.asyncCallers[0]?.call ?? state.value?.event.call ?? null;
  const span = viewSpan.value;
  const outer = state.value?.frames.at(-1)?.call ?? call;
  useEffect(() => {
    if (scope === 'chain' && call === null) return setGraph(null);
    // A step inside of what is shown needs no other picture.
    if (scope === 'chain' && graph?.nodes.some((node) => node.call === outer)) return;
    const params = scope === 'chain' ? { call: call!, limit: LIMIT } : { span, limit: LIMIT };
    latest
      .run((signal) => askLong('asyncGraph', params, signal))
      .then((answer) => {
        if (!answer) return;
        setGraph(answer);
        setError(null);
      })
      .catch(setError);
  }, [scope, scope === 'chain' ? outer : span]);
  const picture = useMemo(() => graph && layAsync(graph), [graph]);
  const at = state.value?.at;
  const current = picture?.nodes.findLast(
    ({ node }) =>
      at !== undefined &&
      node.thread === at.thread &&
      node.start.event <= at.event &&
      (node.end === null || node.end.event >= at.event),
  );
  useEffect(() => {
    const element = scroller.current;
    if (!element || !current) return;
    if (
      current.x < element.scrollLeft + LABEL_WIDTH ||
      current.x + current.width > element.scrollLeft + element.clientWidth
    ) {
      element.scrollLeft = current.x - element.clientWidth / 2;
    }
    if (current.y < element.scrollTop || current.y + LANE_HEIGHT > element.scrollTop + element.clientHeight)
      element.scrollTop = current.y - LANE_HEIGHT;
  }, [current?.node.id, picture]);
  const label = labelOf(picture);
  return (
    <div class="column">
      <div class="dock-tools">
        <div class="choice" role="group" aria-label="What is shown">
          <button type="button" aria-pressed={scope === 'chain'} onClick={() => setScope('chain')}>
            Chain of this moment
          </button>
          <button type="button" aria-pressed={scope === 'span'} onClick={() => setScope('span')}>
            Visible time
          </button>
        </div>
        {graph && (
          <span class="faint">
            {plural(graph.nodes.length, 'turn')} of the event loop
            {graph.omitted > 0 && `, ${graph.omitted.toLocaleString('en')} more not shown`}
          </span>
        )}
      </div>
      {error !== null && <ErrorMessage error={error} />}
      {picture && picture.nodes.length > 0 ? (
        <div ref={scroller} class="graph-scroll" tabIndex={0} role="region" aria-label={label}>
          <div style={{ width: `${picture.width}px`, height: `${picture.height}px`, position: 'relative' }}>
            <svg class="graph" width={picture.width} height={picture.height} aria-hidden="true">
              {picture.lanes.map(({ y }, i) => (
                <rect
                  key={i}
                  x={0}
                  y={y}
                  width={picture.width}
                  height={LANE_HEIGHT}
                  class={i % 2 === 0 ? 'lane even' : 'lane'}
                />
              ))}
              {picture.links.map(({ path, kind, key }) => (
                <path key={key} d={path} class={`link kind-${kind}`}>
                  <title>{kind}</title>
                </path>
              ))}
            </svg>
            {picture.lanes.map(({ label: text, thread, y }, i) => (
              <div
                key={i}
                class="lane-label"
                style={{ top: `${y}px`, height: `${LANE_HEIGHT}px`, width: `${LABEL_WIDTH - 12}px` }}
                title={`${threadLabel(thread)}: ${text}`}
              >
                <span>{threadLabel(thread)}</span>
                <span class="faint">{text}</span>
              </div>
            ))}
            {picture.nodes.map(({ node, x, y, width }) => (
              <button
                key={node.id}
                type="button"
                class={`turn${node.threw ? ' threw' : ''}${node.resumed ? ' resumed' : ''}${current?.node.id === node.id ? ' current' : ''}`}
                style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${NODE_HEIGHT}px` }}
                title={`${node.function}\n${node.file}:${node.line}${node.end ? `\n${durationText(node.end.timeNs - node.start.timeNs)}` : ''}${node.resumed ? '\ngoes on after an await' : ''}`}
                onClick={() => void goTo(node.start)}
              >
                {node.resumed && <span aria-hidden="true">↪ </span>}
                {nameOf({ ...node, name: node.function })}
              </button>
            ))}
          </div>
        </div>
      ) : (
        error === null &&
        (graph === null && (scope === 'span' || call !== null) ? (
          <Waiting />
        ) : (
          <Message icon="graph" title="No turn of the event loop belongs here">
            <p>Choose a moment in which something runs, or look at the visible time.</p>
          </Message>
        ))
      )}
    </div>
  );
}
