export * from './driver/index.ts';
export { STORE_ERRORS, StoreError, storeError, type StoreErrorCode, type StoreErrorInfo } from './errors.ts';
export type { RecorderHooks } from './recorder/hooks.ts';
export * from './recorder/messages.ts';
export { startRecorder } from './recorder/start-recorder.ts';
export { APPLICATION_ID, SCHEMA_VERSION } from './schema/ddl.ts';
export { openForReading, openRecording, readMeta, type RecordingMeta } from './schema/open-recording.ts';
export { processState, type ProcessState } from './schema/process-state.ts';
export { verifyRecording, type Problem, type VerifyOptions, type VerifyResult } from './verify/verify-recording.ts';
