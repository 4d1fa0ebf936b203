/*
 * Code can be ended at any call, and at the end of any round of a loop: by a stack overflow, by a `vm` timeout or
 * `worker.terminate()` (then not even `finally` blocks run). V8 looks for both when a function is entered, built-in ones
 * (`Atomics.store`, `Map.prototype.get`) among them, and when a loop goes round; never when a function returns.
 * So whatever belongs together (words, position, depth, counters) is changed in one stretch without calls and loops, after
 * all of them have returned. What has to be done by calls after that is done again until it is known to have worked.
 *
 * The state that all parts of the runtime of one thread share. Numbers that hot probes touch lie in typed arrays that
 * never move: V8 folds their addresses into optimised probes, so that a register costs one load or store, and parts in
 * different files can share them without calls between them.
 */

/** Next word to write, an index into `words`. Moves only when an event is complete. */
export const POSITION = 0;
/** An event may begin while POSITION <= LIMIT; -1 makes every event pass through `attend` (see attention.ts). */
export const LIMIT = 1;
/** LIMIT of the current slot when nothing else needs attention. */
export const SLOT_LIMIT = 2;
/** Value of the recorder's tick at the last time point. */
export const TICK = 3;
/** Depth at which the event loop runs: 0, or the depth at which the process began to exit. */
export const BASE_DEPTH = 4;
/**
 * A frame pushed at this depth or deeper passes through `attend`: it is the deepest of the chunk so far, or so deep that
 * the stack may end.
 */
export const ATTENDED_DEPTH = 5;
/** Events in the current slot. */
export const EVENTS = 6;
/** First word of the current slot. */
export const START = 7;
/** Where the current slot's S_WRITTEN lies. */
export const WRITTEN = 8;
/** First control word of the current slot. */
export const CONTROL = 9;
/** Strings numbered in this chunk, and how many of them belong to complete events. */
export const STRINGS = 10;
export const STRINGS_COMMITTED = 11;
/** Names the tables of strings and objects in force: changes with each chunk and with each abandoned event. */
export const EPOCH = 12;
/** 1 while an event with encoded values is being written. */
export const DIRTY = 13;
/** 1 while code that is not ours runs in the middle of an event (formatting of a stack). Probes do nothing then. */
export const BUSY = 14;
/** Values of the event stop growing at this word. */
export const VALUES_END = 15;
/** Milliseconds since the recording began at the last time point. */
export const NOW_MS = 16;
export const NEXT_SCOPE = 17;
export const NEXT_OBJECT = 18;
export const THROWS = 19;
/** Chunk number of the current slot, or of the next real one while dropping. */
export const CHUNK = 20;
/** Index into DROP_REASONS while events go to the scratch slot, else 0. */
export const DROPPING = 21;
/** 1: a time point before every entry and exit (clock `exact`). */
export const EXACT = 22;
/** 1 while the program has set a correlation: every ENTER asks for its cause. */
export const CAUSE_PENDING = 23;
/** 1: the stack is empty, but the thread does not return to its event loop yet, so that no time was read. */
export const STAYING = 25;
/** 1 after `beginExit`. */
export const EXITING = 24;
/** Position just after the last LEAVE_THROW. */
export const THROWN_AT = 26;
/** Largest integer that needs no redaction and fits an SMI word. */
export const SMI_INLINE_MAX = 27;
/** LIMIT after the event that is being written. */
export const NEXT_LIMIT = 28;
/** 1 between the end of a chunk and the beginning of the next one. */
export const BETWEEN_CHUNKS = 29;
/** Index into DROP_REASONS: why the events of GAP_EVENTS were dropped. */
export const GAP_REASON = 30;
/** 1 unless a chunk has ended in the slot of CONTROL that was not handed over yet. */
export const HANDED_OVER = 31;
/** Frames of the deepest stack of the chunk so far. */
export const DEEPEST = 32;
const REGISTERS = 64;

/** Number that the next call gets. */
export const NEXT_CALL = 0;
/** Nanoseconds since the recording began at the last time point. */
export const LAST_NS = 1;
/** Events produced before the current slot. */
export const EVENTS_BEFORE = 2;
/** Events dropped since the last real chunk, without those of the current scratch slot. */
export const GAP_EVENTS = 3;
/** Events dropped in all, without those of the current scratch slot. */
export const DROPPED_EVENTS = 4;
/** NEXT_CALL at the start of the current slot. */
export const FIRST_CALL = 5;
/** Correlation in force (0 none). */
export const CORRELATION = 6;
/** Longest distance of two time points within one stay away from the event loop, since the chunk began. */
export const LONGEST_GAP_NS = 7;
/** Time point at which the thread last left the event loop; the longest stay since the last sample. */
export const BUSY_SINCE_NS = 8;
export const LONGEST_BUSY_NS = 9;
const WIDE_REGISTERS = 32;

/**
 * Frames that can be open at once. Frames pushed deeper than this are not recorded (their tokens are OFF). The arrays
 * are allocated whole, since the system backs them only as they are used and a fixed address is what makes them cheap.
 */
export const FRAMES_MAX = 262_144;

/** Fewer open frames than these leave enough of the stack, see probes/stack-room.ts. */
export const ROOMY_DEPTH = 256;

/** Token of a call that is not recorded: deeper than any frame. */
export const OFF = 0x3fffffff;

/** What instrumented code reads in its `finally`: `d` is the number of open frames. */
export interface DepthState {
  d: number;
}

export interface Core {
  /** The whole ring. */
  readonly words: Int32Array;
  readonly levels: Uint8Array;
  readonly registers: Int32Array;
  readonly wide: Float64Array;
  readonly state: DepthState;
  /** Per open frame: function site, call number, innermost shared scope instance. */
  readonly frameSites: Int32Array;
  readonly frameCalls: Float64Array;
  readonly frameScopes: Int32Array;
}

export function createCore(ring: SharedArrayBuffer, levels: Uint8Array): Core {
  const core: Core = {
    words: new Int32Array(ring),
    levels,
    registers: new Int32Array(REGISTERS),
    wide: new Float64Array(WIDE_REGISTERS),
    state: { d: 0 },
    frameSites: new Int32Array(FRAMES_MAX),
    frameCalls: new Float64Array(FRAMES_MAX),
    frameScopes: new Int32Array(FRAMES_MAX),
  };
  core.wide[NEXT_CALL] = 1;
  core.registers[NEXT_SCOPE] = 1;
  core.registers[NEXT_OBJECT] = 1;
  return core;
}
