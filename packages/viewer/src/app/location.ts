/* The address of the page follows the cursor, and the cursor follows the address. */
import { effect } from '@preact/signals';
import { formatMoment } from '@execution-cinema/format';
import { formatAddress, NOWHERE, parseAddress, type Address } from '../model/address.ts';
import { otherRec } from './compare.ts';
import { cursor, frameCall, type Stop } from './cursor.ts';
import { dock, side } from './panels.ts';
import { overview } from './session.ts';
import { openedFile } from './source.ts';
import { say } from './say.ts';

/** Jumps that follow each other within this time share one entry of the history. */
const ENTRY_MS = 600;
const WRITE_LATER_MS = 50;
let lastEntryMs = -Infinity;

function currentAddress(): Address {
  const at = cursor.peek();
  const file = openedFile.peek();
  return {
    ...NOWHERE,
    rec: overview.peek()?.rec ?? null,
    at: at ? formatMoment(at.thread, at.event) : null,
    call: frameCall.peek(),
    dock: dock.peek(),
    side: side.peek(),
    file: file?.file ?? null,
    line: file?.line ?? null,
    with: otherRec.peek(),
  };
}

/** Where the cursor has moved to, which is not in the address yet. */
let pending: { stop: Stop; hash: string; timer: ReturnType<typeof setTimeout> } | undefined;
/** The cursor has moved, the address has not yet. */
let isBehind = false;

/** Writes the address after a move. It takes the browser a millisecond or two: the picture comes first. */
export function writeAddress(stop: Stop): void {
  if (pending) {
    clearTimeout(pending.timer);
    // Somebody may want to come back to it, however soon it is left.
    if (pending.stop === 'goal') write('goal', pending.hash);
  }
  isBehind = true;
  if (stop === 'scrub') return;
  pending = {
    stop,
    hash: formatAddress(currentAddress()),
    timer: setTimeout(() => write(stop), WRITE_LATER_MS),
  };
}

/**
 * A jump makes an entry to come back to. So does the first of some steps in a row, which share it: one way back leads to
 * where they began. An entry knows what made it by its state.
 */
function write(stop: Stop, hash = formatAddress(currentAddress())): void {
  pending = undefined;
  isBehind = false;
  if (hash === location.hash || overview.peek() === null) return;
  const nowMs = performance.now();
  const isOwn = stop === 'goal' ? nowMs - lastEntryMs > ENTRY_MS : stop !== 'arrival' && history.state !== stop;
  if (isOwn && stop === 'goal') lastEntryMs = nowMs;
  const made = stop === 'arrival' ? history.state : stop;
  history[isOwn ? 'pushState' : 'replaceState'](made, '', hash);
}

export function readAddress(): Address {
  return parseAddress(location.hash);
}

/** Panels change the address without an entry. */
export function keepAddress(onBack: (address: Address) => void): void {
  effect(() => {
    void [dock.value, side.value, openedFile.value, otherRec.value];
    // A move under way takes it along; the entry that it leaves stays what it was.
    if (!isBehind) write('arrival');
  });
  window.addEventListener('popstate', () => {
    // Whoever goes back has left what was about to be written.
    clearTimeout(pending?.timer);
    pending = undefined;
    onBack(readAddress());
  });
}

/** A link to this moment. It holds no secret: whoever opens it needs a running viewer. */
export async function copyLink(): Promise<void> {
  await copyText(`${location.href.split('#')[0]}${formatAddress(currentAddress())}`, 'Link copied');
}

export async function copyText(text: string, done = 'Copied'): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    // Without permission, or from `file:`: the old way needs none.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    say(copied ? done : 'The browser does not allow copying', copied ? 'plain' : 'error');
  }
}
