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

async function toNewest(): Promise<void> {
  const threads = overview.peek()?.threads ?? [];
  const own = threads.find(({ id }) => id === cursor.peek()?.thread);
  const last = (own ?? threads[0])?.last;
  if (last) await goTo(last, { stop: 'arrival' });
}
