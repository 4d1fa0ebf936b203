import { useEffect, useRef, useState } from 'preact/hooks';
import type { At, WireValue } from '@execution-cinema/server/protocol';
import { ask } from '../../app/session.ts';
import { isNode } from '../../model/values.ts';
import { Latest } from '../../transport/latest.ts';

const DEPTH_ASKED = 2;

/** The value, or where only its identity was sent, what the object held at that moment of this recording or of `rec`. */
export function useFullValue<Wire extends WireValue | undefined>(
  value: Wire,
  at: At | null,
  rec?: string,
): Wire | WireValue {
  const [full, setFull] = useState<{ of: Wire; value: WireValue } | null>(null);
  const latest = useRef(new Latest()).current;
  const object = isNode(value) && value.t === 'shallow' ? value.i : undefined;
  useEffect(() => {
    if (object === undefined || !at) return;
    const moment = { thread: at.thread, event: at.event };
    void latest
      .run((signal) =>
        ask('value', { moment, object, depth: DEPTH_ASKED }, { signal, ...(rec !== undefined && { rec }) }),
      )
      .then((answer) => answer && setFull({ of: value, value: answer.value }))
      .catch(() => setFull(null)); // the row then keeps saying why it was not captured
  }, [object, at?.event]);
  return full && full.of === value ? full.value : value;
}
