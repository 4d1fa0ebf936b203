import { formatMoment, parseCall } from '@execution-cinema/format';
import type { LoopView } from '@execution-cinema/server/protocol';
import { goTo } from '../../app/cursor.ts';
import { lineValues, shown } from '../../app/source.ts';
import { Button } from '../parts/button.tsx';

/** A slider for every loop round the current line: other iterations of the same call. */
export function LoopBar() {
  const values = lineValues.value;
  const loops = (values?.loops ?? []).filter(({ count, current }) => current >= 0 && count > 0);
  if (!values || values.file !== shown.value?.view.file || loops.length === 0) return null;
  return (
    <div class="loop-bar">
      {loops.map((loop) => (
        <Loop key={loop.line} loop={loop} call={values.call} />
      ))}
    </div>
  );
}

function Loop({ loop, call }: { loop: LoopView; call: string }) {
  const thread = parseCall(call)!.thread;
  const last = loop.ready.length - 1;
  const go = (index: number) => {
    const event = loop.ready[Math.max(0, Math.min(last, index))];
    if (event !== undefined) void goTo({ thread, event }, { stop: 'iteration', frame: call });
  };
  return (
    <div class="loop">
      <span class="loop-line">Loop at line {loop.line}</span>
      <Button
        icon="previous"
        label="Previous iteration"
        disabled={loop.current <= 0}
        onClick={() => go(loop.current - 1)}
      />
      <input
        type="range"
        aria-label={`Iteration of the loop at line ${loop.line}`}
        aria-valuetext={`iteration ${loop.current + 1} of ${loop.count}`}
        min={0}
        max={Math.max(0, last)}
        value={loop.current}
        title={formatMoment(thread, loop.ready[loop.current] ?? 0)}
        onInput={(event) => go(Number(event.currentTarget.value))}
      />
      <Button icon="next" label="Next iteration" disabled={loop.current >= last} onClick={() => go(loop.current + 1)} />
      <span class="loop-count">
        {loop.current + 1} <span class="faint">of {loop.count.toLocaleString('en')}</span>
      </span>
    </div>
  );
}
