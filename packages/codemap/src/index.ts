export { analyzeSource, type AnalyzeOptions } from './analyze.ts';
export { findLoops, type LoopEntry } from './loops.ts';
export { mapFiles, mapFolder, type MapOptions, type MapProgress } from './map-folder.ts';
export {
  CODEMAP_VERSION,
  type CallEntry,
  type ClassEntry,
  type ExportEntry,
  type FileError,
  type FileMap,
  type FunctionEntry,
  type FunctionKind,
  type ImportEntry,
  type LineRange,
} from './types.ts';
