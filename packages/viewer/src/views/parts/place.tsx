import type { Place } from '@execution-cinema/server/protocol';
import { fileName } from '../../app/names.ts';

const INFERRED = ' (worked out from the text and from what was called: the call itself leaves no event)';

/** `cart.ts:25`; the whole path in the tooltip. The end of a name is what tells places apart, so the beginning gives way. */
export function PlaceText({ place }: { place: Place | null }) {
  if (!place || place.file === '') return null;
  return (
    <span class="place" title={`${place.file}:${place.line}${place.inferred ? INFERRED : ''}`}>
      <span class="place-file cut-start">
        <bdi>{fileName(place.file)}</bdi>
      </span>
      {place.line > 0 && <span class="place-line">:{place.line}</span>}
    </span>
  );
}
