/** The little-endian words of a stored blob, in place where that is possible. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  // A driver may hand out bytes that do not begin at a multiple of four.
  const whole = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Int32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2);
}
