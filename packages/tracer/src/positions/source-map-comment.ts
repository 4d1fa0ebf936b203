/**
 * The last line of an instrumented text that names no source map itself. It leads nowhere; a script that names one is
 * what Node asks about when it reports an uncaught exception (uncaught-report.ts).
 */
const SOURCE_MAP_COMMENT = '\n//# sourceMappingURL=.';

/** The text with a source map comment, its own or ours. Lines within the text stay where they are. */
export function withSourceMapComment(code: string): string {
  return code.includes('//# sourceMappingURL=') ? code : code + SOURCE_MAP_COMMENT;
}
