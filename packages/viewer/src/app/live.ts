/* Following a program while it runs. */
import { cursor, goTo, playing } from './cursor.ts';
import { isRunning, overview } from './session.ts';
import { following } from './timeline.ts';

/** Starts or stops following. While following, the cursor stays at the newest moment of its thread. */
export function goLive(on: boolean): void {
  following.value = on && isRunning.peek();
  if (following.peek()) void toNewest();
}

/** Called when the recording has grown. */
export function followGrowth(): void {
  if (following.peek() && playing.peek() === null) void toNewest();
  if (!isRunning.peek()) following.value = false;
}

/** Called when the cursor has moved: whoever goes back from the newest moment follows no more. */
export function leaveLive(): void {
  const at = cursor.peek();
  const last = newest();
  if (goesOn === 0 && at && last && at.event < last.event) following.value = false;
}

/** Moves to the newest moment that are under way. */
let goesOn = 0;

function newest(): { thread: number; event: number; timeNs: number } | null {
  const threads = overview.peek()?.threads ?? [];
  const own = threads.find(({ id }) => id === cursor.peek()?.thread) ?? threads[0];
  return own?.last ?? null;
}

async function toNewest(): Promise<void> {
  const last = newest();
  if (!last) return;
  goesOn++;
  try {
    await goTo(last, { stop: 'arrival' });
  } finally {
    goesOn--;
  }
}
