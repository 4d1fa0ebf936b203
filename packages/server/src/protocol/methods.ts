/* The methods: what may be asked, with which parameters, and what comes back. */
import type { At, CallName, List, Moment, Page, Span } from './basics.ts';
import type {
  AsyncGraph,
  AsyncGraphParams,
  CallDetail,
  CallsParams,
  CallView,
  Sequence,
  SequenceParams,
  TreeParams,
  TreeView,
} from './calls.ts';
import type {
  Code,
  Executions,
  ExecutionsParams,
  HistoryParams,
  History,
  HitsView,
  LineValues,
  LineValuesParams,
  LogPointParams,
  LogPointResult,
  Origin,
  OriginParams,
  SourceView,
} from './code.ts';
import type {
  CodeMapView,
  CounterpartParams,
  CounterpartView,
  DiffParams,
  DiffView,
  EdgeView,
  ExceptionView,
  FactsParams,
  HotFunction,
  LogView,
  MarkView,
  RequestView,
  SampleSeries,
  SchemaView,
  SearchParams,
  SearchResult,
  SnapshotEntry,
  SnapshotText,
  SqlParams,
  SqlResultView,
  TypesView,
} from './facts.ts';
import type { Opened, Overview, RecordingList, SkippedView } from './recordings.ts';
import type { Steps, StepsParams } from './steps.ts';
import type {
  Film,
  FilmParams,
  Flame,
  FlameParams,
  MoveParams,
  Moved,
  StateParams,
  StateView,
  ValueParams,
  ValueResult,
  Visited,
  VisitParams,
} from './time.ts';

interface None {
  [name: string]: never;
}

/** Methods that are about no recording: `rec` is left out. */
export interface FolderMethods {
  /** Recordings of the folder, for the start page. Who asked is told of changes by the notice `recordings`. */
  recordings: { params: None; result: RecordingList };
  /** Opens a recording (default: that of `hello`), or the newest when there is none. The first question of a page. */
  open: { params: { rec?: string }; result: Opened };
}

/** Methods about the recording that `rec` names. */
export interface RecordingMethods {
  /** The header of trust again, after a notice. */
  overview: { params: None; result: Overview };
  skipped: { params: Page; result: List<SkippedView> };
  /** Turns notices about this recording on or off for this client. */
  watch: { params: { on: boolean }; result: { running: boolean } };

  film: { params: FilmParams; result: Film };
  flame: { params: FlameParams; result: Flame };
  /** Moment that a text names: `1@230`, `1:12`, `250ms`, `start`, `end`; times are about `thread` or the first one. */
  resolve: { params: { text: string; thread?: number }; result: At };
  /** Last moment of each thread (or of one) at or before a time; threads that have none are left out. */
  momentsAt: { params: { timeNs: number; threads?: number[] }; result: { moments: At[] } };
  move: { params: MoveParams; result: Moved };
  state: { params: StateParams; result: StateView };
  /** `move`, `state` and `lineValues` (with what is known within a blink) in one. */
  visit: { params: VisitParams; result: Visited };
  value: { params: ValueParams; result: ValueResult };

  code: { params: None; result: Code };
  /** By file as in `code` and places. */
  source: { params: { file: string }; result: SourceView };
  /** `wait`: answers when all was looked at (with progress); else with what is known within a blink. */
  hits: { params: { file: string; span?: Span; thread?: number; wait?: boolean }; result: HitsView };
  executions: { params: ExecutionsParams; result: Executions };
  lineValues: { params: LineValuesParams; result: LineValues };
  steps: { params: StepsParams; result: Steps };
  history: { params: HistoryParams; result: History };
  origin: { params: OriginParams; result: Origin };
  logPoint: { params: LogPointParams; result: LogPointResult };

  call: { params: { call: CallName } & Page; result: CallDetail };
  calls: { params: CallsParams; result: List<CallView> };
  tree: { params: TreeParams; result: TreeView };
  asyncGraph: { params: AsyncGraphParams; result: AsyncGraph };
  sequence: { params: SequenceParams; result: Sequence };

  logs: { params: FactsParams & { stream?: string }; result: List<LogView> };
  exceptions: { params: FactsParams & { uncaught?: boolean }; result: List<ExceptionView> };
  requests: { params: FactsParams; result: List<RequestView> };
  /** The HTTP request that a moment belongs to, by its chain of causes: the one that is served, else the one last sent. */
  requestOf: { params: { moment: Moment }; result: { request: { id: string; start: At } | null } };
  edges: { params: FactsParams & { kinds?: string[]; acrossThreads?: boolean }; result: List<EdgeView> };
  marks: { params: FactsParams; result: List<MarkView> };
  snapshots: { params: Page; result: List<SnapshotEntry> };
  snapshot: { params: { id: number }; result: SnapshotText };
  samples: { params: { columns: number }; result: { processes: SampleSeries[] } };

  search: { params: SearchParams; result: SearchResult };
  sql: { params: SqlParams; result: SqlResultView };
  schema: { params: None; result: SchemaView };
  map: { params: None; result: CodeMapView };
  hot: {
    params: Page & { sort?: 'self' | 'total' | 'calls' | 'mean' | 'max' | 'threw' | 'complexity' };
    result: List<HotFunction>;
  };
  types: { params: { functionId: number }; result: TypesView };
  diff: { params: DiffParams; result: DiffView };
  counterpart: { params: CounterpartParams; result: CounterpartView };
  /** Builds the indexes ahead, with progress; other questions are answered meanwhile. */
  index: { params: { rows?: boolean }; result: { built: boolean } };
}

export interface Methods extends FolderMethods, RecordingMethods {}
export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = Methods[M]['result'];

export const FOLDER_METHODS: readonly (keyof FolderMethods)[] = ['recordings', 'open'];
export const RECORDING_METHODS: readonly (keyof RecordingMethods)[] = [
  'overview',
  'skipped',
  'watch',
  'film',
  'flame',
  'resolve',
  'momentsAt',
  'move',
  'state',
  'visit',
  'value',
  'code',
  'source',
  'hits',
  'executions',
  'lineValues',
  'steps',
  'history',
  'origin',
  'logPoint',
  'call',
  'calls',
  'tree',
  'asyncGraph',
  'sequence',
  'logs',
  'exceptions',
  'requests',
  'requestOf',
  'edges',
  'marks',
  'snapshots',
  'snapshot',
  'samples',
  'search',
  'sql',
  'schema',
  'map',
  'hot',
  'types',
  'diff',
  'counterpart',
  'index',
];
