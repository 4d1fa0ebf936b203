/* The colours of the style sheet for what is drawn on a canvas. */
import { effect, signal } from '@preact/signals';
import { isDark } from '../../app/panels.ts';

export interface Colors {
  panel: string;
  sunken: string;
  lane: string;
  border: string;
  borderStrong: string;
  text: string;
  text2: string;
  text3: string;
  accent: string;
  accentSolid: string;
  accentSoft: string;
  red: string;
  redSolid: string;
  amberSolid: string;
  tealSolid: string;
  greenSolid: string;
  violetSolid: string;
  fontUi: string;
  fontCode: string;
}

const NAMES: Readonly<Record<keyof Colors, string>> = {
  panel: '--panel',
  sunken: '--sunken',
  lane: '--lane',
  border: '--border',
  borderStrong: '--border-strong',
  text: '--text',
  text2: '--text-2',
  text3: '--text-3',
  accent: '--accent',
  accentSolid: '--accent-solid',
  accentSoft: '--accent-soft',
  red: '--red',
  redSolid: '--red-solid',
  amberSolid: '--amber-solid',
  tealSolid: '--teal-solid',
  greenSolid: '--green-solid',
  violetSolid: '--violet-solid',
  fontUi: '--font-ui',
  fontCode: '--font-code',
};

function read(): Colors {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    Object.entries(NAMES).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]),
  ) as unknown as Colors;
}

export const colors = signal<Colors>(read());

effect(() => {
  void isDark.value;
  colors.value = read();
});
window.addEventListener('load', () => (colors.value = read()));
