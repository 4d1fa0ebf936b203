import { sizes } from '../../app/panels.ts';
import { overview } from '../../app/session.ts';
import { FilmStrip, heightOfLanes } from './film-strip.tsx';
import { Transport } from './transport.tsx';

const TRANSPORT_HEIGHT = 40;

export function Stage() {
  const needed = TRANSPORT_HEIGHT + heightOfLanes(overview.value?.threads.length ?? 1);
  const height = Math.min(sizes.stageHeight.value, needed);
  return (
    <section class="stage" aria-label="Stage" style={{ height: `${height}px` }}>
      <Transport />
      <FilmStrip />
    </section>
  );
}
