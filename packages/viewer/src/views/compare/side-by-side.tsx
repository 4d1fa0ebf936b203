import type { ComponentChildren } from 'preact';
import { useComputed } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { formatMoment } from '@execution-cinema/format';
import { frameName } from '../../app/names.ts';
import type { At, FrameView, Overview, StateView } from '@execution-cinema/server/protocol';
import {
  areTogether,
  compareError,
  compareWith,
  counterpart,
  diff,
  differenceHere,
  goToDifference,
  onlyDifferent,
  otherFile,
  otherFrame,
  otherHits,
  otherRec,
  otherRun,
  otherState,
  otherValues,
  stopComparing,
} from '../../app/compare.ts';
import { frame, selectFrame, state } from '../../app/cursor.ts';
import { defaultSize, sizes } from '../../app/panels.ts';
import { overview } from '../../app/session.ts';
import { hits, lineValues, shown } from '../../app/source.ts';
import { openAt } from '../../app/start.ts';
import { NOWHERE } from '../../model/address.ts';
import { maxSize } from '../../model/layout.ts';
import { lineFacts, markDifferent, NOTHING_KNOWN, THROWING, type FactsByLine } from '../../model/line-facts.ts';
import { pairLines, type PairedLines } from '../../model/paired-lines.ts';
import type { ShownFile } from '../../model/shown-file.ts';
import { commandText } from '../../model/thread-labels.ts';
import { agoText, plural } from '../../model/units.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { ErrorMessage, Message } from '../parts/message.tsx';
import { PlaceText } from '../parts/place.tsx';
import { Splitter } from '../parts/splitter.tsx';
import { CodeText } from '../source/code-text.tsx';
import { TwinState } from './twin-state.tsx';

/** Two runs at the same point of what they do: source and variables of both, moved together by the one cursor. */
export function SideBySide() {
  const own = state.value;
  const other = otherState.value;
  const facts = useComputed(pairedFacts);
  const found = counterpart.value;
  const alone = { left: frame.value, right: null, leftAt: own?.at ?? null, rightAt: null };
  // While the other is on its way, both stay as they were: else what differs for a moment would be marked.
  const together = useRef<Pair | null>(null);
  if (areTogether.value && other) {
    together.current = { ...alone, right: otherFrame.value, rightAt: other.at };
  }
  const pair = found?.at === null ? alone : (together.current ?? alone);
  return (
    <section class="twins" aria-label="Two recordings side by side" data-together={String(areTogether.value)}>
      <TwinBar edited={facts.value.edited} />
      <div class="twin-sources">
        <Run
          title="This recording"
          run={overview.value}
          at={own?.at ?? null}
          view={own}
          current={frame.value}
          file={shown.value}
          facts={facts.value.own}
          onFrame={selectFrame}
        />
        <Run
          title="The other"
          run={otherRun.value}
          at={other?.at ?? null}
          view={other}
          current={otherFrame.value}
          file={other ? otherFile.value : null}
          facts={facts.value.other}
        >
          {compareError.value !== null ? (
            <ErrorMessage error={compareError.value} />
          ) : found && !found.at ? (
            <Message icon="compare" title="The other recording is nowhere near">
              <p>{found.why} Step on, or go to the first difference.</p>
            </Message>
          ) : (
            !other && <Message title="Pairing the two recordings…" />
          )}
        </Run>
      </div>
      <Splitter
        size={sizes.dockHeight}
        direction="rows"
        side="after"
        label="Height of the variables"
        min={96}
        max={() => maxSize('dockHeight', { width: innerWidth, height: innerHeight })}
        reset={defaultSize('dockHeight')}
      />
      <div class="twin-state-box" style={{ height: `${sizes.dockHeight.value}px` }}>
        <TwinState {...pair} rec={otherRec.value ?? ''} />
      </div>
    </section>
  );
}

type Pair = Omit<Parameters<typeof TwinState>[0], 'rec'>;

/** Which lines of two texts are the same: the texts change less often than the cursor. */
let pairedTexts: { own: string; other: string; lines: PairedLines } | undefined;

function pairedLines(own: string, other: string): PairedLines {
  if (pairedTexts?.own !== own || pairedTexts.other !== other) {
    pairedTexts = { own, other, lines: pairLines(own, other) };
  }
  return pairedTexts.lines;
}

/** What happened on the lines of both, with the lines marked that differ, or on which their values do. */
function pairedFacts() {
  const [own, other] = [shown.value?.view, otherFile.value?.view];
  const factsOf = () => (own ? lineFacts(own, hits.value, lineValues.value) : NOTHING_KNOWN);
  const othersOf = () => (other ? lineFacts(other, otherHits.value, otherValues.value) : NOTHING_KNOWN);
  const [text, otherText] = [own?.text, other?.text];
  const isPair = text === otherText || own?.file === other?.file;
  if (text == null || otherText == null || !isPair || !areTogether.value) {
    return { own: factsOf(), other: othersOf(), edited: 0 };
  }
  const lines = pairedLines(text, otherText);
  return {
    own: markDifferent(factsOf(), othersOf(), lines.others),
    other: markDifferent(othersOf(), factsOf(), lines.own),
    edited: Math.max(unpaired(lines.others), unpaired(lines.own)),
  };
}

function unpaired(lines: Int32Array): number {
  return lines.subarray(1).filter((line) => line === 0).length;
}

function TwinBar({ edited }: { edited: number }) {
  const found = diff.value;
  const differences = found?.differences ?? [];
  const here = differenceHere.value;
  return (
    <header class="twin-bar panel-head" role="toolbar" aria-label="Comparison">
      <Icon name="compare" />
      <h2>Side by side</h2>
      {found && differences.length === 0 && (
        <span class="chip green">no difference in {plural(found.compared, 'step')}</span>
      )}
      {differences.length > 0 && (
        <Button
          label="To where the two first part"
          class={`small${here === differences[0] ? ' is-here' : ''}`}
          onClick={() => void goToDifference(differences[0]!)}
        >
          First difference
        </Button>
      )}
      {differences.length > 1 && (
        <select
          class="select twin-choice"
          aria-label="Difference"
          value={here ? String(differences.indexOf(here)) : ''}
          onChange={(event) => {
            const chosen = differences[Number(event.currentTarget.value)];
            if (chosen) void goToDifference(chosen);
          }}
        >
          {!here && <option value="">{plural(differences.length, 'thread')} differ</option>}
          {differences.map(({ kind, left, right, why }, i) => (
            <option key={i} value={String(i)} title={why}>
              {kind}: {left.function || right.function || why}
            </option>
          ))}
        </select>
      )}
      <Standing />
      {edited > 0 && (
        <span class="chip amber" title="Functions whose text is not the same are compared by their calls alone">
          {plural(edited, 'line')} of this file {edited === 1 ? 'is' : 'are'} written otherwise
        </span>
      )}
      <span class="space" />
      <label class="check">
        <input
          type="checkbox"
          checked={onlyDifferent.value}
          onChange={(event) => (onlyDifferent.value = event.currentTarget.checked)}
        />
        only what differs
      </label>
      <Button
        label="The other recording becomes the one that the cursor moves"
        class="small"
        onClick={() => void swap()}
      >
        Swap
      </Button>
      <Button icon="close" label="Close the comparison" onClick={stopComparing} />
    </header>
  );
}

/** How the two stand to each other at the cursor. */
function Standing() {
  const here = differenceHere.value;
  const found = counterpart.value;
  if (here) return <Told tone={here.kind === 'value' ? 'amber' : 'red'} word={here.kind} text={here.why} />;
  if (!found) return null;
  if (found.exact) return <Told tone="green" word="same step" text="" />;
  return <Told tone="amber" word={found.at ? 'nearest' : 'apart'} text={found.why} />;
}

function Told({ tone, word, text }: { tone: string; word: string; text: string }) {
  return (
    <span class="twin-told" role="status">
      <span class={`badge ${tone}`}>{word}</span>
      <span class="twin-why" title={text}>
        {text}
      </span>
    </span>
  );
}

async function swap(): Promise<void> {
  const [rec, own, at] = [otherRec.peek(), overview.peek()?.rec, otherState.peek()?.at];
  if (rec === null || own === undefined) return;
  await openAt(rec, { ...NOWHERE, rec, at: at ? formatMoment(at.thread, at.event) : null });
  await compareWith(own, false);
}

/** Pixels that stay free behind the current function in the stack. */
const STACK_REST = 140;

interface RunProperties {
  title: string;
  run: Overview | null;
  at: At | null;
  view: StateView | null;
  current: FrameView | null;
  file: ShownFile | null;
  facts: FactsByLine;
  onFrame?: (call: string) => void;
  /** Instead of the source. */
  children?: ComponentChildren;
}

function Run({ title, run, at, view, current, file, facts, onFrame, children }: RunProperties) {
  const box = useRef<HTMLDivElement>(null);
  const stack = useRef<HTMLOListElement>(null);
  // The innermost function is what one looks at: where the names do not fit, the outermost ones are out of sight.
  useLayoutEffect(() => {
    const list = stack.current;
    const entry = list?.querySelector('.current')?.parentElement;
    if (list && entry) list.scrollLeft = entry.offsetLeft + entry.offsetWidth - list.clientWidth + STACK_REST;
  }, [view, current?.call]);
  const exitCode = run?.processes[0]?.exitCode ?? null;
  const line = current?.place.file === file?.view.file ? (current?.place.line ?? null) : null;
  return (
    <section class="panel twin" aria-label={title}>
      <header class="panel-head">
        <h2 class="twin-title">
          {title}
          <span class="faint" title={run?.processes[0]?.argv.join(' ')}>
            {run && commandText(run.processes[0]?.argv ?? [])}
          </span>
        </h2>
        {run && <span class="faint twin-when">{agoText(run.startedAt, Date.now())}</span>}
        {exitCode !== null && exitCode !== 0 && <span class="chip red">exit {exitCode}</span>}
        <span class="space" />
        {at && <code class="moment">{formatMoment(at.thread, at.event)}</code>}
      </header>
      <ol ref={stack} class="twin-stack" aria-label={`Stack of ${title.toLowerCase()}, outermost first`}>
        {[...(view?.frames ?? [])].reverse().map((entry) => (
          <li key={entry.call}>
            <button
              type="button"
              class={entry.call === current?.call ? 'current' : ''}
              aria-current={entry.call === current?.call}
              disabled={!onFrame}
              onClick={() => onFrame?.(entry.call)}
            >
              {frameName(entry)}
            </button>
          </li>
        ))}
        {view?.frames.length === 0 && <li class="faint">no function on the stack</li>}
        {current && (
          <li class="twin-place">
            <PlaceText place={current.place} />
          </li>
        )}
      </ol>
      <div class="source-body">
        {children || null}
        {!children && file && file.view.text !== null && (
          <CodeText
            box={box}
            file={file}
            facts={facts}
            reveals={line}
            current={line}
            threw={THROWING.has(view?.event.kind ?? '')}
            isStale={false}
            label={`Source of ${title.toLowerCase()}, ${file.view.file}`}
          />
        )}
        {!children && view && file?.view.text == null && (
          <Message icon="file" title="There is no source to show at this moment">
            <p>{file?.view.reason ?? 'No function is on the stack.'}</p>
          </Message>
        )}
      </div>
    </section>
  );
}
