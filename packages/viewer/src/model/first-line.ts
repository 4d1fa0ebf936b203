/** What a list shows of a text of many lines: the first that says something, and how many more there are. */
export function firstLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return '(empty line)';
  // A bracket alone, as printed lists and objects begin, says nothing.
  const said = lines.findIndex((line) => /[^\s\p{P}]/u.test(line));
  const shown = lines.slice(0, Math.max(0, said) + 1);
  const first = [shown[0]!, ...shown.slice(1).map((line) => line.trim())].join(' ');
  const more = lines.length - shown.length;
  return more > 0 ? `${first}  ⏎ ${more} more` : first;
}
