export { CONFIG_ERRORS, ConfigError, type ConfigErrorCode } from './config-error.ts';
export { prepareOutputFolder } from './output-folder.ts';
export { PLAN_FILE_NAMES, loadPlan, reloadPlan } from './plan-file.ts';
export { DEFAULT_FOLDER, resolveConfig, withOverrides, type ConfigInput } from './resolve-config.ts';
export { findRoot } from './root.ts';
export {
  createFileSelector,
  relativeToRoot,
  type FileSelector,
  type Selection,
  type SkipReason,
} from './select-file.ts';
export type { PlanOverrides, SettingSource, TracerConfig } from './tracer-config.ts';
export { VARIABLES, type Variable, type VariableName } from './variables.ts';
