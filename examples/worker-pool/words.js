const SMALL = new Set(['a', 'and', 'by', 'in', 'is', 'it', 'of', 'on', 'the', 'to']);

export function countWords({ title, text }) {
  if (typeof text !== 'string') throw new TypeError(`${title} has no text`);
  const counts = {};
  for (const word of wordsOf(text)) {
    if (!SMALL.has(word)) counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

function wordsOf(text) {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}
