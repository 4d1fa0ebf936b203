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
  const arrays: Placed = { views: [], bytes: 0 };
  // A replacer would do as well, but is called for every value of every state: that takes ten times as long.
  const text = JSON.stringify(withPlaces(message, arrays));
  if (arrays.views.length === 0) return text;
  const encoded = new TextEncoder().encode(text);
  const base = HEAD_BYTES + aligned(encoded.length);
  const frame = new Uint8Array(base + arrays.bytes);
  const head = new DataView(frame.buffer);
  head.setUint32(0, FRAME_MAGIC, true);
  head.setUint32(4, encoded.length, true);
  frame.set(encoded, HEAD_BYTES);
  for (const { view, offset } of arrays.views) {
    frame.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), base + offset);
  }
  return frame;
}

interface Placed {
  views: { view: WireArray; offset: number }[];
  bytes: number;
}

/** The value with places instead of its typed arrays; where there are none in it, itself. */
function withPlaces(value: unknown, arrays: Placed): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const type = typeOf(value);
  if (type) {
    const view = value as WireArray;
    const place = { $a: [type, arrays.bytes, view.length] };
    arrays.views.push({ view, offset: arrays.bytes });
    arrays.bytes += aligned(view.byteLength);
    return place;
  }
  let copy: Record<string, unknown> | unknown[] | undefined;
  for (const key of Object.keys(value)) {
    const own = (value as Record<string, unknown>)[key];
    if (typeof own !== 'object' || own === null) continue;
    const placed = withPlaces(own, arrays);
    if (placed === own) continue;
    copy ??= Array.isArray(value) ? [...value] : { ...value };
    (copy as Record<string, unknown>)[key] = placed;
  }
  return copy ?? value;
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
