import { formatMoment } from '@execution-cinema/format';
import type { MoveKind } from '@execution-cinema/server/protocol';
import { cursor, hasCursor, move, pause, pinned, play, playing, speed, state, togglePin } from '../../app/cursor.ts';
import { isRunning, wholeSpan } from '../../app/session.ts';
import { following } from '../../app/timeline.ts';
import { goLive } from '../../app/live.ts';
import { keysFor } from '../../model/keymap.ts';
import { timeText } from '../../model/units.ts';
import { Button } from '../parts/button.tsx';
import type { IconName } from '../parts/icon.tsx';
import { memo } from '../parts/memo.tsx';
import { EventLine } from './event-line.tsx';

interface Step {
  icon: IconName;
  label: string;
  kind: MoveKind;
  direction: 'forward' | 'back';
}

const BACK: readonly Step[] = [
  { icon: 'toStart', label: 'To the start of this thread', kind: 'start', direction: 'back' },
  { icon: 'continueBack', label: 'Continue backwards', kind: 'continue', direction: 'back' },
  { icon: 'intoBack', label: 'Step into, backwards', kind: 'into', direction: 'back' },
  { icon: 'overBack', label: 'Step over, backwards', kind: 'over', direction: 'back' },
  { icon: 'outBack', label: 'Back to where this call was made', kind: 'out', direction: 'back' },
];
const FORWARD: readonly Step[] = [
  { icon: 'over', label: 'Step over', kind: 'over', direction: 'forward' },
  { icon: 'into', label: 'Step into', kind: 'into', direction: 'forward' },
  { icon: 'out', label: 'Step out', kind: 'out', direction: 'forward' },
  { icon: 'continue', label: 'Continue', kind: 'continue', direction: 'forward' },
  { icon: 'toEnd', label: 'To the end of this thread', kind: 'end', direction: 'forward' },
];
const SPEEDS = [2, 6, 15, 60];

export function Transport() {
  const direction = playing.value?.direction;
  const toggle = (wanted: 'forward' | 'back') => (direction === wanted ? pause() : void play(wanted));
  return (
    <div class="transport" role="toolbar" aria-label="Move through time">
      <StepButtons steps={BACK} />
      <div class="button-group">
        <Button
          icon={direction === 'back' ? 'pause' : 'reverse'}
          label={direction === 'back' ? 'Pause' : 'Play backwards'}
          keys="J"
          pressed={direction === 'back'}
          onClick={() => toggle('back')}
        />
        <Button
          icon={direction === 'forward' ? 'pause' : 'play'}
          label={direction === 'forward' ? 'Pause' : 'Play'}
          keys="Space"
          pressed={direction === 'forward'}
          onClick={() => toggle('forward')}
        />
        <select
          class="select"
          aria-label="Steps a second"
          value={String(speed.value)}
          onChange={(event) => (speed.value = Number(event.currentTarget.value))}
        >
          {SPEEDS.map((steps) => (
            <option key={steps} value={String(steps)}>
              {steps}/s
            </option>
          ))}
        </select>
      </div>
      <StepButtons steps={FORWARD} />
      {isRunning.value && (
        <Button
          icon="live"
          label={following.value ? 'Stop following the program' : 'Follow the running program'}
          keys="Shift L"
          pressed={following.value}
          class="live-button"
          onClick={() => goLive(!following.value)}
        >
          {following.value ? 'Live' : 'Paused'}
        </Button>
      )}
      <MomentLine />
      <Button
        icon="pin"
        label={pinned.value ? 'Remove the pin' : 'Pin this moment: what differs from it is marked'}
        keys="P"
        pressed={pinned.value !== null}
        onClick={togglePin}
      />
    </div>
  );
}

/** Where the cursor stands, and what happened there. */
function MomentLine() {
  const at = cursor.value;
  return (
    <div class="transport-moment">
      {at && (
        <>
          <code class="moment" title="Thread @ event">
            {formatMoment(at.thread, at.event)}
          </code>
          <span class="moment-time">{timeText(at.timeNs, wholeSpan.value.toNs / 4)}</span>
        </>
      )}
      {state.value && <EventLine event={state.value.event} />}
    </div>
  );
}

/** They stay as they are while the cursor moves. */
const StepButtons = memo(({ steps }: { steps: readonly Step[] }) => (
  <div class="button-group">{steps.map(stepButton)}</div>
));

function stepButton({ icon, label, kind, direction }: Step) {
  return (
    <Button
      key={label}
      icon={icon}
      label={label}
      keys={keysFor(kind, direction)}
      disabled={!hasCursor.value}
      onClick={() => {
        pause();
        void move(kind, direction);
      }}
    />
  );
}
