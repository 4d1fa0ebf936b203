import type { AsyncPicture } from '../../model/async-layout.ts';

/** The graph in a sentence, for those who do not see it. */
export function labelOf(picture: AsyncPicture | null): string {
  if (!picture) return 'Asynchronous graph';
  const kinds = [...new Set(picture.links.map(({ kind }) => kind))];
  return `Asynchronous graph: ${picture.nodes.length} turns in ${picture.lanes.length} lanes, linked by ${kinds.join(', ') || 'nothing'}`;
}
