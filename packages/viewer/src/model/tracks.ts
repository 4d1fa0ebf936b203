/** Where each thread's rows lie in the timeline, top down. */
export interface Track {
  thread: number;
  top: number;
  /** Rows of calls; the headline is above them. */
  rowsTop: number;
  rows: number;
  height: number;
  open: boolean;
}

export const TRACK_HEAD = 22;
export const ROW_HEIGHT = 18;
const TRACK_GAP = 6;
/** Rows of one thread that are shown; deeper ones are counted. */
const ROWS_MAX = 256;

export function layTracks(
  threads: readonly { id: number; maxDepth: number }[],
  closed: ReadonlySet<number>,
): { tracks: Track[]; height: number } {
  let top = 0;
  const tracks = threads.map(({ id, maxDepth }) => {
    const open = !closed.has(id);
    const rows = open ? Math.min(ROWS_MAX, Math.max(1, maxDepth)) : 0;
    const height = TRACK_HEAD + rows * ROW_HEIGHT + (open ? TRACK_GAP : 0);
    const track = { thread: id, top, rowsTop: top + TRACK_HEAD, rows, height, open };
    top += height;
    return track;
  });
  return { tracks, height: top };
}

/** Tracks that show anything between two heights. */
export function visibleTracks(tracks: readonly Track[], fromY: number, toY: number): Track[] {
  return tracks.filter(({ top, height }) => top + height > fromY && top < toY);
}

export function trackAt(tracks: readonly Track[], y: number): { track: Track; row: number } | undefined {
  const track = tracks.find(({ top, height }) => y >= top && y < top + height);
  return track && { track, row: Math.floor((y - track.rowsTop) / ROW_HEIGHT) };
}
