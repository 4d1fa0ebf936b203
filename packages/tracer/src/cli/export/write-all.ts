import type { Writable } from 'node:stream';

const BUFFER_BYTES = 2 ** 20;
/** Bytes of UTF-8 that one UTF-16 unit takes at most. */
const BYTES_PER_UNIT_MAX = 3;

/**
 * Writes texts and bytes, in order, through one buffer that is used again: what is exported passes through memory, it does
 * not stay. Returns the number of bytes. Throws the stream's error.
 */
export async function writeAll(groups: Iterable<(string | Uint8Array)[]>, stream: Writable): Promise<number> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let used = 0;
  let bytes = 0;
  const write = async (data: Uint8Array): Promise<void> => {
    if (data.length === 0) return;
    bytes += data.length;
    // Until it is written the stream refers to it.
    await new Promise<void>((resolve, reject) => {
      stream.write(data, (error) => (error ? reject(error) : resolve()));
    });
  };
  const flush = async (): Promise<void> => {
    await write(buffer.subarray(0, used));
    used = 0;
  };
  // A stream tells of its error here as well as to the write.
  const ignore = (): void => undefined;
  stream.on('error', ignore);
  for (const group of groups) {
    for (const piece of group) {
      const room = piece.length * (typeof piece === 'string' ? BYTES_PER_UNIT_MAX : 1);
      if (room > BUFFER_BYTES - used) await flush();
      if (room > BUFFER_BYTES) await write(typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece);
      else if (typeof piece === 'string') used += buffer.write(piece, used, 'utf8');
      else {
        buffer.set(piece, used);
        used += piece.length;
      }
    }
  }
  await flush();
  stream.off('error', ignore);
  return bytes;
}
