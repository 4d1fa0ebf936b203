export * from './driver/index.ts';
export { STORE_ERRORS, StoreError, storeError, type StoreErrorCode, type StoreErrorInfo } from './errors.ts';
export type { RecorderHooks } from './recorder/hooks.ts';
export type { BudgetMemory, CostReport, ReportedFunction } from './recorder/levels/ledger.ts';
export type { LivePlan, PlanSource } from './recorder/levels/plan-watch.ts';
export * from './recorder/messages.ts';
export { startRecorder } from './recorder/start-recorder.ts';
export { prune, type PruneOptions, type PruneResult } from './retention/prune.ts';
export { deleteRecording, listRecordings, recordingState, type RecordingFile } from './retention/recordings.ts';
export { APPLICATION_ID, SCHEMA_VERSION } from './schema/ddl.ts';
export { openForReading, openRecording, readMeta, type RecordingMeta } from './schema/open-recording.ts';
export { processState, type ProcessState } from './schema/process-state.ts';
export { verifyRecording, type Problem, type VerifyOptions, type VerifyResult } from './verify/verify-recording.ts';
export {
  durationNs,
  newestRecording,
  recordingSummaries,
  stateOfRecording,
  type RecordingSummary,
} from './read/catalog.ts';
export { levelName, recordingInfo, type RecordingInfo, type Skipped } from './read/info.ts';
export {
  defaultThread,
  parseDuration,
  parseRange,
  requireThread,
  resolveCall,
  resolveMoment,
  type CallName,
  type Moment,
  type TimeRange,
} from './read/moments.ts';
export { readRecording, Recording, type Gap, type Note, type ProcessRow, type ThreadRow } from './read/recording.ts';
export type { AsyncCaller, State, StateFrame, StateScope, StateVariable, SuspendedCall } from './read/state.ts';
export type { Progress } from './index/progress.ts';
export { buildSeekIndex, readState, seekLookup } from './index/seek-index.ts';
export { openSidecar, type Sidecar } from './index/sidecar.ts';
export { findCalls, type CallFilter, type CallInfo, type RowValue } from './index/calls.ts';
export { refreshFacts } from './index/facts.ts';
export type { Fact } from './index/fact-chunks.ts';
export { buildRows, eventsWithoutRows, rowCoverage, type GroupCoverage, type RowBuild } from './index/row-index.ts';
export { ROW_GROUPS, type RowGroup } from './index/sidecar-schema.ts';
export { runSql, type SqlOptions, type SqlResult } from './index/sql.ts';
export { callTree, type CallTree, type TreeNode, type TreeOptions } from './index/tree.ts';
export { DetailReader } from './detail/detail-reader.ts';
export * from './detail/types.ts';
export { comparableText } from './diff/comparable.ts';
export {
  diffRuns,
  type DifferenceKind,
  type DifferenceSide,
  type RunComparison,
  type RunDifference,
} from './diff/diff-runs.ts';
export { PairedRuns, type Counterpart, type RunSide } from './diff/paired-runs.ts';
export { IGNORE_HELP, parseIgnore, type IgnoreRules } from './diff/noise.ts';
export { EXPORT_FORMATS, exportRecording, type ExportFormat } from './export/index.ts';
export type { ExportOptions } from './export/frame-stream.ts';
export { observedTypes, type ObservedFunction, type ObservedVariable } from './facts/types.ts';
export type { ObservedType } from './facts/observed.ts';
export { isPredicate } from './facts/predicate.ts';
export { searchText, searchValues, type SearchFilter, type SearchHit, type SearchKind } from './facts/search.ts';
export { functionFacts, type FunctionFacts, type FunctionFilter } from './facts/hot.ts';
export { listEvents, type EventFilter, type ListedEvent } from './read/event-list.ts';
export { valueHistory, type HistoricValue } from './read/value-history.ts';
export { verifyEvents, type VerifyEventsOptions } from './read/verify-events.ts';
export { eventName } from './read/event-names.ts';
export type { Chunk, ChunkInfo } from './read/chunks.ts';
export { nameOfSite } from './read/site-text.ts';
export { sourceOfSite } from './read/site-table.ts';
export { variableOf, type ModuleInfo, type Site, type SiteResolver } from './read/sites.ts';
export { functionId } from './index/row-ids.ts';
export { FUNCTIONS_PER_MODULE } from './index/sidecar-schema.ts';
export { eventAtTime } from './stage/event-times.ts';
export { eventAt, objectAt } from './stage/event-at.ts';
export type { SeekLookup } from './read/past.ts';
export { standingAt, stateAt, type Standing } from './read/state.ts';
export { findFlowNow } from './places/find-flow-now.ts';
export { framePlacer, type FramePlacer } from './places/frame-places.ts';
export type { FlowFinder } from './places/source-flows.ts';
export { move } from './travel/moves.ts';
export { timeOfMoment } from './travel/all-threads.ts';
export type * from './travel/types.ts';
export { callSteps, type CallStep, type CallSteps } from './stage/call-steps.ts';
export { lineExecutions, type LineExecutions } from './stage/line-executions.ts';
export { codeOfFile } from './places/line-code.ts';
export { writesLeftScope } from './read/scopes.ts';
export { degradedSpans } from './read/budget-notes.ts';
export { skippedLines } from './stage/skipped-lines.ts';
export { lineHits } from './stage/line-hits.ts';
export type { LineState } from './places/line-states.ts';
export { SiteCounts } from './stage/site-counts.ts';
export { conditionHolds } from './stage/condition-at.ts';
export { executionSteps } from './stage/execution-steps.ts';
export { BoundedLookup, OutOfTime } from './read/bounded-lookup.ts';
export { lastWritesOf } from './read/last-writes.ts';
export type { LiveLevel, LevelOverride, LiveLevels } from './recorder/levels/live-levels.ts';
export type { RecorderAccess, RecorderService, ServedThread, StartService } from './recorder/service.ts';
export { fileMatcher, functionMatcher } from './read/match.ts';
export { logpoint } from './travel/logpoint.ts';
export { origin, propertyOrigin, type OriginOptions } from './travel/origin/index.ts';
export { history, lastWrite, pathHistory } from './travel/history.ts';
