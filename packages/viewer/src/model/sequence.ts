import type { Sequence } from '@execution-cinema/server/protocol';
import { previewText } from './values.ts';

const ARROWS: Readonly<Record<string, string>> = {
  call: '->>',
  return: '-->>',
  throw: '--x',
  async: '-)',
  message: '-)',
};
const LABEL_MAX = 80;

/** The diagram as Mermaid text, to paste into a document. */
export function sequenceText({ participants, messages }: Sequence): string {
  const lines = ['sequenceDiagram'];
  for (const { id, label } of participants) lines.push(`  participant p${id} as ${plain(label)}`);
  for (const { from, to, kind, label, value } of messages) {
    const text = value !== null && kind === 'return' ? `${label} ${previewText(value, 40)}` : label;
    lines.push(`  p${from}${ARROWS[kind] ?? '->>'}p${to}: ${plain(text) || kind}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Mermaid ends a label at a semicolon or a line, and reads # as the start of an entity. */
function plain(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').replaceAll(';', ',').replaceAll('#', '♯').trim();
  return flat.length > LABEL_MAX ? `${flat.slice(0, LABEL_MAX - 1)}…` : flat;
}
