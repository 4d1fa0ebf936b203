/* What keys and the palette do. */
import type { Command } from '../model/keymap.ts';
import { commandOf } from '../model/keymap.ts';
import { cursor, move, pause, play, playing, stepFrame, togglePin } from './cursor.ts';
import { goLive } from './live.ts';
import { copyLink } from './location.ts';
import { helpOpen, paletteOpen, toggleTheme, trustOpen } from './panels.ts';
import { overview } from './session.ts';
import { following } from './timeline.ts';

export function run(command: Command): void {
  switch (command.do) {
    case 'move':
      pause();
      void move(command.kind, command.direction);
      return;
    case 'play':
      if (playing.peek()?.direction === command.direction) pause();
      else void play(command.direction);
      return;
    case 'pause':
      return pause();
    case 'palette':
      paletteOpen.value = 'all';
      return;
    case 'search':
      paletteOpen.value = 'search';
      return;
    case 'help':
      helpOpen.value = !helpOpen.peek();
      return;
    case 'frame':
      return stepFrame(command.step);
    case 'copy link':
      void copyLink();
      return;
    case 'pin':
      if (cursor.peek()) togglePin();
      return;
    case 'theme':
      return toggleTheme();
    case 'live':
      return goLive(!following.peek());
  }
}

const TEXT_FIELDS = 'input:not([type="range"]):not([type="checkbox"]), textarea, select, [contenteditable="true"]';

/** A slider moves by them itself. */
const SLIDER_KEYS: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End']);

/** Keys that work everywhere but in fields of text. Panels that use arrows themselves keep them. */
export function listenToKeys(): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const target = event.target as Element | null;
    if (event.key === 'Escape') {
      paletteOpen.value = false;
      helpOpen.value = false;
      trustOpen.value = false;
      return;
    }
    const command = commandOf(event);
    if (!command) return;
    const isGlobal = command.do === 'palette';
    if (!isGlobal && (target?.matches?.(TEXT_FIELDS) || paletteOpen.peek() !== false || helpOpen.peek())) return;
    if (!isGlobal && overview.peek() === null && command.do !== 'help' && command.do !== 'theme') return;
    const presses =
      (event.key === ' ' || event.key === 'Enter') && target?.matches?.('button, a, summary, input, [role="tab"]');
    const slides = SLIDER_KEYS.has(event.key) && target?.matches?.('input[type="range"]');
    if (presses || slides) return;
    event.preventDefault();
    run(command);
  });
}
