/*
 * The ring of one thread: one SharedArrayBuffer, seen as 32-bit words.
 *
 *     0 .. RING_CONTROL_WORDS-1                    control block (R_*)
 *     then per slot SLOT_CONTROL_WORDS             slot control (S_*)
 *     then, aligned to 4096 words, the slots       one chunk each, `slotWords` long
 *     then one scratch slot                        private to the writer: what it drops is encoded there and overwritten,
 *                                                  so that its words and slots lie in one array (control words likewise)
 *
 * Chunk number n lies in slot n % slots. The traced thread (writer) takes a slot whose state is FREE, fills it, marks
 * it FULL and goes on; the recorder (reader) consumes chunks in order and gives full slots back as FREE after commit.
 *
 * Validity: words below S_PUBLISHED (stored atomically) may be read at once. S_WRITTEN is stored plainly at every
 * event, so on weakly ordered machines it may run ahead of the words; it may be trusted when it has not moved for
 * QUIET_TICKS_BEFORE_TRUST ticks. That way nothing stays unseen when a thread stops producing without publishing, as the
 * main thread does whenever its stack empties.
 * Change together: runtime/ring, store/recorder, docs/SCHEMA.md.
 */
export const RING_CONTROL_WORDS = 64;
export const SLOT_CONTROL_WORDS = 16;
export const SLOTS_ALIGN_WORDS = 4096;

/** FORMAT_VERSION. */
export const R_VERSION = 0;
export const R_SLOTS = 1;
export const R_SLOT_WORDS = 2;
/** Advanced by the recorder about once per millisecond while the thread is busy; the writer reads it plainly. */
export const R_TICK = 3;
/** Incremented and notified by the writer when it produced something while the recorder sleeps (R_SLEEPING = 1). */
export const R_WAKE = 4;
/** 1 while the recorder sleeps without a time limit. */
export const R_SLEEPING = 5;
/** Recorder: 0 starting, 1 running, 2 ended or failed (writers drop at once and never wait). */
export const R_RECORDER = 6;
/**
 * Incremented by the recorder with every commit or freed slot, and while it waits for other processes that write to the same
 * recording: "progress" for the 2 s rule of back-pressure.
 */
export const R_PROGRESS = 7;
/** Writer asks to commit everything published so far: increments; the recorder answers in R_DRAINED. */
export const R_DRAIN = 8;
export const R_DRAINED = 9;
/** u53 events dropped so far, by the writer. */
export const R_DROPPED = 10;
/** 1 while recording is paused (api or control): events go to the scratch slot and count as dropped, reason paused. */
export const R_PAUSED = 12;
/** 1 once the thread has run its exit handler. */
export const R_EXITING = 13;
/** Counts the snapshots that the recorder has read of the process; a thread that asked for one waits for it. */
export const R_SNAPSHOTS = 14;
/** Chunk number the writer is in (or will write next while it drops). */
export const R_CHUNK = 15;
/** u53 events produced so far (stored plus dropped), when the accounts were settled last. */
export const R_PRODUCED = 16;
/** Deepest stack since the recorder last cleared it. */
export const R_MAX_DEPTH = 18;
/** 1 while the program listens to the signal that takes snapshots: then none is taken (main thread). */
export const R_LISTENS = 19;
/** Counts the signals of that kind that its listeners have heard. */
export const R_HEARD = 20;
/** Counts the marks that were asked for from outside, and those that the main thread has written. */
export const R_MARKS = 21;
export const R_MARKED = 22;

/**
 * 1: the process is ending and takes its other threads with it. The writer publishes what it has and stands still at its
 * next event, so that what it does last is not lost; at most HOLD_MS_MAX.
 */
export const R_HOLD = 24;
export const HOLD_MS_MAX = 2_000;
/** 1: a snapshot is to be taken of this thread. The writer stands still for the debugger at its next event. */
export const R_STOP = 25;
/** u53 nanoseconds: when the last mark was written, before it is counted in R_MARKED. */
export const R_MARK_TIME = 26;
/** Counts the resources that were followed (promises, timers, ticks, handles); plain stores of the writer, wraps. */
export const R_FOLLOWED = 28;
/** 1: resources are not to be followed any more; obeyed with the next tick. */
export const R_UNFOLLOWED = 29;
/** 1 while the thread instruments a source: its time is the tracer's, not the program's. */
export const R_INSTRUMENTING = 40;

export const S_STATE = 0;
export const S_CHUNK = 1;
/** Words published in this slot, header included. */
export const S_PUBLISHED = 2;
/** Words written in this slot (plain store, see validity). */
export const S_WRITTEN = 3;
/*
 * Accounts of the slot: final once it is FULL. Until then they may lag behind S_PUBLISHED by what the thread did since the
 * tick last moved: S_COUNTED says which words they are about. They may be trusted when S_COUNTED, read before them, is what
 * S_COUNTING, read after them, says; else they are being settled.
 */
/** Events among the counted words. */
export const S_EVENTS = 4;
/** Calls (ENTER) among the counted words. */
export const S_CALLS = 5;
/** Frames ended by exception among the counted words. */
export const S_THROWS = 6;
/** u53 nanoseconds since the recording began: the last time point in the counted words. */
export const S_TIME = 8;
/** Words that the accounts are being settled for, stored before them. */
export const S_COUNTING = 10;
/** Words that the accounts were settled for, stored after them. */
export const S_COUNTED = 11;

export const SLOT_FREE = 0;
export const SLOT_WRITING = 1;
export const SLOT_FULL = 2;

export const QUIET_TICKS_BEFORE_TRUST = 3;

/** Smallest slot that a writer accepts: a chunk's header, room for events, and the reserve of EVENT_WORDS_MAX. */
export const SLOT_WORDS_MIN = 32_768;

/** First word of slot `slot`; slot number `slots` is the scratch slot. */
export function slotOffsetWords(slots: number, slotWords: number, slot: number): number {
  const control = RING_CONTROL_WORDS + (slots + 1) * SLOT_CONTROL_WORDS;
  return Math.ceil(control / SLOTS_ALIGN_WORDS) * SLOTS_ALIGN_WORDS + slot * slotWords;
}

/** First word of the control words of slot `slot`. */
export function slotControlWords(slot: number): number {
  return RING_CONTROL_WORDS + slot * SLOT_CONTROL_WORDS;
}

/** Bytes of a ring with `slots` slots of `slotWords` words, the scratch slot included. */
export function ringBytes(slots: number, slotWords: number): number {
  return slotOffsetWords(slots, slotWords, slots + 1) * 4;
}

/** Allocates a ring and writes its constant words. `slots` >= 2. */
export function allocateRing(slots: number, slotWords: number): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(ringBytes(slots, slotWords));
  const words = new Int32Array(buffer);
  words[R_VERSION] = 1;
  words[R_SLOTS] = slots;
  words[R_SLOT_WORDS] = slotWords;
  return buffer;
}
