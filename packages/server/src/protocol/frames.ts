/*
 * Frames of the server. A message without typed arrays is JSON text. One with typed arrays is binary, little-endian:
 *
 *     0  u32  FRAME_MAGIC
 *     4  u32  bytes of the JSON text
 *     8       JSON text (UTF-8), zeros up to a multiple of 8
 *             the arrays one after another, each padded with zeros to a multiple of 8
 *
 * In the JSON text an array stands as `{ "$a": [type, offset, length] }`: name of its class, byte offset from the end of
 * the padded text, elements. `decodeFrame` gives views into the frame, nothing is copied.
 */
export const FRAME_MAGIC = 0x31424345; // "ECB1"

const TYPES = { Uint8Array, Uint16Array, Uint32Array, Int32Array, Float32Array, Float64Array } as const;
type TypeName = keyof typeof TYPES;
export type WireArray = InstanceType<(typeof TYPES)[TypeName]>;

const ALIGN = 8;
const HEAD_BYTES = 8;

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGN) * ALIGN;
}

function typeOf(value: unknown): TypeName | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const name = value.constructor.name as TypeName;
  return name in TYPES ? name : undefined;
}

/** JSON text, or a binary frame when the message holds typed arrays. */
export function encodeFrame(message: unknown): string | Uint8Array<ArrayBuffer> {
  const arrays: { view: WireArray; offset: number }[] = [];
  let bytes = 0;
  const text = JSON.stringify(message, (_key, value: unknown) => {
    const type = typeOf(value);
    if (!type) return value;
    const view = value as WireArray;
    arrays.push({ view, offset: bytes });
    const place = { $a: [type, bytes, view.length] };
    bytes += aligned(view.byteLength);
    return place;
  });
  if (arrays.length === 0) return text;
  const encoded = new TextEncoder().encode(text);
  const base = HEAD_BYTES + aligned(encoded.length);
  const frame = new Uint8Array(base + bytes);
  const head = new DataView(frame.buffer);
  head.setUint32(0, FRAME_MAGIC, true);
  head.setUint32(4, encoded.length, true);
  frame.set(encoded, HEAD_BYTES);
  for (const { view, offset } of arrays) {
    frame.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), base + offset);
  }
  return frame;
}

/** The message of a frame. Throws SyntaxError or RangeError when it is none. */
export function decodeFrame(frame: string | ArrayBuffer): unknown {
  if (typeof frame === 'string') return JSON.parse(frame);
  const head = new DataView(frame);
  if (frame.byteLength < HEAD_BYTES || head.getUint32(0, true) !== FRAME_MAGIC) throw new RangeError('not a frame');
  const textBytes = head.getUint32(4, true);
  const base = HEAD_BYTES + aligned(textBytes);
  const text = new TextDecoder().decode(new Uint8Array(frame, HEAD_BYTES, textBytes));
  return JSON.parse(text, (_key, value: unknown) => {
    const place = (value as { $a?: [TypeName, number, number] } | null)?.$a;
    return place ? new TYPES[place[0]](frame, base + place[1], place[2]) : value;
  });
}
