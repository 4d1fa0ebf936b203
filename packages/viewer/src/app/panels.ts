/* Which panels are shown and how large; remembered by the browser, where it lets us. */
import { computed, effect, signal } from '@preact/signals';
import { DOCKS, type DockId, type SideId } from '../model/address.ts';
import { defaultLayout, restoreLayout, type Layout } from '../model/layout.ts';

export const dock = signal<DockId>('timeline');
export const side = signal<SideId>('log');
const theme = signal<'system' | 'light' | 'dark'>('system');
export const paletteOpen = signal<false | 'all' | 'search'>(false);
export const helpOpen = signal(false);
export const trustOpen = signal(false);

const screenSize = () => ({ width: window.innerWidth, height: window.innerHeight });
const KEY = 'execution-cinema';

const remembered = readMemory();
const restored = restoreLayout(remembered?.['layout'], screenSize());
export const sizes = {
  sideWidth: signal(restored.sideWidth),
  stateWidth: signal(restored.stateWidth),
  dockHeight: signal(restored.dockHeight),
  detailHeight: signal(restored.detailHeight),
  stageHeight: signal(restored.stageHeight),
};
const rememberedTheme = remembered?.['theme'];
if (rememberedTheme === 'light' || rememberedTheme === 'dark') theme.value = rememberedTheme;
const rememberedDock = remembered?.['dock'];
if (DOCKS.includes(rememberedDock as DockId)) dock.value = rememberedDock as DockId;

export function defaultSize(name: keyof Layout): number {
  return defaultLayout(screenSize())[name];
}

effect(() => {
  const layout = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, size.value]));
  writeMemory({ layout, theme: theme.value, dock: dock.value });
});

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(systemDark.matches);
systemDark.addEventListener('change', () => (systemIsDark.value = systemDark.matches));

/** Whether the page is dark now, by choice or by the system. */
export const isDark = computed(() => (theme.value === 'system' ? systemIsDark.value : theme.value === 'dark'));

effect(() => {
  document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
});

export function toggleTheme(): void {
  theme.value = isDark.peek() ? 'light' : 'dark';
}

function readMemory(): Record<string, unknown> | undefined {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? undefined;
  } catch {
    return undefined; // storage is off, or holds something else
  }
}

function writeMemory(value: unknown): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(value));
  } catch {
    // Storage is off or full: the page works without memory.
  }
}
