import { sizes } from '../../app/panels.ts';
import { FilmStrip } from './film-strip.tsx';
import { Transport } from './transport.tsx';

export function Stage() {
  return (
    <section class="stage" aria-label="Stage" style={{ height: `${sizes.stageHeight.value}px` }}>
      <Transport />
      <FilmStrip />
    </section>
  );
}
