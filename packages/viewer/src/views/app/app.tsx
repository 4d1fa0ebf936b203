import { connection, gone, hello, opening, overview, progress } from '../../app/session.ts';
import { said } from '../../app/say.ts';
import { helpOpen, paletteOpen } from '../../app/panels.ts';
import { percentText, timeText } from '../../model/units.ts';
import { Header } from '../header/header.tsx';
import { lazy } from '../parts/lazy.tsx';
import { Palette } from '../palette/palette.tsx';
import { Workspace } from './workspace.tsx';

export function App() {
  return (
    <div class="app">
      <Header />
      <Banner />
      {overview.value ? <Workspace /> : isOnItsWay() ? <main aria-label="Connecting" /> : <StartPage />}
      <Foot />
      {paletteOpen.value !== false && <Palette mode={paletteOpen.value} />}
      {helpOpen.value && <Help />}
    </div>
  );
}

const StartPage = lazy(async () => (await import('../start/start-page.tsx')).StartPage);
const Help = lazy(async () => (await import('../palette/help.tsx')).Help);

/** What the page will show is not known yet. */
function isOnItsWay(): boolean {
  const state = connection.value;
  return state === 'connecting' || (state === 'open' && hello.value === null) || opening.value;
}

const CONNECTIONS = {
  lost: 'The connection to the viewer’s server is lost. Trying again; what you see stays.',
  refused:
    'The server does not answer. If it has ended, start it again: tracer view. Its new address works with this link.',
  'old page': 'The server is of another version than this page. Reload the page.',
} as const;

/** What makes the page less than it seems: said where nobody misses it. */
function Banner() {
  const state = connection.value;
  const text =
    state in CONNECTIONS
      ? CONNECTIONS[state as keyof typeof CONNECTIONS]
      : gone.value !== null
        ? `This recording was ${gone.value}. What was fetched before is still shown.`
        : state === 'offline page'
          ? exportedText()
          : null;
  return text === null ? null : (
    <div class="banner" role="alert">
      {text}
    </div>
  );
}

/** Says of a page with a part of a recording which part it is. */
function exportedText(): string | null {
  const part = hello.value?.part;
  if (!part || part.whole) return null;
  const { fromNs, toNs } = part.span;
  return `An exported part of a recording: ${timeText(fromNs, toNs)} to ${timeText(toNs, toNs)}. Counts in the header are those of the whole run.`;
}

/** One line for what happens now and then. */
function Foot() {
  const now = said.value;
  const busy = progress.value;
  return (
    <>
      <div class="foot" aria-live="polite" role="status">
        {now && (
          <div key={now.id} class={`said ${now.tone}`}>
            {now.text}
          </div>
        )}
      </div>
      {busy && (
        <div class="busy" role="status">
          <span>
            {busy.what} {busy.total > 0 && percentText(busy.done / busy.total)}
          </span>
          <progress aria-label={busy.what} max={Math.max(1, busy.total)} value={busy.done} />
        </div>
      )}
    </>
  );
}
