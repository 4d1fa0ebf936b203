import { signal } from '@preact/signals';

export interface Said {
  text: string;
  tone: 'plain' | 'error';
  id: number;
}

/** What the page has just to say, at its foot; screen readers hear it. */
export const said = signal<Said | null>(null);

const SHOWN_MS = 3_500;
let count = 0;

export function say(text: string, tone: Said['tone'] = 'plain'): void {
  if (text === '') return;
  const entry = { text, tone, id: (count += 1) };
  said.value = entry;
  setTimeout(() => {
    if (said.peek() === entry) said.value = null;
  }, SHOWN_MS);
}
