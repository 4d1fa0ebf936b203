import type { WireValue } from '@execution-cinema/server/protocol';
import { previewParts } from '../../model/values.ts';

/** A value on one line, coloured. */
export function Value({ value, room = 80 }: { value: WireValue; room?: number }) {
  return (
    <span class="value">
      {previewParts(value, room).map(({ text, kind }, i) => (
        <span key={i} class={`v-${kind}`}>
          {text}
        </span>
      ))}
    </span>
  );
}
