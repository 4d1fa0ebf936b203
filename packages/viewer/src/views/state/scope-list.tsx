import { useState } from 'preact/hooks';
import type { FrameView, ScopeView, VariableView } from '@execution-cinema/server/protocol';
import { lookOutside, looksOutside, pinned, togglePin } from '../../app/cursor.ts';
import { counterpart, valueBefore } from '../../model/differences.ts';
import { frameNameAlone } from '../../app/names.ts';
import { baseName } from '../../model/function-name.ts';
import { isNode, kindOf } from '../../model/values.ts';
import { variableName } from '../../app/details.ts';
import { formatMoment } from '@execution-cinema/format';
import { Icon } from '../parts/icon.tsx';
import { Button } from '../parts/button.tsx';
import { plural } from '../../model/units.ts';
import { ValueRow } from './value-row.tsx';

const TITLES: Readonly<Record<string, string>> = {
  function: 'Local',
  block: 'Block',
  for: 'Loop',
  catch: 'Catch',
  class: 'Class',
  switch: 'Switch',
  module: 'Module',
};

/** Variables of a frame, scope by scope, innermost first. */
export function ScopeList({ frame }: { frame: FrameView }) {
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const pin = pinned.value;
  const other = pin ? counterpart(frame, pin) : undefined;
  const filters = pin !== null && onlyDifferent;
  const local = frame.scopes.findIndex(({ kind }) => kind === 'function');
  return (
    <div class="scopes">
      {pin && (
        <div class="pin-bar">
          <Icon name="pin" size={13} />
          <span>
            compared with <code>{formatMoment(pin.at.thread, pin.at.event)}</code>
            {other === undefined && <span class="faint"> · {frameNameAlone(frame)} was not on the stack then</span>}
          </span>
          <label class="check">
            <input
              type="checkbox"
              checked={onlyDifferent}
              onChange={(event) => setOnlyDifferent(event.currentTarget.checked)}
            />
            only what differs
          </label>
          <Button icon="close" label="Remove the pin" onClick={togglePin} />
        </div>
      )}
      {frame.this !== null && !filters && (
        <div class="scope">
          <ValueRow name="this" value={frame.this} title="this" of={null} depth={0} />
        </div>
      )}
      {frame.scopes.map((scope, index) => (
        <Scope
          key={`${frame.functionId} ${index} ${scope.kind}`}
          frame={frame}
          scope={scope}
          other={other}
          filters={filters}
          isAround={index > local && scope.kind === 'function'}
        />
      ))}
      {frame.scopes.length === 0 && frame.this === null && !frame.shortened && (
        <p class="scope-note">This call has no variables.</p>
      )}
    </div>
  );
}

interface ScopeProperties {
  frame: FrameView;
  scope: ScopeView;
  other: FrameView | undefined;
  filters: boolean;
  /** Of a function around the one that runs. */
  isAround: boolean;
}

function Scope({ frame, scope, other, filters, isAround }: ScopeProperties) {
  const { omitted } = scope;
  const isOuter = scope.kind === 'module' && frame.function !== '(module)';
  const [open, setOpen] = useState(!isOuter && (omitted.length === 0 || looksOutside.value));
  const toggle = () => {
    if (!open && omitted.length > 0) void lookOutside();
    setOpen(!open);
  };
  const [showsFunctions, setShowsFunctions] = useState(false);
  const before = (variable: VariableView) => valueBefore(variable, scope.kind, other);
  const wanted = filters ? scope.variables.filter((variable) => before(variable) !== undefined) : scope.variables;
  const functions = wanted.filter(isDeclaration);
  const others = wanted.filter((variable) => !isDeclaration(variable));
  const rows = showsFunctions ? [...others, ...functions] : others;
  if (wanted.length === 0 && (filters || omitted.length === 0)) return null;
  const isShared = scope.instance !== 0 && scope.kind !== 'module';
  const title = isAround ? 'Closure' : (TITLES[scope.kind] ?? scope.kind);
  return (
    <div class={`scope${omitted.length > 0 && open ? ' waiting' : ''}`}>
      <button type="button" class="section-toggle" aria-expanded={open} onClick={toggle}>
        <Icon name={open ? 'down' : 'chevron'} size={12} />
        <span title={isShared ? `Functions share these variables: instance ${scope.instance}` : undefined}>
          {title}
        </span>
        {omitted.length > 0 && !open && <span class="omitted">{omittedText(omitted)}</span>}
        <span class="faint end">line {scope.line}</span>
      </button>
      {open &&
        rows.map((variable) => (
          <ValueRow
            key={variable.name}
            name={variable.name}
            value={variable.value}
            title={variable.name}
            where={whereOf(scope, frame, isAround)}
            of={variableName(frame, scope, variable)}
            depth={0}
            changed={variable.changed && variable.source !== 'unknown'}
            note={variable.source === 'unknown' ? (variable.note ?? 'nothing was recorded') : variable.note}
            isUnknown={variable.source === 'unknown'}
            asOf={variable.asOf}
            before={before(variable)}
            variable={variable}
          />
        ))}
      {open && functions.length > 0 && !filters && (
        <button type="button" class="scope-more" onClick={() => setShowsFunctions(!showsFunctions)}>
          {showsFunctions ? 'hide' : 'show'} {declarationsText(functions)}
        </button>
      )}
    </div>
  );
}

/** Whose variables they are; null of a function around, of which only the line is known. */
function whereOf({ kind }: ScopeView, frame: FrameView, isAround: boolean): string | null {
  if (kind === 'module') return baseName(frame.place.file);
  return isAround ? null : frameNameAlone(frame);
}

const NAMES_SHOWN = 4;

function omittedText(names: readonly string[]): string {
  return `${plural(names.length, 'variable')}: ${names.slice(0, NAMES_SHOWN).join(', ')}${names.length > NAMES_SHOWN ? ', …' : ''}`;
}

/** What Node wraps round a CommonJS file; nobody writes to it. */
const WRAPPER: ReadonlySet<string> = new Set(['exports', 'require', 'module', '__filename', '__dirname']);

function isOfNode({ name, source }: VariableView): boolean {
  return source === 'unknown' && WRAPPER.has(name);
}

function declarationsText(variables: readonly VariableView[]): string {
  const ofNode = variables.filter(isOfNode).length;
  const own = variables.length - ofNode;
  const texts = [
    own > 0 && `${own} ${own === 1 ? 'function or class' : 'functions and classes'}`,
    ofNode > 0 &&
      variables
        .filter(isOfNode)
        .map(({ name }) => name)
        .join(', '),
  ];
  return texts.filter(Boolean).join(' and ');
}

/** Functions and classes rarely are what somebody looks for. */
function isDeclaration(variable: VariableView): boolean {
  const { kind, value } = variable;
  if (isOfNode(variable)) return true;
  if (kind === 'function' || kind === 'class') return true;
  return kindOf(value) === 'object' && isNode(value) && value.t === 'function' && kind === 'const';
}
