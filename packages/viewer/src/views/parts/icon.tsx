/** Icons of one stroke on a 16 px grid. They are decoration: whoever shows one says what it means. */
const PATHS = {
  play: 'M5 3.2v9.6L13 8z',
  pause: 'M5 3.5v9M11 3.5v9',
  reverse: 'M11 3.2v9.6L3 8z',
  toStart: 'M3.5 3.5v9M12.5 3.8v8.4L6.5 8z',
  toEnd: 'M12.5 3.5v9M3.5 3.8v8.4L9.5 8z',
  continue: 'M3.5 3.5v9M6.5 3.8v8.4L12.5 8z',
  continueBack: 'M12.5 3.5v9M9.5 3.8v8.4L3.5 8z',
  over: 'M2.5 8.5a5.5 5.5 0 0 1 10.6-1.7M13.5 3.5v3.6H9.9M8 12.5h.01',
  overBack: 'M13.5 8.5A5.5 5.5 0 0 0 2.9 6.8M2.5 3.5v3.6h3.6M8 12.5h.01',
  into: 'M8 2.5v6.2M5 6l3 3 3-3M8 12.7h.01',
  intoBack: 'M8 9.2V3M5 5.7l3-3 3 3M8 12.7h.01',
  out: 'M8 9.2V3M5 5.7l3-3 3 3M3.5 12.7h9',
  outBack: 'M8 2.5v6.2M5 6l3 3 3-3M3.5 12.7h9',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14',
  close: 'm4 4 8 8M12 4l-8 8',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  pin: 'M9.5 2 14 6.5l-3 .8-2.6 2.6.3 3.1-1 1-5.7-5.7 1-1 3.1.3L8.7 5zM5 11l-3 3',
  link: 'M6.5 9.5a3 3 0 0 0 4.4.2l2-2a3 3 0 0 0-4.3-4.3l-.9.9M9.5 6.5a3 3 0 0 0-4.4-.2l-2 2a3 3 0 0 0 4.3 4.3l.9-.9',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  plus: 'M8 3.5v9M3.5 8h9',
  history: 'M2.5 8a5.5 5.5 0 1 0 1.8-4.1M2.5 2.5v2.6h2.6M8 5v3.2l2.2 1.3',
  origin: 'M13 4H8.5A3.5 3.5 0 0 0 5 7.5V12M2.5 9.5 5 12l2.5-2.5',
  previous: 'm10 3.5-4.5 4.5 4.5 4.5',
  next: 'm6 3.5 4.5 4.5L6 12.5',
  help: 'M6 6a2 2 0 1 1 2.8 1.8c-.5.3-.8.7-.8 1.4M8 11.8h.01M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z',
  log: 'M2.5 3.5h11v9h-11zM5 6.5l1.5 1.5L5 9.5M8.5 10h2.5',
  alert: 'M8 2.2 14.5 13.5h-13zM8 6.5v3M8 11.6h.01',
  globe: 'M8 14a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM2 8h12M8 2c2 2 2.6 4 2.6 6S10 12 8 14c-2-2-2.6-4-2.6-6S6 4 8 2z',
  arrows: 'M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13',
  camera: 'M2 5h3l1-1.5h4L11 5h3v7.5H2zM8 10.7a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  tree: 'M3 3h4M3 3v9.5M3 7.8h4M3 12.5h4M9.5 3H13M9.5 7.8H13M9.5 12.5H13',
  flame: 'M2 3h12M2 6.5h8M4 10h5M4 13.5h2.5',
  table: 'M2.5 3h11v10h-11zM2.5 6.5h11M6.5 6.5V13',
  graph:
    'M4 5.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM12 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM4 14.1a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM5.7 4.5l4.6 2.6M5.7 11.5l4.6-2.6',
  sequence: 'M4 2v12M12 2v12M4 5h8M10 3l2 2-2 2M12 10H4M6 8l-2 2 2 2',
  map: 'M2.5 2.5h6v6h-6zM10.5 2.5h3v3h-3zM10.5 7.5h3v6h-3zM2.5 10.5h6v3h-6z',
  database: 'M8 6c3 0 5-.9 5-2s-2-2-5-2-5 .9-5 2 2 2 5 2zM3 4v8c0 1.1 2 2 5 2s5-.9 5-2V4M3 8c0 1.1 2 2 5 2s5-.9 5-2',
  compare: 'M6 2.5H2.5v11H6M10 2.5h3.5v11H10M8 1.5v13',
  film: 'M2 3h12v10H2zM5 3v10M11 3v10M2 6.3h3M2 9.6h3M11 6.3h3M11 9.6h3',
  file: 'M4 1.8h5.5L12.5 5v9.2H4zM9.5 1.8V5h3',
  fit: 'M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3',
  reload: 'M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 2.2v2.6h-2.6',
  live: 'M8 9.6a1.6 1.6 0 1 0 0-3.2 1.6 1.6 0 0 0 0 3.2zM4.6 11.4a4.8 4.8 0 0 1 0-6.8M11.4 4.6a4.8 4.8 0 0 1 0 6.8',
  info: 'M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM8 7.3v3.6M8 5.1h.01',
  panel: 'M2 3h12v10H2zM2 9.5h12',
} as const;

export type IconName = keyof typeof PATHS;

const SOLID = new Set<IconName>(['play', 'reverse']);

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      class={SOLID.has(name) ? 'icon solid' : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
