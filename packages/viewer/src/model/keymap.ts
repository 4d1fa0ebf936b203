import type { MoveKind } from '@execution-cinema/server/protocol';

/** What a key does. */
export type Command =
  | { do: 'move'; kind: MoveKind; direction: 'forward' | 'back' }
  | { do: 'play'; direction: 'forward' | 'back' }
  | { do: 'pause' }
  | { do: 'palette' }
  | { do: 'search' }
  | { do: 'help' }
  | { do: 'frame'; step: 1 | -1 }
  | { do: 'copy link' }
  | { do: 'pin' }
  | { do: 'theme' }
  | { do: 'live' };

export interface Binding {
  /** As `keyOf` writes it. */
  keys: string[];
  /** For people; grouped in the help. */
  about: string;
  group: 'Move' | 'Play' | 'Find' | 'View';
  command: Command;
}

const move = (kind: MoveKind, direction: 'forward' | 'back'): Command => ({ do: 'move', kind, direction });

/** Browsers keep some F keys, so each has another one beside it. */
export const BINDINGS: readonly Binding[] = [
  { keys: ['ArrowRight', 'F10', 'n'], about: 'Step over', group: 'Move', command: move('over', 'forward') },
  {
    keys: ['ArrowLeft', 'Alt+F10', 'Shift+N'],
    about: 'Step over, backwards',
    group: 'Move',
    command: move('over', 'back'),
  },
  { keys: ['ArrowDown', 'F11', 'i'], about: 'Step into', group: 'Move', command: move('into', 'forward') },
  { keys: ['Alt+F11', 'Shift+I'], about: 'Step into, backwards', group: 'Move', command: move('into', 'back') },
  {
    keys: ['ArrowUp', 'Alt+Shift+F11', 'Shift+O'],
    about: 'Back to where this call was made',
    group: 'Move',
    command: move('out', 'back'),
  },
  { keys: ['Shift+F11', 'o'], about: 'Step out', group: 'Move', command: move('out', 'forward') },
  {
    keys: ['F8', 'c'],
    about: 'Continue to the next breakpoint or error',
    group: 'Move',
    command: move('continue', 'forward'),
  },
  { keys: ['Alt+F8', 'Shift+C'], about: 'Continue backwards', group: 'Move', command: move('continue', 'back') },
  { keys: ['.'], about: 'Next event', group: 'Move', command: move('event', 'forward') },
  { keys: [','], about: 'Previous event', group: 'Move', command: move('event', 'back') },
  { keys: ['e'], about: 'Next thrown error', group: 'Move', command: move('throw', 'forward') },
  { keys: ['Shift+E'], about: 'Previous thrown error', group: 'Move', command: move('throw', 'back') },
  { keys: ['b'], about: 'To what caused this (also across threads)', group: 'Move', command: move('cause', 'back') },
  { keys: ['Home'], about: 'To the start of this thread', group: 'Move', command: move('start', 'back') },
  { keys: ['End'], about: 'To the end of this thread', group: 'Move', command: move('end', 'forward') },
  { keys: ['['], about: 'Frame further in', group: 'Move', command: { do: 'frame', step: -1 } },
  { keys: [']'], about: 'Frame further out', group: 'Move', command: { do: 'frame', step: 1 } },
  { keys: [' ', 'l'], about: 'Play', group: 'Play', command: { do: 'play', direction: 'forward' } },
  { keys: ['j'], about: 'Play backwards', group: 'Play', command: { do: 'play', direction: 'back' } },
  { keys: ['k'], about: 'Pause', group: 'Play', command: { do: 'pause' } },
  { keys: ['Shift+L'], about: 'Follow a running program, or stop following', group: 'Play', command: { do: 'live' } },
  {
    keys: ['Ctrl+k', 'Meta+k', 'Ctrl+p'],
    about: 'Go to anything, run any command',
    group: 'Find',
    command: { do: 'palette' },
  },
  { keys: ['/'], about: 'Search functions, values, logs', group: 'Find', command: { do: 'search' } },
  { keys: ['p'], about: 'Pin this moment, to see what differs from it', group: 'View', command: { do: 'pin' } },
  { keys: ['y'], about: 'Copy a link to this moment', group: 'View', command: { do: 'copy link' } },
  { keys: ['Shift+T'], about: 'Light or dark', group: 'View', command: { do: 'theme' } },
  { keys: ['?'], about: 'This help', group: 'View', command: { do: 'help' } },
];

export interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

function keyOf(event: KeyLike): string {
  const { key } = event;
  const isLetter = /^[a-zA-Z]$/.test(key);
  const isPrinted = key.length === 1 && !isLetter && key !== ' ';
  const name = isLetter
    ? event.shiftKey && !event.ctrlKey && !event.metaKey
      ? key.toUpperCase()
      : key.toLowerCase()
    : key;
  const shift = event.shiftKey && !isPrinted ? 'Shift+' : '';
  return `${event.ctrlKey ? 'Ctrl+' : ''}${event.metaKey ? 'Meta+' : ''}${event.altKey ? 'Alt+' : ''}${shift}${name}`;
}

export function commandOf(event: KeyLike): Command | undefined {
  const key = keyOf(event);
  return BINDINGS.find(({ keys }) => keys.includes(key))?.command;
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowRight: '→',
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ' ': 'Space',
  Meta: '⌘',
};

/** `Shift+N` as people read it. */
export function keyText(keys: string): string {
  return keys
    .split('+')
    .map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(' ');
}

/** The first key of a command, for tooltips. */
export function keysFor(kind: MoveKind, direction: 'forward' | 'back'): string {
  const found = BINDINGS.find(
    ({ command }) => command.do === 'move' && command.kind === kind && command.direction === direction,
  );
  return found ? found.keys.slice(0, 2).map(keyText).join(' or ') : '';
}
