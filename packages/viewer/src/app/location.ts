/* The address of the page follows the cursor, and the cursor follows the address. */
import { effect } from '@preact/signals';
import { formatMoment } from '@execution-cinema/format';
import { formatAddress, NOWHERE, parseAddress, type Address } from '../model/address.ts';
import { otherRec } from './compare.ts';
import { cursor, frameCall } from './cursor.ts';
import { dock, side } from './panels.ts';
import { overview } from './session.ts';
import { openedFile } from './source.ts';
import { say } from './say.ts';

/** Steps that follow each other within this time share one entry of the history. */
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

let laterWrite: ReturnType<typeof setTimeout> | undefined;

/** Writes the address; a jump makes an entry to come back to, steps replace the last one. */
export function writeAddress(passing: boolean): void {
  clearTimeout(laterWrite);
  // It takes the browser a millisecond or two, which a step does not have: its picture comes first.
  if (passing) laterWrite = setTimeout(() => write(true), WRITE_LATER_MS);
  else write(false);
}

function write(passing: boolean): void {
  const hash = formatAddress(currentAddress());
  if (hash === location.hash || overview.peek() === null) return;
  const nowMs = performance.now();
  const isJump = !passing && nowMs - lastEntryMs > ENTRY_MS;
  if (isJump) lastEntryMs = nowMs;
  history[isJump ? 'pushState' : 'replaceState'](null, '', hash);
}

export function readAddress(): Address {
  return parseAddress(location.hash);
}

/** Panels change the address without an entry. */
export function keepAddress(onBack: (address: Address) => void): void {
  effect(() => {
    void [dock.value, side.value, openedFile.value, otherRec.value];
    write(true);
  });
  window.addEventListener('popstate', () => onBack(readAddress()));
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
