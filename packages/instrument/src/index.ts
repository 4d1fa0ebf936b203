export { instrument } from './instrument.ts';
export type { Lowering } from './lowering.ts';
export { InsertionMap } from './insertion-map.ts';
export {
  InstrumentError,
  type InputMap,
  type InstrumentErrorCode,
  type InstrumentInput,
  type InstrumentResult,
  type SourceType,
} from './types.ts';
