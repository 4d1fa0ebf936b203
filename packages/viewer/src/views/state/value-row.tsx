import { useEffect, useState } from 'preact/hooks';
import type { At, VariableName, VariableView, WireValue } from '@execution-cinema/server/protocol';
import { cursor, cursorThread, goTo } from '../../app/cursor.ts';
import { inspectVariable, propertyName } from '../../app/details.ts';
import { copyText } from '../../app/location.ts';
import { whenRested } from '../../app/rest.ts';
import { wholeSpan } from '../../app/session.ts';
import { timeText } from '../../model/units.ts';
import { canOpen, childrenOf, isNode, previewText, toPlainJson, type Child } from '../../model/values.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { Value } from '../parts/value.tsx';
import { useFullValue } from './use-full-value.ts';

interface Properties {
  name: string;
  value: WireValue;
  /** What its history is called, and the function whose variable it is (a part of). */
  title: string;
  where?: string | null;
  /** For questions about it; null where nothing can be asked. */
  of: VariableName | null;
  depth: number;
  changed?: boolean;
  note?: string | null;
  isUnknown?: boolean;
  asOf?: At | null;
  before?: WireValue | undefined;
  /** The variable itself, where the row is one. */
  variable?: VariableView;
}

const INDENT = 14;
const ROOM = 120;
const TITLE_ROOM = 600;
const CHILDREN_STEP = 100;

/** A name and its value; opens in place, as deep as was recorded. */
export function ValueRow(properties: Properties) {
  const { name, value, title, where = null, of, depth, changed, note, isUnknown, before, variable } = properties;
  // A dozen elements that nobody sees before the pointer or the focus is there.
  const [hasActions, setActions] = useState(false);
  const showActions = () => setActions(true);
  useEffect(() => (hasActions ? undefined : whenRested(showActions)), [hasActions]);
  const [open, setOpen] = useState(false);
  const opens = !isUnknown && canOpen(value);
  const thread = cursorThread.value;
  const toggle = () => opens && setOpen(!open);
  const inspect = (tab: 'history' | 'origin') => of && inspectVariable({ of, title, where }, tab, variable);
  return (
    <>
      <div
        class={`value-row${changed ? ' changed' : ''}`}
        style={{ paddingLeft: `${8 + depth * INDENT}px` }}
        onPointerEnter={showActions}
        onFocusIn={showActions}
      >
        <button
          type="button"
          class="value-open"
          aria-expanded={opens ? open : undefined}
          title={isUnknown ? undefined : previewText(value, TITLE_ROOM)}
          onClick={() => (opens ? toggle() : inspect('history'))}
        >
          <span class="twisty">{opens && <Icon name={open ? 'down' : 'chevron'} size={11} />}</span>
          <span class="value-name">{name}</span>
          {changed && <span class="changed-dot" title="Just changed" />}
          {before !== undefined && (
            <>
              <span class="value-before">
                <Value value={before} room={30} />
              </span>
              <span class="faint">→</span>
            </>
          )}
          {isUnknown ? <span class="unknown">{note}</span> : <Value value={value} room={ROOM} />}
        </button>
        {hasActions && <Actions {...properties} />}
      </div>
      {!isUnknown && note && (
        <div class="value-note" style={{ paddingLeft: `${26 + depth * INDENT}px` }}>
          {note}
        </div>
      )}
      {open && <Children value={value} title={title} where={where} thread={thread} depth={depth + 1} />}
    </>
  );
}

/** What can be done with a value. */
function Actions({ name, value, title, where = null, of, asOf, variable }: Properties) {
  const inspect = (tab: 'history' | 'origin') => of && inspectVariable({ of, title, where }, tab, variable);
  return (
    <span class="row-actions">
      {of && <Button icon="history" label={`History of ${name}`} onClick={() => inspect('history')} />}
      {of && <Button icon="origin" label={`Where ${name} came from`} onClick={() => inspect('origin')} />}
      {asOf && (
        <Button
          icon="previous"
          label={`To where ${name} got this value, ${timeText(asOf.timeNs, wholeSpan.value.toNs / 4)}`}
          onClick={() => void goTo(asOf)}
        />
      )}
      <Button
        icon="copy"
        label={`Copy ${name} as JSON`}
        onClick={() => void copyText(JSON.stringify(toPlainJson(value), null, 2))}
      />
    </span>
  );
}

interface ChildrenProperties {
  value: WireValue;
  title: string;
  where: string | null;
  thread: number;
  depth: number;
}

function Children({ value, title, where, thread, depth }: ChildrenProperties) {
  const [limit, setLimit] = useState(CHILDREN_STEP);
  const full = useFullValue(value, cursor.value);
  if (typeof value === 'string') return <pre class="long-text">{value}</pre>;
  if (isNode(value) && value.t === 'cut string') {
    return <pre class="long-text">{`${value.c ?? ''}… (${(value.l ?? 0).toLocaleString('en')} characters)`}</pre>;
  }
  const object = isNode(full) ? full.i : undefined;
  const children = childrenOf(full);
  return (
    <>
      {children.slice(0, limit).map((child) =>
        child.kind === 'note' ? (
          <div key="note" class="value-note" style={{ paddingLeft: `${22 + depth * INDENT}px` }}>
            {child.key}
          </div>
        ) : (
          <ValueRow
            key={child.key}
            name={child.key}
            value={child.value}
            title={child.kind === 'field' ? `${ownerText(full)}.${child.key}` : `${title}[${child.key}]`}
            where={child.kind === 'field' ? null : where}
            of={nameOf(child, thread, object)}
            depth={depth}
          />
        ),
      )}
      {children.length > limit && (
        <button
          type="button"
          class="scope-more"
          style={{ paddingLeft: `${22 + depth * INDENT}px` }}
          onClick={() => setLimit(limit + CHILDREN_STEP * 5)}
        >
          {(children.length - limit).toLocaleString('en')} more
        </button>
      )}
      {children.length === 0 && (
        <div class="value-note" style={{ paddingLeft: `${22 + depth * INDENT}px` }}>
          empty
        </div>
      )}
    </>
  );
}

/** For questions about what an object holds; null where nothing can be asked. */
function nameOf({ kind, key, entry }: Child, thread: number, object: number | undefined): VariableName | null {
  const name = kind === 'entry' ? entry : key;
  return object === undefined || name === undefined ? null : propertyName(thread, object, name);
}

function ownerText(value: WireValue): string {
  return isNode(value) && value.c ? value.c : 'object';
}
