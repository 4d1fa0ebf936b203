import { deflateRawSync, inflateRawSync } from 'node:zlib';

/* Texts of the files that prebuilt code was made of, as caches and the recorder get them: raw deflate of a JSON array. */

/** One for each source of the map; null for those whose text is not known. */
export type OriginalTexts = readonly (string | null)[];

export function packTexts(texts: OriginalTexts): Uint8Array {
  return deflateRawSync(JSON.stringify(texts));
}

export function unpackTexts(packed: Uint8Array): OriginalTexts {
  return JSON.parse(inflateRawSync(packed).toString()) as OriginalTexts;
}
