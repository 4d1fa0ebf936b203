import { goHome } from '../../app/start.ts';
import { copyLink } from '../../app/location.ts';
import { helpOpen, isDark, paletteOpen, toggleTheme, trustOpen } from '../../app/panels.ts';
import { hello, overview } from '../../app/session.ts';
import { commandText } from '../../model/thread-labels.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { TrustChips } from './trust.tsx';

export function Header() {
  const current = overview.value;
  const argv = current?.processes[0]?.argv ?? [];
  return (
    <header class="header">
      <button type="button" class="brand" title="All recordings" aria-label="All recordings" onClick={goHome}>
        <span class="brand-mark">
          <Icon name="film" size={15} />
        </span>
      </button>
      <div class="program">
        <h1 class="program-name" title={argv.join(' ')}>
          {current ? commandText(argv) : 'Execution Cinema'}
        </h1>
      </div>
      {current && <TrustChips overview={current} open={trustOpen} />}
      <span class="space" />
      <button type="button" class="search-button" title="Search or go to…" onClick={() => (paletteOpen.value = 'all')}>
        <Icon name="search" size={14} />
        <span>Search or go to…</span>
        <kbd>Ctrl K</kbd>
      </button>
      {current && <Button icon="link" label="Copy a link to this moment" keys="Y" onClick={() => void copyLink()} />}
      <Button
        icon={isDark.value ? 'sun' : 'moon'}
        label={isDark.value ? 'Light colours' : 'Dark colours'}
        keys="Shift T"
        onClick={toggleTheme}
      />
      <Button
        icon="help"
        label={`Keys and help${hello.value ? `, version ${hello.value.tool}` : ''}`}
        keys="?"
        onClick={() => (helpOpen.value = true)}
      />
    </header>
  );
}
