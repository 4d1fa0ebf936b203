const VERSES = [
  'The ferry leaves the harbour at dawn.',
  'Gulls follow the ferry to the island.',
  'On the island a lamp burns by the harbour wall.',
  'The keeper of the lamp counts the boats at dawn.',
];

/** Three letters of four verses each; one of them was lost. */
export const documents = Array.from({ length: 12 }, (_, i) => ({
  title: `letter ${Math.floor(i / 4) + 1}, verse ${(i % 4) + 1}`,
  text: i === 6 ? null : VERSES[i % 4],
}));
