import { useState } from 'preact/hooks';
import type { At, FrameView, WireValue } from '@execution-cinema/server/protocol';
import { onlyDifferent } from '../../app/compare.ts';
import { pairNames, pairScopes, type PairedScope, type PairedValue } from '../../model/differences.ts';
import { canOpen, childrenOf, previewText } from '../../model/values.ts';
import { plural } from '../../model/units.ts';
import { Icon } from '../parts/icon.tsx';
import { Message } from '../parts/message.tsx';
import { Value } from '../parts/value.tsx';
import { useFullValue } from '../state/use-full-value.ts';

interface Moments {
  leftAt: At | null;
  rightAt: At | null;
  /** The other recording. */
  rec: string;
}

const TITLES: Readonly<Record<string, string>> = { function: 'Local', this: 'This', for: 'Loop', catch: 'Catch' };

/** Variables of two frames beside each other, the same name on the same line. */
export function TwinState({ left, right, ...moments }: { left: FrameView | null; right: FrameView | null } & Moments) {
  const scopes = pairScopes(left, right);
  const count = right ? scopes.flatMap(({ rows }) => rows).filter(({ differs }) => differs).length : 0;
  const shown = scopes.filter(({ rows }) => rows.some(isShown));
  return (
    <section class="panel twin-state" aria-label="Variables of both">
      <header class="panel-head">
        <h2>Variables</h2>
        {right &&
          (count === 0 ? (
            <span class="chip green">all the same here</span>
          ) : (
            <span class="chip amber">{count === 1 ? '1 value differs' : `${count} values differ`}</span>
          ))}
      </header>
      <div class="twin-rows" tabIndex={0} role="region" aria-label="Variables of this recording and of the other">
        {shown.map((scope, i) => (
          <Scope key={`${left?.functionId} ${i}`} scope={scope} moments={moments} />
        ))}
        {shown.length === 0 && (
          <Message title={onlyDifferent.value && right ? 'Nothing differs in this frame' : 'No variables here'} />
        )}
      </div>
    </section>
  );
}

function isShown({ differs }: PairedValue): boolean {
  return differs || !onlyDifferent.value;
}

function Scope({ scope: { kind, line, rows }, moments }: { scope: PairedScope; moments: Moments }) {
  const [open, setOpen] = useState(kind !== 'module' || rows.some(({ differs }) => differs));
  return (
    <div class="scope">
      {kind !== 'this' && (
        <button type="button" class="section-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name={open ? 'down' : 'chevron'} size={12} />
          {TITLES[kind] ?? `${kind[0]!.toUpperCase()}${kind.slice(1)}`}
          <span class="faint end">line {line}</span>
        </button>
      )}
      {open && rows.filter(isShown).map((row) => <TwinRow key={row.name} row={row} depth={0} moments={moments} />)}
    </div>
  );
}

const INDENT = 14;
const ROOM = 110;
const TITLE_ROOM = 600;
const CHILDREN_MAX = 200;

function TwinRow({ row, depth, moments }: { row: PairedValue; depth: number; moments: Moments }) {
  const { name, left, right, differs } = row;
  const [open, setOpen] = useState(false);
  const opens = [left, right].some((value) => value !== undefined && canOpen(value));
  const cell = (value: WireValue | undefined) => (
    <span
      class="twin-cell"
      style={{ paddingLeft: `${8 + depth * INDENT}px` }}
      title={value === undefined ? undefined : previewText(value, TITLE_ROOM)}
    >
      <span class="twisty">{opens && <Icon name={open ? 'down' : 'chevron'} size={11} />}</span>
      <span class="value-name">{name}</span>
      {value === undefined ? <span class="unknown">not there</span> : <Value value={value} room={ROOM} />}
    </span>
  );
  return (
    <>
      <button
        type="button"
        class={`twin-row${differs ? ' differs' : ''}`}
        aria-expanded={opens ? open : undefined}
        onClick={() => opens && setOpen(!open)}
      >
        {cell(left)}
        {cell(right)}
        {differs && <span class="unseen">differs</span>}
      </button>
      {open && <Children left={left} right={right} depth={depth + 1} moments={moments} />}
    </>
  );
}

interface ChildrenProperties {
  left: WireValue | undefined;
  right: WireValue | undefined;
  depth: number;
  moments: Moments;
}

function Children({ left, right, depth, moments }: ChildrenProperties) {
  const ownValue = useFullValue(left, moments.leftAt);
  const otherValue = useFullValue(right, moments.rightAt, moments.rec);
  const rows = pairNames(fieldsOf(ownValue), fieldsOf(otherValue)).filter(isShown);
  return (
    <>
      {rows.slice(0, CHILDREN_MAX).map((row) => (
        <TwinRow key={row.name} row={row} depth={depth} moments={moments} />
      ))}
      {rows.length > CHILDREN_MAX && (
        <p class="scope-note">
          {plural(rows.length - CHILDREN_MAX, 'more row')} not shown: look at one recording alone
        </p>
      )}
      {rows.length === 0 && <p class="scope-note">{onlyDifferent.value ? 'nothing in it differs' : 'empty'}</p>}
    </>
  );
}

function fieldsOf(value: WireValue | undefined): { name: string; value: WireValue }[] {
  if (value === undefined) return [];
  return childrenOf(value).flatMap((child) => (child.kind === 'note' ? [] : [{ name: child.key, value: child.value }]));
}
