import { R, RUNTIME_KEY } from '@execution-cinema/format';
import { Deadline } from './deadline.ts';
import type { InspectorChannel } from './inspector-channel.ts';
import { SOURCE_PROPERTY, type Question, type RawPlace, type ThreadAnswer } from './thread-source.ts';

/** A frame as V8 tells of it. */
export interface RawFrame {
  function: string;
  place: RawPlace;
  /** Scopes that were asked for, innermost first: where their variables stand in the answer. */
  scopes: { type: string; name: string; target: number }[];
  /** Where `this` stands in the answer; -1: it is no object. */
  thisTarget: number;
}

/** What one thread has told. */
export interface RawThread {
  state: 'running' | 'idle' | 'blocked';
  unavailable?: string;
  pausedMs: number;
  frames: RawFrame[];
  framesOmitted: number;
  /** Frames of instrumented code among those left out stand further out. */
  answer: ThreadAnswer | undefined;
  /** Answers about objects of other realms (`vm`), by first target. */
  others: { targets: number[]; answer: Pick<ThreadAnswer, 'words' | 'counts' | 'omitted'> }[];
}

export interface ReadOptions {
  /** Control words of the thread's ring (`R_*`). */
  control: Int32Array;
  /** Leaves recording be for a while, so that the thread does not stand still for longer than it is read; or ends that. */
  hold(isHeld: boolean): void;
  /** Gives an idle thread something to do, in the middle of which it can be stopped. */
  giveTurn(): void;
  /** Whether a frame is of our own code. */
  isOwn(url: string): boolean;
  deadline: Deadline;
}

/** Frames of one thread; deeper stacks lose those in the middle. */
const FRAMES_MAX = 200;
const SLEEPERS_MAX = 1000;
/** The function in which a thread stands still by itself. */
const STAND_STILL = 'standStill';
/** So long it may take a thread to come to its next event; what does not come to one is stopped by V8. */
const NEXT_EVENT_MS = 30;
const NEXT_EVENT_WALL_MS = 300;
/** A thread that V8 has stopped in the middle of our own code runs on for so long before it is stopped anew. */
const RUN_ON_MS = 1;
/** A thread without a frame of the program is in one of these when it only got its turn. */
const TURN_URL = /^(?:node:|$)/;

interface CallFrame {
  functionName: string;
  url: string;
  location: { scriptId: string; lineNumber: number; columnNumber: number };
  scopeChain: {
    type: string;
    name?: string;
    object: { objectId?: string };
    startLocation?: { scriptId: string; lineNumber: number; columnNumber: number };
  }[];
  this: { type: string; objectId?: string };
}

const HOLDER = `globalThis[Symbol.for(${JSON.stringify(RUNTIME_KEY)})]`;
const READ = `function(...targets){return ${HOLDER}?.${SOURCE_PROPERTY}?.read(...targets)??''}`;

/**
 * Stops a thread, reads its stack with all variables, and lets it go on. The debugger is on for that long only, since
 * it makes every `await` slower. Never rejects: what could not be read says why.
 */
export async function readThread(channel: InspectorChannel, options: ReadOptions): Promise<RawThread> {
  try {
    return await stopAndRead(channel, options);
  } catch (error) {
    return notRead(error instanceof Error ? error.message : String(error));
  }
}

function notRead(unavailable: string, state: RawThread['state'] = 'blocked'): RawThread {
  return { state, unavailable, pausedMs: 0, frames: [], framesOmitted: 0, answer: undefined, others: [] };
}

/**
 * A thread that records stops by itself, at its next event. V8 stops any other, at its next function or loop: a way that
 * is not safe where the program is hot, since V8 prepares the function for stepping, and Node 20 crashes when that
 * happens while the function is being inlined elsewhere by its compiler (`Check failed: inlineability`). For the same
 * reason nothing here steps.
 */
async function stopAndRead(channel: InspectorChannel, options: ReadOptions): Promise<RawThread> {
  const { control, deadline } = options;
  let stoppedMs = 0;
  let pausedMs = 0;
  let isOn = false;
  /** V8 names the scripts of frames by number; all of them are announced when the debugger is switched on. */
  const urls = new Map<string, string>();
  channel.on('Debugger.scriptParsed', ({ scriptId, url }: { scriptId: string; url: string }) =>
    urls.set(scriptId, url),
  );
  const urlOf = ({ location, url }: CallFrame): string => urls.get(location.scriptId) ?? url;
  const ignore = (): void => undefined;
  const stop = (): void => void channel.post('Debugger.pause').then(options.giveTurn, ignore);
  const goOn = (): void => {
    pausedMs += performance.now() - stoppedMs;
    channel.post('Debugger.resume').catch(ignore);
    options.hold(false);
  };
  const stopped = new Promise<CallFrame[] | 'by another'>((resolve) => {
    let isAnew = false;
    channel.on('Debugger.paused', ({ callFrames }: { callFrames: CallFrame[] }) => {
      stoppedMs = performance.now();
      options.hold(true);
      const [top] = callFrames;
      if (!isOn) resolve('by another');
      // What our own code keeps may be half written, but for the place where it stops by itself.
      else if (top !== undefined && options.isOwn(urlOf(top)) && top.functionName !== STAND_STILL) {
        isAnew = true;
        goOn();
      } else resolve(callFrames.map((frame) => ({ ...frame, url: urlOf(frame) })));
    });
    // A request for a stop that comes before would have no effect.
    channel.on('Debugger.resumed', () => {
      if (isAnew) setTimeout(stop, RUN_ON_MS);
      isAnew = false;
    });
  });
  try {
    // Somebody else's debugger that has stopped the thread is told of before our request is answered. It is left alone.
    const on = channel.post('Debugger.enable', {}, () => {
      isOn = true;
      options.hold(true);
      askToStop(control, true);
    });
    on.catch(ignore);
    await deadline.race(Promise.race([on, stopped]));
    const nextEvent = new Deadline(NEXT_EVENT_MS, NEXT_EVENT_WALL_MS);
    const soon = await deadline.race(nextEvent.race(stopped));
    nextEvent.end();
    if (soon === undefined) {
      // It may wait for the recorder.
      options.hold(false);
      stop();
    }
    const callFrames = soon ?? (await deadline.race(stopped));
    if (callFrames === undefined) return notRead('native call');
    if (callFrames === 'by another') return notRead('stopped by another debugger', 'running');
    askToStop(control, false);
    const read = await readStopped(channel, callFrames, options);
    goOn();
    return { ...read, pausedMs };
  } finally {
    askToStop(control, false);
    await deadline.race(channel.post('Debugger.disable').catch(ignore));
  }
}

/** The thread looks at it when the tick has moved; one that has asked for the snapshot itself waits for it. */
function askToStop(control: Int32Array, stops: boolean): void {
  Atomics.store(control, R.R_STOP, stops ? 1 : 0);
  Atomics.notify(control, R.R_STOP);
  Atomics.add(control, R.R_TICK, 1);
}

/** What is asked of a stopped thread: targets by the realm they belong to. */
class Targets {
  readonly byRealm = new Map<string, { objectId: string; target: number; kind: 's' | 'v' }[]>();
  count = 0;
  readonly #known = new Map<string, number>();

  add(objectId: string, kind: 's' | 'v'): number {
    const target = this.count++;
    const realm = objectId.split('.')[1] ?? '';
    const list = this.byRealm.get(realm);
    if (list === undefined) this.byRealm.set(realm, [{ objectId, target, kind }]);
    else list.push({ objectId, target, kind });
    return target;
  }

  /** A scope that exists once is read once, however many frames see it. */
  addScope(scope: CallFrame['scopeChain'][number]): number {
    const { startLocation: start, type, object } = scope;
    const isSingle = type === 'script' || type === 'module' || (start?.lineNumber === 0 && start.columnNumber === 0);
    const key = `${type} ${scope.name ?? ''} ${start?.scriptId ?? ''}`;
    const known = isSingle ? this.#known.get(key) : undefined;
    if (known !== undefined) return known;
    const target = this.add(object.objectId!, 's');
    if (isSingle) this.#known.set(key, target);
    return target;
  }
}

/** Scopes of Node's own functions that are theirs alone; what they share is Node's inner life. */
const OF_CALL = new Set(['local', 'block', 'catch']);

async function readStopped(
  channel: InspectorChannel,
  callFrames: readonly CallFrame[],
  { isOwn }: ReadOptions,
): Promise<Omit<RawThread, 'pausedMs'>> {
  let shown = callFrames.filter(({ url }) => !isOwn(url));
  if (shown.every(({ url }) => TURN_URL.test(url))) shown = [];
  const framesOmitted = Math.max(0, shown.length - FRAMES_MAX);
  if (framesOmitted > 0) shown = [...shown.slice(0, FRAMES_MAX / 2), ...shown.slice(-FRAMES_MAX / 2)];
  const targets = new Targets();
  const frames = shown.map((frame) => rawFrame(frame, targets));
  const places = frames.map(({ place }) => place);
  const main = await ask(channel, targets, places);
  const isIdle = frames.length === 0;
  return {
    state: isIdle ? 'idle' : 'running',
    ...(isIdle ? { unavailable: 'idle' } : {}),
    frames,
    framesOmitted,
    ...main,
  };
}

function rawFrame(frame: CallFrame, targets: Targets): RawFrame {
  const { location, url } = frame;
  const isNodes = url.startsWith('node:');
  const scopes: RawFrame['scopes'] = [];
  for (const scope of frame.scopeChain) {
    if (scope.type === 'global' || scope.object.objectId === undefined) continue;
    if (isNodes && !OF_CALL.has(scope.type)) continue;
    scopes.push({ type: scope.type, name: scope.name ?? '', target: targets.addScope(scope) });
  }
  return {
    function: frame.functionName,
    place: [url, location.lineNumber, location.columnNumber],
    scopes,
    thisTarget: frame.this.objectId === undefined || isNodes ? -1 : targets.add(frame.this.objectId, 'v'),
  };
}

/** Each realm reads its own objects. The one whose answer tells of the thread itself comes first. */
async function ask(
  channel: InspectorChannel,
  targets: Targets,
  places: RawPlace[],
): Promise<Pick<RawThread, 'answer' | 'others'>> {
  let answer: ThreadAnswer | undefined;
  const others: RawThread['others'] = [];
  const put = async (list: { objectId: string; target: number; kind: 's' | 'v' }[]): Promise<void> => {
    const question: Question = {
      places: answer === undefined ? places : [],
      kinds: list.map(({ kind }) => kind).join(''),
      valuesOnly: answer !== undefined,
      sleepersMax: SLEEPERS_MAX,
    };
    const text = await call(channel, question, list);
    if (text === '') return;
    const told = JSON.parse(text) as ThreadAnswer & { error?: string };
    if (told.error !== undefined) throw new Error(told.error);
    answer ??= told;
    others.push({ targets: list.map(({ target }) => target), answer: told });
  };
  for (const list of targets.byRealm.values()) await put(list);
  if (answer === undefined) await put([]);
  return { answer, others };
}

async function call(
  channel: InspectorChannel,
  question: Question,
  list: readonly { objectId: string }[],
): Promise<string> {
  const [first] = list;
  const asked = JSON.stringify(question);
  const options = { returnByValue: true, silent: true };
  const { result } =
    first === undefined
      ? await channel.post<{ result: { value?: unknown } }>('Runtime.evaluate', {
          expression: `(${READ})(${JSON.stringify(asked)})`,
          ...options,
        })
      : await channel.post<{ result: { value?: unknown } }>('Runtime.callFunctionOn', {
          objectId: first.objectId,
          functionDeclaration: READ,
          arguments: [{ value: asked }, ...list.map(({ objectId }) => ({ objectId }))],
          ...options,
        });
  return typeof result.value === 'string' ? result.value : '';
}
