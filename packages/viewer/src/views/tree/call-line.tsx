import type { CallView } from '@execution-cinema/server/protocol';
import { baseName, nameOf } from '../../model/function-name.ts';
import { durationText } from '../../model/units.ts';
import { PlaceText } from '../parts/place.tsx';
import { Value } from '../parts/value.tsx';

const ARGUMENTS_SHOWN = 4;
const ROOM = 34;

/** A call on one line: what was called with what, and what came of it. */
export function CallLine({ call, scheduled }: { call: CallView; scheduled: boolean }) {
  const isModule = call.function === '(module)';
  const own = call.arguments.filter(({ name }) => name !== 'this');
  return (
    <span class="call-line">
      {scheduled && (
        <span class="scheduled" title="Scheduled from here, called by the event loop">
          ~
        </span>
      )}
      <span class={isModule ? 'call-name module' : 'call-name'}>
        {isModule ? `module ${baseName(call.file)}` : nameOf({ ...call, name: call.function })}
      </span>
      <span class="call-arguments" hidden={isModule}>
        <span class="faint">(</span>
        {own.slice(0, ARGUMENTS_SHOWN).map(({ name, value }, i) => (
          <span key={i}>
            {i > 0 && <span class="faint">, </span>}
            <span class="argument-name">{name}: </span>
            <Value value={value} room={ROOM} />
          </span>
        ))}
        {own.length > ARGUMENTS_SHOWN && <span class="faint">, …</span>}
        <span class="faint">)</span>
      </span>
      <Outcome call={call} />
      <span class="end faint call-time">
        {call.start && call.end ? durationText(call.end.timeNs - call.start.timeNs) : ''}
      </span>
      <PlaceText place={{ file: call.file, line: call.line, column: 0 }} />
    </span>
  );
}

/** What came of a call. `undefined` says little in a line, and belongs in a column. */
export function Outcome({ call, showsUndefined = false }: { call: CallView; showsUndefined?: boolean }) {
  if (call.outcome === 'returned') {
    const value = call.result?.value;
    const isUndefined = typeof value === 'object' && value !== null && 'u' in value;
    if (!call.result || (isUndefined && !showsUndefined)) return null;
    return (
      <span class="call-result">
        <span class="faint">→ </span>
        <Value value={call.result.value} room={ROOM} />
      </span>
    );
  }
  if (call.outcome === 'threw') {
    const text = call.exception ? `${call.exception.name}: ${call.exception.message}` : 'threw';
    return (
      <span class="call-result threw" title={text}>
        ✕ {text.length > 70 ? `${text.slice(0, 69)}…` : text}
      </span>
    );
  }
  return <span class="chip">{call.outcome}</span>;
}
