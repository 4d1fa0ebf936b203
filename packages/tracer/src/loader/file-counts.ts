/** What became of one file that the program loaded. */
export interface FileCount {
  readonly selected: boolean;
  readonly instrumented: boolean;
  /** Why it was not selected, or not instrumented; null when it was. */
  readonly reason: string | null;
  readonly functions: number;
  readonly instrumentedFunctions: number;
}

/** What became of all files of a process so far. */
export class FileCounts {
  instrumentedFiles = 0;
  functions = 0;
  instrumentedFunctions = 0;
  /** Selected files that run as they are, by reason. */
  readonly failed = new Map<string, number>();
  /** Files that were not selected, by reason. */
  readonly notSelected = new Map<string, number>();

  add({ selected, instrumented, reason, functions, instrumentedFunctions }: FileCount): void {
    this.functions += functions;
    this.instrumentedFunctions += instrumentedFunctions;
    if (instrumented) this.instrumentedFiles++;
    else {
      const counts = selected ? this.failed : this.notSelected;
      const key = reason ?? 'unknown';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
}
