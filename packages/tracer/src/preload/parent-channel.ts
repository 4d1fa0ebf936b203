/*
 * Node reads the channel to a parent process as soon as the event loop turns. With a CommonJS script alone that is after
 * the script has run; behind a preload it is before, and what came is then delivered in a tick of the first listener:
 * earlier than it would be, and a listener that disconnects ends the process by an error inside Node. So nothing is read
 * until the script runs.
 */

/** Node's handle of the channel, under a symbol that is its own. */
interface Handle {
  readStop(): unknown;
  readStart(): unknown;
}

/** Stops reading what the parent sends; what is returned starts again. */
export function holdParentChannel(): () => void {
  const symbol = Object.getOwnPropertySymbols(process).find(({ description }) => description === 'kChannelHandle');
  const handle =
    symbol === undefined ? undefined : (process as unknown as Record<symbol, Partial<Handle> | null>)[symbol];
  if (typeof handle?.readStop !== 'function' || typeof handle.readStart !== 'function') return () => {};
  handle.readStop();
  return () => {
    // A preload of the program may have disconnected meanwhile.
    if (process.connected) handle.readStart!();
  };
}
