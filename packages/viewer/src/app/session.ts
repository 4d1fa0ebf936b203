/* The recording that is open, and whoever answers questions about it. */
import { batch, computed, signal } from '@preact/signals';
import type {
  Code,
  FunctionView,
  Hello,
  Method,
  Notice,
  Opened,
  Overview,
  Params,
  Progress,
  RecordingList,
  Result,
  Span,
} from '@execution-cinema/server/protocol';
import { spanOfEvents, spanOfThreads } from '../model/span.ts';
import type { AnswerSource, AskOptions, ConnectionState } from '../transport/source.ts';
import { cancelledError, isCancelled } from '../transport/source.ts';

export const connection = signal<ConnectionState>('connecting');
export const hello = signal<Hello | null>(null);
export const recordings = signal<RecordingList | null>(null);
export const overview = signal<Overview | null>(null);
export const code = signal<Code>({ modules: [], functions: [] });
/** A recording is being opened: the list of all of them is not what somebody waits for. */
export const opening = signal(false);
/** Why the recording of the address could not be opened. */
export const failure = signal<unknown>(null);
/** What the server is busy with for longer than a blink. */
export const progress = signal<Progress | null>(null);
/** Raised when what is stored has changed: panels that show lists ask again. */
export const generation = signal(0);
/** The recording that is open was deleted or replaced. */
export const gone = signal<'deleted' | 'replaced' | null>(null);

/** All that can be looked at. */
export const wholeSpan = computed<Span>(
  () => hello.value?.part?.span ?? spanOfThreads(overview.value?.threads ?? [], overview.value?.durationNs ?? 0),
);
/** What is shown of it at first: from shortly before the first event on. */
export const eventSpan = computed<Span>(() => spanOfEvents(wholeSpan.value, overview.value?.beginNs ?? null));
export const functionById = computed(
  () => new Map<number, FunctionView>(code.value.functions.map((entry) => [entry.id, entry])),
);
export const files = computed(() => [...new Set(code.value.modules.flatMap((module) => module.files))].sort());

/** Running now, as far as the last word of the server goes. */
export const isRunning = computed(() => overview.value?.state === 'running');

let source: AnswerSource | undefined;

export interface SessionEvents {
  /** The server can be asked, for the first time or again. */
  onReady: (hello: Hello, isFirst: boolean) => void;
  onGrown: (notice: Extract<Notice, { kind: 'grown' }>) => void;
}

export function startSession(answers: AnswerSource, events: SessionEvents): void {
  source = answers;
  let isFirst = true;
  answers.onConnection = (state) => {
    connection.value = state;
  };
  answers.onHello = (message) => {
    hello.value = message;
    events.onReady(message, isFirst);
    isFirst = false;
  };
  answers.onNotice = (notice) => hear(notice, events);
  answers.start();
}

/** Asks about the open recording. */
export function ask<M extends Method>(method: M, params: Params<M>, options: AskOptions = {}): Promise<Result<M>> {
  if (!source) return Promise.reject(new Error('not connected'));
  const rec = overview.value?.rec;
  if (method === 'recordings' || method === 'open') return source.ask(method, params, options);
  if (rec !== undefined) return source.ask(method, params, { rec, ...options });
  // What somebody had wanted to know about a recording that was closed meanwhile.
  return options.rec === undefined ? Promise.reject(cancelledError()) : source.ask(method, params, options);
}

/** The same for a question that may take a while: its progress is shown at the foot of the page. */
export async function askLong<M extends Method>(
  method: M,
  params: Params<M>,
  cancel?: AbortSignal,
): Promise<Result<M>> {
  try {
    return await ask(method, params, {
      ...(cancel && { signal: cancel }),
      onProgress: (made) => {
        progress.value = made;
      },
    });
  } finally {
    progress.value = null;
  }
}

export async function loadRecordings(): Promise<void> {
  try {
    recordings.value = await ask('recordings', {});
  } catch (error) {
    if (!isCancelled(error)) failure.value = error;
  }
}

/** Opens a recording; resolves to undefined when that failed (`failure` says why). */
export async function openRecording(rec: string | null): Promise<Opened | undefined> {
  opening.value = true;
  try {
    const result = await ask('open', rec === null ? {} : { rec });
    batch(() => {
      overview.value = result.overview;
      failure.value = null;
      gone.value = null;
      code.value = { modules: [], functions: [] };
    });
    code.value = await ask('code', {});
    if (result.running) await ask('watch', { on: true });
    void buildIndex();
    return result;
  } catch (error) {
    failure.value = error;
    return undefined;
  } finally {
    opening.value = false;
  }
}

/** Pictures of the whole run get exact, and far states fast, once this is built. Everything works meanwhile. */
async function buildIndex(): Promise<void> {
  try {
    const { built } = await askLong('index', {});
    if (built) generation.value += 1;
  } catch (error) {
    if (!isCancelled(error)) console.warn(error);
  }
}

export function closeRecording(): void {
  batch(() => {
    overview.value = null;
    failure.value = null;
  });
}

function hear(notice: Notice, events: SessionEvents): void {
  const current = overview.peek();
  switch (notice.kind) {
    case 'recordings':
      void loadRecordings();
      return;
    case 'grown': {
      if (current?.rec !== notice.rec) return;
      const threads = new Map(current.threads.map((thread) => [thread.id, thread]));
      for (const thread of notice.threads) threads.set(thread.id, thread);
      const { state, durationNs, events: stored, calls, throws, bytes } = notice;
      overview.value = {
        ...current,
        state,
        durationNs,
        events: stored,
        calls,
        throws,
        bytes,
        threads: [...threads.values()],
      };
      if (notice.structure) void reloadStructure();
      generation.value += 1;
      events.onGrown(notice);
      return;
    }
    case 'lasts':
      if (current?.rec === notice.rec) overview.value = { ...current, durationNs: notice.durationNs };
      return;
    case 'pruned': {
      if (current?.rec !== notice.rec) return;
      const threads = new Map(current.threads.map((thread) => [thread.id, thread]));
      for (const thread of notice.threads) threads.set(thread.id, thread);
      overview.value = { ...current, threads: [...threads.values()] };
      generation.value += 1;
      return;
    }
    case 'ended':
      if (current?.rec !== notice.rec) return;
      overview.value = { ...current, state: notice.state };
      void reloadStructure();
      generation.value += 1;
      return;
    case 'gone':
      if (current?.rec === notice.rec) gone.value = notice.reason;
      return;
    case 'closing':
      connection.value = 'lost';
  }
}

async function reloadStructure(): Promise<void> {
  try {
    const [nextOverview, nextCode] = await Promise.all([ask('overview', {}), ask('code', {})]);
    batch(() => {
      overview.value = nextOverview;
      code.value = nextCode;
    });
  } catch (error) {
    // The next notice brings it.
    if (!isCancelled(error)) console.warn(error);
  }
}
