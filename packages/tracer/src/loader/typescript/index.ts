// TypeScript for the loader: which tsconfig governs a file, which format it has, and what JavaScript it becomes.
// Nothing heavy loads until compileToJavaScript meets a file. README.md is the map of this folder.
export { compileToJavaScript } from './compile.ts';
export type { ModuleFormat, SourceMapV3 } from './compile.ts';
export { moduleFormat } from './module-format.ts';
export { projectOf } from './project.ts';

/** Files that this folder compiles; everything else is JavaScript, or none of our business. */
export const TYPESCRIPT_FILE: RegExp = /\.(?:[cm]?ts|[jt]sx)$/;
