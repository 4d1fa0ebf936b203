/*
 * What the address of the page holds: recording, moment, frame and panels. It stands behind the `#`, so that it never
 * reaches a server, works from `file:` and survives a restart on another port.
 */
export const DOCKS = [
  'timeline',
  'tree',
  'functions',
  'async',
  'sequence',
  'map',
  'sql',
  'snapshots',
  'compare',
] as const;
export type DockId = (typeof DOCKS)[number];
const SIDES = ['log', 'errors', 'requests', 'messages', 'files'] as const;
export type SideId = (typeof SIDES)[number];

export interface Address {
  rec: string | null;
  /** `T@E`, or any text that names a moment. */
  at: string | null;
  /** Call of the frame that is looked at; null: the innermost. */
  call: string | null;
  dock: DockId | null;
  side: SideId | null;
  /** A file opened beside the one of the frame. */
  file: string | null;
  line: number | null;
  /** The recording beside it. */
  with: string | null;
}

export const NOWHERE: Address = {
  rec: null,
  at: null,
  call: null,
  dock: null,
  side: null,
  file: null,
  line: null,
  with: null,
};

export function parseAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const text = (name: string): string | null => fields.get(name) || null;
  const line = Number(fields.get('line'));
  return {
    rec: text('rec'),
    at: text('at'),
    call: text('call'),
    dock: oneOf(DOCKS, fields.get('dock')),
    side: oneOf(SIDES, fields.get('side')),
    file: text('file'),
    line: Number.isInteger(line) && line > 0 ? line : null,
    with: text('with'),
  };
}

export function formatAddress(address: Address): string {
  const parts = Object.entries(address)
    .filter(([, value]) => value !== null)
    .map(
      ([name, value]) =>
        `${name}=${encodeURIComponent(String(value)).replaceAll('%40', '@').replaceAll('%3A', ':').replaceAll('%2F', '/')}`,
    );
  return parts.length === 0 ? '' : `#${parts.join('&')}`;
}

function oneOf<Id extends string>(ids: readonly Id[], text: string | null): Id | null {
  return ids.find((id) => id === text) ?? null;
}
