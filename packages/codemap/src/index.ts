export { analyzeSource, type AnalyzeOptions } from './analyze.ts';
export { findFlow } from './flow/find-flow.ts';
export { POINT, SourceFlow, type FlowFunction, type FlowNumbers, type FlowPoint } from './flow/source-flow.ts';
export { findLoops, type LoopEntry } from './loops.ts';
export { calleePath } from './callee.ts';
export { parseExpressionText, parseSource, SourceSyntaxError } from './parse.ts';
export { forEachChild, isFunction, keyName, nodeIn, nodesIn, textIn, type SyntaxNode } from './syntax.ts';
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
