import { plural } from '../../model/units.ts';
import type { AsyncPicture } from '../../model/async-layout.ts';

/** The graph in a sentence, for those who do not see it. */
export function labelOf(picture: AsyncPicture | null): string {
  if (!picture) return 'Asynchronous graph';
  const kinds = [...new Set(picture.links.map(({ kind }) => kind))];
  return `Asynchronous graph: ${plural(picture.nodes.length, 'turn')} in ${plural(picture.lanes.length, 'lane')}, linked by ${kinds.join(', ') || 'nothing'}`;
}
