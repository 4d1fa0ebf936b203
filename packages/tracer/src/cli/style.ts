const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

/** Wraps text in the escape codes of one style (`util.styleText` is newer than Node 20.12 and still checks streams differently per version). */
export function styleText(format: keyof typeof CODES, text: string): string {
  const [open, close] = CODES[format];
  return `\x1b[${open}m${text}\x1b[${close}m`;
}
