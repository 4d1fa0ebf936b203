export { ConfigError } from './config-error.ts';
export { prepareOutputFolder } from './output-folder.ts';
export { reloadPlan } from './plan-file.ts';
export { OWN_FOLDER, recordingsPlace } from './recordings-folder.ts';
export { resolveConfig, withOverrides } from './resolve-config.ts';
export { findRoot } from './root.ts';
export { createFileSelector, type FileSelector, type Selection } from './select-file.ts';
export type { TracerConfig } from './tracer-config.ts';
export { VARIABLES, type VariableName } from './variables.ts';
